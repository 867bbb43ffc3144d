"""Cairn: a native desktop chat with language models on the Rockchip NPU or any CPU.

The packages are layers; calls go down, signals come up (checked by import-linter):

    main → ui → presenters → engine | store | catalog → runtime → chat | settings → logs → paths → errors
"""

__version__ = "0.1.0"
