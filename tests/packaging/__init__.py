"""What the packages are made of, and the tools that make them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The tools are no part of the program: they lie in a folder of their own.
if str(ROOT / "packaging") not in sys.path:
    sys.path.append(str(ROOT / "packaging"))
