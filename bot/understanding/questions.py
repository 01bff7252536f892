"""The sentences of the conversation: a question says what was understood so far and what an answer looks like."""

from datetime import timedelta

from approvals.catalog import Catalog
from approvals.change import Entitlement
from approvals.words import Sentence, Value, say
from bot.understanding.draft import Draft, Field
from bot.understanding.durations import Doubt
from bot.understanding.normalise import LONGEST

TOO_LONG = say(
    "That message is longer than {limit} characters, which is more than I read. "
    "Say what you need, for how long and why, in a sentence or two.",
    limit=LONGEST,
)
NOTHING = say(
    "I found no words in that message. Say what you need, for example “{example}”, or “help”.",
    example="write access to billing-db for 4 hours",
)
UNKNOWN = say(
    "I did not understand that. Say what you need, for how long and why, for example “{example}”; or say “help”.",
    example="I need write access to billing-db for 4 hours to fix INC-4711",
)
NEGATED = say(
    "I am not sure whether you want access or not, so I have done nothing. "
    "Say “I need …” to ask for it, or “I'm done with …” to hand it back."
)
FOR_OTHERS = say("I can ask for access for yourself only. Whoever needs it can write to me in the same way.")
BUTTONS = say("Deciding is done with the buttons on the card, so that you see what you decide. Say “my requests” or “help” for more.")
YES_TO_WHAT = say("“Yes” alone does not answer what I asked.")
NO_TO_WHAT = say("If you want to drop this request, say “cancel”; nothing is sent then. If not, please answer this:")
NOT_YET = say("I cannot send it yet, because something is still missing.")
A_QUESTION = say("That reads like a question, so I have not taken it as your reason.")
NOTHING_TO_SEND = say(
    "There is nothing to send: you are not in the middle of a request. "
    "Say what you need, for how long and why; then you see a preview, and its button sends it."
)
WAITING = say(
    "Your request is ready: press “Send request” on its preview to send it. "
    "To change it, say for example “make it 2 hours”; to drop it, say “cancel”."
)
ON_ITS_FORM = say(
    "Your request is still on its form, and nothing is sent: complete it there and press “Preview”. To drop it, say “cancel”."
)


def question(draft: Draft, *, catalog: Catalog, doubt: Doubt | None = None, not_found: str = "") -> Sentence | None:
    """What to ask for next; None when ``draft`` is complete."""
    if draft.missing is Field.ENTITLEMENT:
        return _what(draft, catalog=catalog, not_found=not_found)
    entry = None if draft.entitlement is None else catalog.find(draft.entitlement)
    if entry is None or draft.missing is None:
        return None
    return _how_long(entry, doubt) if draft.missing is Field.DURATION else _why(entry, draft)


def following(draft: Draft, *, catalog: Catalog) -> Sentence:
    """What is said of ``draft`` once something else has been answered: its open question, or how a complete one is sent."""
    if draft.amount:
        return which_unit(draft.amount)
    return question(draft, catalog=catalog) or what_it_waits_for(draft)


def what_it_waits_for(draft: Draft) -> Sentence:
    """What somebody has to do with a draft that lacks nothing: complete it on the form that it came back with, or send it."""
    return ON_ITS_FORM if draft.is_on_form else WAITING


def which_unit(amount: str) -> Sentence:
    """The question after a number alone."""
    return say(
        "{amount} what: hours or days? I would rather ask than guess. Answer for example “{hours} hours” or “{days} days”.",
        amount=amount,
        hours=amount,
        days=amount,
    )


def _what(draft: Draft, *, catalog: Catalog, not_found: str) -> Sentence:
    offered = [entry for entry in map(catalog.find, draft.offered) if entry is not None]
    if len(offered) == 1:
        return say("Do you mean “{name}”? Answer “yes”, or say what you need instead.", name=offered[0].name)
    if offered:
        return say("Which one do you mean: {choices}? Answer with its number or its name.", choices=_numbered(offered))
    if not_found:
        return say(
            "I did not find “{said}” in the catalog. "
            "What do you need access to? Say it in other words, or say “catalog” to see everything.",
            said=not_found,
        )
    example = "".join(entry.name for entry in catalog.entitlements[:1])
    if draft.duration is not None:
        return say(
            "What do you need access to for {duration}? For example “{example}”; say “catalog” to see everything.",
            duration=draft.duration,
            example=example,
        )
    return say("What do you need access to? For example “{example}”; say “catalog” to see everything.", example=example)


def _numbered(offered: list[Entitlement]) -> str:
    return ", ".join(f"({place}) {entry.name}" for place, entry in enumerate(offered, start=1))


def _how_long(entry: Entitlement, doubt: Doubt | None) -> Sentence:
    known: dict[str, Value] = {"name": entry.name, "usual": entry.usual_duration, "longest": entry.max_duration}
    match doubt:
        case None:
            return say("How long do you need “{name}”? For example {usual}; at most {longest}.", **known)
        case Doubt.PASSED:
            return say("That time is over already. How long do you need “{name}”? For example {usual}; at most {longest}.", **known)
        case Doubt.DEADLINE:
            return say(
                "“By” can say when it must begin or when it may end. "
                "How long do you need “{name}”? For example {usual}, or “until 17:00”; at most {longest}.",
                **known,
            )
        case Doubt.RANGE:
            return say(
                "Access lasts whole minutes, at least one and never more than a year. "
                "How long do you need “{name}”? For example {usual}; at most {longest}.",
                **known,
            )
        case Doubt.VAGUE:
            return say(
                "How long exactly do you need “{name}”, counted from when it is approved? "
                "For example {usual}, or “until 17:00”; at most {longest}.",
                **known,
            )


def _why(entry: Entitlement, draft: Draft) -> Sentence:
    return say(
        "Why do you need “{name}” for {duration}? Whoever approves it reads your own words, for example “to fix INC-4711”.",
        name=entry.name,
        duration=draft.duration or timedelta(),
    )
