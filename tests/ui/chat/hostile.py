"""Texts that were made to hurt: to hang a parser or a layout, or to load something."""

from __future__ import annotations

CASES: dict[str, str] = {
    "open brackets": "[" * 10_000,
    "open image brackets": "![" * 5_000,
    "many more open brackets": "[" * 100_000,
    "empty links": "[]" * 5_000,
    "unfinished links": "[a](" * 3_000,
    "nested brackets": "[a" * 3_000 + "]" * 3_000,
    "stars": "*" * 10_000,
    "words in half emphasis": "*a " * 4_000,
    "underscores": "_a " * 4_000,
    "emphasis in emphasis": "*a **b " * 2_000 + "** *" * 2_000,
    "tildes": "~a " * 4_000,
    "backticks of all lengths": " ".join("`" * length for length in range(1, 200)),
    "less-than signs": "<" * 10_000,
    "ampersands": "&" * 10_000,
    "backslashes": "\\" * 10_000,
    "deep list": "- " * 1_500 + "a",
    "deep indented list": "\n".join(" " * (2 * depth) + "- a" for depth in range(300)),
    "deep numbered list": "1. " * 1_500 + "a",
    "deep quotes": "> " * 1_500 + "a",
    "deeper and deeper quotes": "\n".join(">" * depth + "a" for depth in range(300)),
    "huge list": "- item\n" * 3_000,
    "endless word": "a" * 100_000,
    "endless line": "lorem ipsum " * 8_000,
    "endless word of two scripts": "aب" * 30_000,
    "endless code line": "```\n" + "x" * 100_000 + "\n```",
    "endless code": "```python\n" + "x = 1\n" * 8_000,
    "nested fences": "\n".join("`" * length for length in range(3, 203)),
    "many links": "[a](http://b.c) " * 10_000,
    "many bare addresses": "http://a.b/c " * 8_000,
    "address in brackets": "http://a" + "]" * 100_000,
    "many definitions": "\n".join(f"[a{n}]: http://x.y" for n in range(2_000)) + "\n\n[a1]",
    "huge table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 1_500,
    "wide table": "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n|" + "b|" * 2_000,
    "table of endless words": "|a|b|\n|-|-|\n|" + "x" * 3_000 + "|" + "y" * 3_000 + "|",
    "many rules": "---\n" * 2_000,
    "many headings": "# a\n" * 2_000,
    "only line ends": "\n" * 50_000,
    "only spaces": " " * 50_000,
    "combining marks": "a" + "\u0301" * 5_000,
    "zero width joiners": "\u200d" * 20_000,
    "direction overrides": "\u202e[evil](http://good.example)\u202d" * 500,
    "isolates": "\u2066" * 5_000,
    "null and controls": "a\0b\x01\x02\x1b[31m\x7f\ufdd0\ufdd1\ufffc\uffff" * 200,
    "lone surrogates": "a\ud800b\udfff" * 500,
    "line separators": "a\u2028b\u2029c\x0b\x0c\x85" * 500,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 " * 2_000,
    "carriage returns": "a\rb\r\n" * 2_000,
    "dollar signs": "$" * 100_000,
    "dollars apart": "$ " * 50_000,
    "half formulas": "$a " * 5_000,
    "many formulas": "$x$ " * 4_000,
    "escaped dollars": "$" + "\\$" * 8_000,
    "open parentheses of formulas": "\\(a " * 4_000,
    "ends of formulas behind backslashes": "\\(\\\\)" * 3_000,
    "open brackets of formulas": "\\[\n" * 5_000,
    "open display formulas": "$$a\n\n" * 4_000,
    "display formulas that never end": "$$\na\n" * 4_000 + "b",
    "environments that never end": "\\begin{align}\n" * 5_000,
    "many display formulas": "$$x$$\n\n" * 1_500,
    "enormous formula": "$$" + "x+" * 30_000 + "$$",
    "formula of many lines": "$$\n" + "x\n" * 8_000 + "$$",
    "deep formula": "$" + "\\frac{1}{" * 150 + "x" + "}" * 150 + "$",
    "growing macros": "$$"
    + "".join(
        f"\\newcommand{{\\{chr(98 + n)}}}{{\\{chr(97 + n)}\\{chr(97 + n)}}}" for n in range(20)
    )
    + "\\u$$",
    "formulas in a huge table": "|a|b|\n|-|-|\n" + "|$x$|$y$|\n" * 500,
    "many fences": "```py\nx\n```\n" * 1_500,
    "many tables": "|a|\n|-|\n|b|\n\n" * 1_500,
    "open thoughts": "<think>" * 20_000,
    "thoughts in thoughts": "<think>\n" * 5_000 + "</think>\n" * 5_000,
    "many thoughts": "<think>\na\n</think>\nb\n" * 2_000,
    "ends of thoughts": "</think>\n" * 20_000,
    "long thought": "<think>\n" + "words " * 60_000,
    "pieces of tags": "<thin" * 20_000,
    "open calls": "<tool_call>\n" * 5_000,
    "many calls": '<tool_call>{"name": "f"}</tool_call>\n' * 2_000,
    "deep call": "<tool_call>" + "[" * 50_000 + "</tool_call>",
    "long name of a call": '<tool_call>{"name": "' + "x" * 50_000 + '"}</tool_call>',
    "many tasks": "- [ ] a\n" * 3_000,
    "huge table of long words": "|a|b|c|\n|-|-|-|\n" + f"|{'x' * 200}|{'y' * 90}|z|\n" * 200,
    "table of many columns": "|"
    + "a|" * 24
    + "\n|"
    + "-|" * 24
    + "\n"
    + ("|" + "bb|" * 24 + "\n") * 200,
    "right to left in everything": "# \u202eא\n\n- [x] \u2067ب\n\n|\u202e|ב|\n|-|-|\n|$\u202ex$|\u200f|\n"
    * 100,
    "invisible letters": "\u200b\u2060\ufeff\u00ad" * 10_000,
    "invisible letters in tags": "<th\u200bink>a</think\u200b>\n" * 2_000,
}

