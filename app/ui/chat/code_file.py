"""What a code block is called when it is saved: by its first line, or by its language."""

from __future__ import annotations

import re

_LONGEST_NAME = 60
# "# app/main.py", "// file: main.c", "<!-- index.html -->" and the like.
_COMMENT = re.compile(
    r"\s*(?:#|//|--|;+|%|/\*+|<!--|REM\s)\s*(?:file(?:\s?name)?\s*:\s*)?"
    r"([\w.+\-/\\]{1,200}\.\w{1,8})\s*(?:\*/|-->)?\s*\Z",
    re.IGNORECASE,
)
_ENDINGS = {
    "awk": "awk",
    "bash": "sh",
    "basic": "bas",
    "bat": "bat",
    "batch": "bat",
    "c": "c",
    "c#": "cs",
    "c++": "cpp",
    "clojure": "clj",
    "cpp": "cpp",
    "cs": "cs",
    "csharp": "cs",
    "css": "css",
    "csv": "csv",
    "cxx": "cpp",
    "dart": "dart",
    "diff": "diff",
    "elixir": "ex",
    "erlang": "erl",
    "fortran": "f90",
    "fsharp": "fs",
    "go": "go",
    "graphql": "graphql",
    "groovy": "groovy",
    "h": "h",
    "haskell": "hs",
    "hpp": "hpp",
    "hs": "hs",
    "html": "html",
    "ini": "ini",
    "java": "java",
    "javascript": "js",
    "js": "js",
    "json": "json",
    "jsonc": "json",
    "jsx": "jsx",
    "julia": "jl",
    "kotlin": "kt",
    "kt": "kt",
    "latex": "tex",
    "less": "less",
    "lisp": "lisp",
    "lua": "lua",
    "markdown": "md",
    "md": "md",
    "nim": "nim",
    "objc": "m",
    "ocaml": "ml",
    "pascal": "pas",
    "patch": "patch",
    "perl": "pl",
    "php": "php",
    "powershell": "ps1",
    "proto": "proto",
    "protobuf": "proto",
    "ps1": "ps1",
    "py": "py",
    "python": "py",
    "python3": "py",
    "r": "r",
    "rb": "rb",
    "rs": "rs",
    "ruby": "rb",
    "rust": "rs",
    "scala": "scala",
    "scss": "scss",
    "sh": "sh",
    "shell": "sh",
    "sql": "sql",
    "svg": "svg",
    "swift": "swift",
    "tex": "tex",
    "toml": "toml",
    "ts": "ts",
    "tsx": "tsx",
    "typescript": "ts",
    "verilog": "v",
    "vue": "vue",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yml",
    "zig": "zig",
    "zsh": "zsh",
}
_WHOLE = {
    "dockerfile": "Dockerfile",
    "docker": "Dockerfile",
    "make": "Makefile",
    "makefile": "Makefile",
}


def file_name(code: str, language: str) -> str:
    """Return a name without any folder, which begins with a letter, a digit or "_"."""
    first = code.lstrip("\n").split("\n", 1)[0]
    if len(first) < 300 and (match := _COMMENT.match(first)):
        name = re.split(r"[/\\]", match[1])[-1].lstrip(".-+")
        if name and len(name) <= _LONGEST_NAME:
            return name
    language = language.lower()
    return _WHOLE.get(language) or f"code.{_ENDINGS.get(language, 'txt')}"
