"""Whether the private values beside the evidence are those that it commits to, and whether those that are gone were erased."""

from collections.abc import Iterator

from approvals.evidence.findings import Bent, Finding
from approvals.evidence.private import committed, is_commitment
from approvals.store.sqlite import Tx, stream
from approvals.words import say

_PROMISED = "SELECT id, private FROM evidence WHERE id > ? AND id <= ? AND private <> '{}' ORDER BY id"
_HELD = "SELECT entry, person, key, held FROM private WHERE entry > ? AND entry <= ? ORDER BY entry"
_LAST = 2**63 - 1
_ERASED = (
    "SELECT erasure.person, erasure.entry FROM erasure JOIN evidence ON evidence.id = erasure.entry "
    "WHERE evidence.kind = 'person:erased' AND instr(evidence.body, '\"person\":\"' || erasure.person || '\"') > 0"
)


def private_findings(tx: Tx, *, after: int, until: int | None = None) -> Iterator[Finding]:
    """What is wrong with the values of the entries after ``after``, up to ``until`` if it is given. Two passes side by side, in order."""
    bounds = (after, _LAST if until is None else until)
    erased: dict[str, int] = {}
    for person, entry in stream(tx, _ERASED):
        erased[person] = max(entry, erased.get(person, 0))
    held = stream(tx, _HELD, bounds)
    group = next(held, None)
    for entry, text in stream(tx, _PROMISED, bounds):
        promised = committed(text)
        while group is not None and group[0] <= entry:
            of, person, key, values = group
            commitment = promised.pop(person, None) if of == entry else None
            if commitment is None:
                yield _uncalled_for(of, person)
            elif not is_commitment(commitment, key=key, held=values):
                says = say("entry {entry}: the values of {person} beside it are not those that were sealed", entry=of, person=person)
                yield Finding(how=Bent.EDITED, entry=of, says=says)
            group = next(held, None)
        for person in promised:
            if erased.get(person, 0) <= entry:
                says = say("entry {entry}: the values of {person} beside it are gone, and no erasure says so", entry=entry, person=person)
                yield Finding(how=Bent.DELETED, entry=entry, says=says)
    while group is not None:
        yield _uncalled_for(group[0], group[1])
        group = next(held, None)


def _uncalled_for(entry: int, person: str) -> Finding:
    says = say("entry {entry}: values of {person} were put beside it that it does not name", entry=entry, person=person)
    return Finding(how=Bent.INSERTED, entry=entry, says=says)