#: "{folder}" is replaced by a folder that holds a FIFO, which hangs whoever opens it, a picture
#: and a text file.
LOADING_CASES: dict[str, str] = {
    "device as a picture": "![x](file:///dev/zero) ![x](/dev/zero)",
    "FIFO as a picture": "![x](file://{folder}/fifo) ![x]({folder}/fifo) ![](<{folder}/fifo>)",
    "local picture": "![x](file://{folder}/picture.png) ![x]({folder}/picture.png)",
    "remote picture": "![x](http://127.0.0.1:9/x.png) ![x](https://127.0.0.1:9/x.png)",
    "picture by reference": "![x][p]\n\n[p]: file://{folder}/fifo\n",
    "picture in a link": "[![x](file://{folder}/fifo)](file://{folder}/fifo)",
    "picture in a table": "| a |\n|---|\n| ![x](file://{folder}/fifo) |",
    "HTML picture": '<img src="file://{folder}/fifo"> <img src="{folder}/picture.png">',
    "HTML block": '<div style="background:url(file://{folder}/fifo)">\n<img src=x>\n</div>',
    "HTML style": "<style>@import url('file://{folder}/fifo');</style>",
    "HTML frame": '<iframe src="file:///etc/passwd"></iframe><object data="/dev/zero"></object>',
    "SVG": '<svg><image href="file://{folder}/fifo"/></svg>',
    "links": (
        "[a](file://{folder}/fifo) [b]({folder}/text) [c](javascript:alert(1)) "
        "[d](data:text/html,x) [e](vbscript:x) [f](//host/share) [g](\\\\host\\share) "
        "<file:///etc/passwd> <javascript:x> [h](qrc:/x) [i](ftp://h/x) [j](#anchor)"
    ),
    "language of a fence": "```file://{folder}/fifo\nx\n```\n```../../../etc/passwd\nx\n```",
    "picture in a formula": (
        "$\\includegraphics{{folder}/picture.png}$ $\\input{{folder}/text}$ "
        "$$\\text{<image href='file://{folder}/fifo'/>}$$ $\\href{file://{folder}/fifo}{x}$"
    ),
    "style in a formula": "$\\color{url(file://{folder}/fifo)}{x}$ $\\style{a:url({folder}/fifo)}{x}$",
    "picture in a thought": "<think>\n![x](file://{folder}/fifo) <img src={folder}/fifo>\n</think>\na",
    "address in a call": '<tool_call>{"name": "file://{folder}/fifo", "arguments": {}}</tool_call>',
    "picture in a task": "- [x] ![x](file://{folder}/fifo)",
    "data picture": "![x](data:image/png;base64,iVBORw0KGgo=)",
}
