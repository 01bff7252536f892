"""Whether the private values beside the evidence are those that it commits to, and whether those that are gone were erased."""

from collections.abc import Iterable, Mapping

from approvals.evidence.findings import Bent, Finding
from approvals.evidence.private import committed, is_commitment
from approvals.store.bare import Cursor
from approvals.words import say

# What lies beside an entry can be of any type once somebody has bent it; these casts cost nothing where nobody has.
_HELD = "SELECT entry, person, CAST(key AS BLOB), CAST(held AS TEXT) FROM private WHERE entry >= ? AND entry <= ? ORDER BY entry"
_STRAY = "SELECT entry, person FROM private WHERE entry < 1 UNION ALL SELECT entry, person FROM private WHERE entry > ?"
# The erasures first: there are few, and to look for their evidence among all the rest would take longer than a verification.
_ERASED = (
    "SELECT erasure.person, max(erasure.entry) FROM erasure CROSS JOIN evidence WHERE evidence.id = erasure.entry "
    "AND evidence.kind = 'person:erased' AND instr(evidence.body, '\"person\":\"' || erasure.person || '\"') > 0 GROUP BY erasure.person"
)
_NONE: dict[str, str] = {}


def erasures(cursor: Cursor) -> dict[str, int]:
    """Whose values were erased, as the evidence says, and up to which entry."""
    return dict(cursor.execute(_ERASED))


def private_findings(cursor: Cursor, promised: Iterable[tuple[int, str]], *, erased: Mapping[str, int]) -> tuple[Finding, ...]:
    """What is wrong with the values of entries that follow each other, given what each of them commits to."""
    by_entry = {entry: committed(text) for entry, text in promised}
    found = []
    for entry, person, key, held in cursor.execute(_HELD, (min(by_entry), max(by_entry))):
        commitment = by_entry.get(entry, _NONE).pop(person, None)
        if commitment is None:
            found.append(_uncalled_for(entry, person))
        elif not is_commitment(commitment, key=key, held=held):
            says = say("entry {entry}: the values of {person} beside it are not those that were sealed", entry=entry, person=person)
            found.append(Finding(how=Bent.EDITED, entry=entry, says=says))
    for entry, left in by_entry.items():
        found += [_gone(entry, person) for person in left if erased.get(person, 0) <= entry]
    return tuple(sorted(found, key=lambda one: one.entry))


def stray_findings(cursor: Cursor, *, last: int) -> tuple[Finding, ...]:
    """Values beside entries that there are not: before the first, or after the ``last`` one."""
    return tuple(_uncalled_for(entry, person) for entry, person in cursor.execute(_STRAY, (last,)))


def _gone(entry: int, person: str) -> Finding:
    says = say("entry {entry}: the values of {person} beside it are gone, and no erasure says so", entry=entry, person=person)
    return Finding(how=Bent.DELETED, entry=entry, says=says)


def _uncalled_for(entry: int, person: str) -> Finding:
    says = say("entry {entry}: values of {person} were put beside it that it does not name", entry=entry, person=person)
    return Finding(how=Bent.INSERTED, entry=entry, says=says)
