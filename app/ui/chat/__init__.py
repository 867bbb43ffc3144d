"""The conversation as the user reads it: a virtual list of messages, safe Markdown, code, actions.

1. `view` keeps the list, knows heights and holds widgets only for what is near the viewport.
2. `stream` cuts a message's Markdown into finished blocks and the open one; `reader` turns
   markdown-it's tokens into the values of `parts`.
3. `body` shows parts as sections: prose (`writer` into a text document), code, tables.

Nothing here opens a file, a link or a socket, whatever a message says.
"""
