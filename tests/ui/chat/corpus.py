"""Pieces of awkward Markdown, to be put together in any order."""

from __future__ import annotations

import random

PIECES = (
    "# H\n",
    "a b *c* **d** `e`\n",
    "\n",
    "\n\n",
    "- x\n",
    "- [ ] t\n",
    "- [x] t\n",
    "  - y\n",
    "1. one\n",
    "2. two\n",
    "10) z\n",
    "2",
    ". item\n",
    "> q\n",
    ">> qq\n",
    "```py\n",
    "```\n",
    "````\n",
    "```",
    "code()\n",
    "    ind\n",
    "| a | b |\n",
    "|---|:-:|\n",
    "| 1 | 2 |\n",
    "---\n",
    "***\n",
    "===\n",
    "[l]: http://x.y\n",
    "[l]\n",
    "[m][l]\n",
    "[m]:\n",
    "/url\n",
    "'t'\n",
    "see https://a.b/c.\n",
    "<b>x</b>\n",
    "![i](f.png)\n",
    "~~~\n",
    "~~s~~\n",
    "\ttab\n",
    "text",
    "  ",
    "para\r\n",
    "* s\n",
    "+ p\n",
    "\\*e\n",
    "مرحبا\n",
    "中文\n",
    "🙂 ",
    "\r",
    "`",
    "- ",
    "-\n",
    "2.\n",
    "  ```\n",
    "   code\n",
    "   ```sh\n",
    "hard  \nbreak\n",
    "a\0b\ud800\n",
    "\u2028",
    "&amp; &#x41;\n",
)


def document(seed: int) -> str:
    """Return one of countless documents."""
    rng = random.Random(seed)
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 25)))


def cut(text: str, seed: int) -> list[str]:
    """Cut `text` into pieces as a model might write it."""
    rng = random.Random(seed)
    pieces: list[str] = []
    while text:
        length = rng.choice((1, 1, 2, 3, 5, 20))
        pieces.append(text[:length])
        text = text[length:]
    return pieces
