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
    "data picture": "![x](data:image/png;base64,iVBORw0KGgo=)",
}
