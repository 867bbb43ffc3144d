"""The settings panel, made from the declarations in `app.settings`: rows, editors, presets."""
