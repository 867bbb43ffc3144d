"""Everything about models and adapters: the picker, the Models window, import, LoRA dialogs."""
