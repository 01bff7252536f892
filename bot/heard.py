"""What was understood of a message, as evidence keeps it: fields and names of things, and the person's own words marked as theirs."""

from collections.abc import Mapping

from approvals.change import PersonId
from approvals.words import Personal
from bot.understanding.outcome import Command, Inquiry, Progress, Unclear


def heard(understood: Command | Inquiry | Progress | Unclear, *, by: PersonId) -> Mapping[str, object]:
    """The outcome of reading a message of ``by``."""
    match understood:
        case Command():
            said = {"command": understood.kind, "argument": _own(understood.argument, by)}
            return {**said, "person": _own(understood.person, by)} if understood.person else said
        case Inquiry():
            return {"asks": understood.wants, "about": understood.about, "request": understood.request}
        case Unclear():
            return {"unclear": understood.hint.msgid}
        case Progress():
            draft = understood.draft
            return {
                "entitlement": draft.entitlement,
                "duration": draft.duration,
                "reason": _own(draft.reason, by),
                "reference": _own(draft.reference, by),
                "asked_back": understood.question.msgid if understood.question else None,
            }


def _own(text: str | None, by: PersonId) -> Personal | None:
    return Personal(text, of=by) if text else None
