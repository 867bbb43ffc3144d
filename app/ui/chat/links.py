"""Which addresses in a message may be offered as links: web pages and mail, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALLOWED = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f]+\Z", re.IGNORECASE)
# An address in running text ends at a space, a quote, or a character of another script's
# punctuation; nobody means the last comma.
_BARE = re.compile(
    r"https?://[^\s<>\"'`|\\^{}\u3000-\u303f\uff00-\uff0f\u200e\u200f\u202a-\u202e]+"
)
_TRAILING = ".,;:!?*_~"
LONGEST = 2_000


def allowed(address: str) -> bool:
    """Return whether `address` may be offered."""
    return len(address) <= LONGEST and _ALLOWED.match(address) is not None


def split_at_addresses(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of `text`, each with the address that it is, or with an empty text."""
    end = 0
    for match in _BARE.finditer(text):
        address = _without_trailing(match.group())
        if not allowed(address) or address.endswith("//"):
            continue
        if match.start() > end:
            yield text[end : match.start()], ""
        yield address, address
        end = match.start() + len(address)
    if end < len(text):
        yield text[end:], ""


def _without_trailing(address: str) -> str:
    while True:
        shorter = address.rstrip(_TRAILING)
        # A closing bracket belongs to the address only if its opening one does.
        for opening, closing in ("()", "[]"):
            if shorter.endswith(closing) and shorter.count(opening) < shorter.count(closing):
                shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter
