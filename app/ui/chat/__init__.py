"""The conversation as the user reads it: a virtual list of messages, safe Markdown, code, actions.

1. `view` keeps the list, knows heights and holds widgets only for what is near the viewport.
2. `body` shows what a model thought and called as folded rows, and what it answers as a `flow`.
3. `stream` cuts Markdown into finished blocks and the open one; `reader` turns markdown-it's tokens
   into the values of `parts`.
4. `flow` shows parts as sections: prose (`writer` into a text document), code, formulas, tables.
5. `formulas` has LaTeX drawn by a process of its own (`formula_host`), which may open nothing.

Nothing here opens a file, a link or a socket, whatever a message says; a file is written only
where the user says so.
"""
