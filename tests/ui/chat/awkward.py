"""Documents as models write them when one would rather they did not."""

from __future__ import annotations

AWKWARD: dict[str, str] = {
    "formulas": (
        "Euler: $e^{i\\pi}+1=0$, and\n$$\nx = 1\n= 2\n- 3\n+ 4\n$$\nthen \\(a\\) and \\[b\\]\n\n"
        "\\[\n\\frac{1}{2}\n\\]\n\n\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}\n"
    ),
    "unfinished formulas": "$$\nx = 1\n\n- a $b\n- \\(c\n\n\\[\nd\n> e\n\n$$ f",
    "a formula that ends in its line": "$$\na\n$$ and more\n- b\n\n$$a$$ b\n\n\\[a\\].\n",
    "formulas in lists and quotes": (
        "- a\n  $$\n  x\n  $$\n  after\n- \\[ y \\]\n\n> $$\n> z\n> $$\n> end\n\n1. $$\n   w\n   $$\n"
    ),
    "money": "It costs $5 and $10, or $5-$10; $HOME and US$3.\n\n$1,000 (or $2) for 3$.\n",
    "formulas in a table": "| a | $b$ |\n|---|:-:|\n| $\\frac{1}{2}$ | \\(c\\) |\n| $5 | $6 |\n",
    "tasks": "- [ ] a\n- [x] b\n  - [X] c\n\n    d\n1. [ ] e\n* [x]\n- [ ]f\n",
    "a thought": "<think>\nHm, $x$.\n\n- a\n</think>\n\nSo **b**.\n",
    "a thought without its beginning": "Hm, `a`.\n\n- b\n</think>\n\nSo **c**.\n",
    "a thought without its end": "<think>\nHm.\n\n```\ncode\n",
    "an empty thought": "<think>\n\n</think>\n\nYes.\n",
    "thoughts in code": "Write `<think>` so:\n\n```xml\n<think>\na\n</think>\n```\n\nand `</think>`.\n",
    "calls": (
        'I look.\n<tool_call>\n{"name": "f", "arguments": {"a": "</b>"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "g"\n</tool_call>\nDone.\n'
    ),
    "right to left": "# عنوان\n\nفقرة $x$ ثم\n\n- [x] مهمة\n  - ب\n\n> اقتباس\n\n| أ | ب |\n|---|---|\n| ١ | ٢ |\n",
    "two directions": "مرحبا hello `code` عالم\n\nhello مرحبا $x$\n\n1. אבג\n2. abc\n",
    "no spaces": "这是一个很长的段落，没有空格。" * 20 + "\n\n" + "これは長い文です。" * 20,
    "emoji": "👩‍👩‍👧 family, flags 🇩🇪, keycap 1️⃣ and ☑ [ ] ✅\n\n- ✅ done\n",
    "long words": "Donau" + "dampf" * 60 + "\n\n" + "https://example.org/" + "a" * 300 + "\n",
    "a wide table": (
        "| " + " | ".join(f"Column number {n}" for n in range(14)) + " |\n"
        "|" + "---|" * 14 + "\n" + ("| " + " | ".join("cell" for _ in range(14)) + " |\n") * 3
    ),
    "a table that streams": "Intro\n| a | b |\n|--:|:--|\n| 1 |\n| 1 | 2 | 3 |\n|\nafter\n",
    "a long table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 70,
    "fences in fences": "````md\n```py\nx\n```\n````\n\n~~~\n```\n~~~\n\n- ```\n  y\n  ```\n",
    "headings of all kinds": "# a\nb\n===\nc\n---\n#no\n####### no\n## d ##\n",
    "rules": "---\n***\n___\na\n---\n\n- - -\n",
    "strikes": "~~a~~ ~b~ ~~~~ ~~c *d*~~\n",
    "html": "<div>\n**a**\n</div>\n\n<b>c</b> <!-- d -->\n\n<script>e</script>\n",
    "references": "See [a], [b][c].\n\n[a]: http://x.y\n[c]: <http://z.w> 'title'\n",
    "line ends": "a\r\nb\rc\n\r\n\r\nd  \r\ne\\\r\nf",
    "nothing": "\n \n\t\n",
}
