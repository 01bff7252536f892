"""Outcomes as the corpus files write them."""

from datetime import timedelta

from bot.understanding import questions
from bot.understanding.outcome import Command, Inquiry, Progress, Unclear, Wanted

HINTS = {
    questions.TOO_LONG: "too long",
    questions.NOTHING: "no words",
    questions.UNKNOWN: "unknown",
    questions.NEGATED: "negated",
    questions.FOR_OTHERS: "for others",
    questions.WAITING: "waiting",
    questions.ON_ITS_FORM: "on its form",
    questions.BUTTONS: "buttons",
    questions.NOTHING_TO_SEND: "nothing to send",
}
REMARKS = {questions.YES_TO_WHAT: "yes?", questions.NO_TO_WHAT: "no?", questions.NOT_YET: "not yet", questions.A_QUESTION: "a question?"}


def line(outcome: Command | Inquiry | Progress | Unclear) -> str:
    """``outcome`` on one line: "entitlement | length | reason | reference | next | remark", "command: …", "question: …" or "unclear: …"."""
    if isinstance(outcome, Command):
        given = f"to {outcome.person}" if outcome.person else None
        return " ".join(filter(None, (f"command: {outcome.kind}", outcome.argument, given)))
    if isinstance(outcome, Inquiry):
        return _question(outcome)
    if isinstance(outcome, Unclear):
        return f"unclear: {HINTS[outcome.hint]}"
    draft = outcome.draft
    following = "ready" if outcome.question is None else " ".join((f"asks {draft.asked}", *draft.offered))
    known = (draft.entitlement or "?", length(draft.duration), draft.reason or "?", draft.reference or "-", following)
    return " | ".join((*known, REMARKS[outcome.remark]) if outcome.remark else known)


def _question(outcome: Inquiry) -> str:
    wants = {
        Wanted.OWNER: ": whose",
        Wanted.APPROVERS: ": who would approve",
        Wanted.WHY: ": why",
        Wanted.WHY_LAST: ": why last",
        Wanted.OTHER: "",
    }[outcome.wants]
    named = (outcome.request,) if outcome.request and outcome.wants is not Wanted.OTHER else ()
    return " ".join((f"question{wants}", *named, *outcome.about))


def length(duration: timedelta | None) -> str:
    """``duration`` in days, hours and minutes, such as "1d12h"; "?" for None."""
    if duration is None:
        return "?"
    minutes = int(duration.total_seconds()) // 60
    parts = ((minutes // 1440, "d"), (minutes % 1440 // 60, "h"), (minutes % 60, "m"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)
