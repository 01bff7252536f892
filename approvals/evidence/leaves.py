"""What a leaf of the tree is: everything that stands in one row of evidence, in ten lines.

    its place in the log, from 0     whole number
    when it was recorded             "2025-11-22 12:00:00.000000", in UTC
    the kind of event                "request:approve"
    the request                      whole number, or null
    the draft                        whole number, or null
    who acted                        "object id", or null where time did
    the request's version            whole number, or null
    the sentence, with its values    canonical JSON
    the body                         canonical JSON
    commitments to private values    canonical JSON

No line can hold a newline, so two different rows never make the same leaf.
"""

from collections.abc import Sequence
from typing import Any

COLUMNS = "id, at, kind, request, draft, actor, version, sentence, body, private"
"""The columns of the ``evidence`` table in the order of a leaf, as the database keeps them."""
_LINES = 10

Row = Sequence[Any]
"""One row, its values raw (text, whole numbers, None), in the order of ``COLUMNS``."""


def leaf(row: Row) -> bytes:
    """The leaf of a row. ``id`` counts from 1, the place in the tree from 0."""
    entry, at, kind, request, draft, actor, version, sentence, body, private = row
    who = "null" if actor is None else f'"{actor}"'
    number = "null" if request is None else request
    mentioned = "null" if draft is None else draft
    seen = "null" if version is None else version
    return f'{entry - 1}\n"{at}"\n"{kind}"\n{number}\n{mentioned}\n{who}\n{seen}\n{sentence}\n{body}\n{private}'.encode()


def is_whole(text: bytes) -> bool:
    """Whether a leaf has the lines that it must have: a newline in a value would let it pass for another row's."""
    return text.count(b"\n") == _LINES - 1
