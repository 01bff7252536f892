"""The closed set of things that can be said beside a request. A command is the whole message; nothing is searched for inside a sentence."""

import re

from rapidfuzz.distance import OSA

from approvals.change import RequestId, number
from bot.understanding.outcome import Command, CommandKind

_NUMBER = r"(?:req(?:uest)?[\s#-]*)?#?(?P<number>[1-9][0-9]{0,8})"
_DONE = r"(?:(?:i(?:'m| am)|im|we(?:'re| are)|all) )?(?:now )?(?:done|finished)"
_PLAIN: dict[CommandKind, tuple[str, ...]] = {
    CommandKind.HELP: (
        r"help(?: me)?",
        r"i need help",
        r"\?",
        r"how does (?:this|it) work",
        r"what can (?:you|i) do(?: here)?",
        r"commands|menu",
    ),
    CommandKind.CANCEL: (
        r"cancel(?: (?:it|that|this|the request|my request|everything))?",
        r"stop|abort|quit|never ?mind|start over",
        r"forget (?:it|that)",
    ),
    CommandKind.CATALOG: (
        r"(?:show )?(?:me )?(?:the )?catalog(?:ue)?",
        r"what can i (?:ask for|request|get|have)",
        r"what is (?:there|available)",
        r"(?:(?:show|list)(?: me)?(?: all)?(?: the)? )?entitlements",
    ),
    CommandKind.ACCESS: (
        r"(?:show )?(?:me )?(?:what )?(?:is )?my (?:current )?access",
        r"what do i have(?: access to)?|what access do i have|what have i got",
        r"my (?:grants|permissions|rights)",
    ),
    CommandKind.REQUESTS: (r"(?:show )?(?:me )?(?:what are )?my (?:open )?requests", r"(?:(?:show|list) )?requests"),
    CommandKind.STATUS: (
        r"status(?: of my (?:last )?request)?",
        r"(?:what is|what's) (?:the|my) status",
        r"how is my request(?: doing)?",
        r"any news",
    ),
    CommandKind.FORM: (
        r"(?:request|ask for|get) access",
        r"(?:i need|i want|i(?:'d| would) like)(?: to request)? access",
        r"(?:(?:make|start|open|i have) )?(?:a )?new request",
        r"(?:show )?(?:me )?(?:the )?(?:request )?form",
    ),
    CommandKind.DONE: (
        _DONE,
        r"(?:hand|give) (?:it )?back|return (?:it|access)",
        r"i no longer need it|i don't need it (?:any ?more|any longer)",
    ),
    CommandKind.WITHDRAW: (r"withdraw(?: (?:it|my request|the request))?", r"take it back"),
    CommandKind.POLICY: (r"(?:show )?(?:me )?(?:the )?policy", r"(?:which|what) policy is in force"),
    CommandKind.ROLL_BACK: (r"(?:roll|go) ?back (?:the )?policy",),
}
_AGREES = r"(?:i )?(?:agree (?:to|with)|activate|approve) (?:the )?policy (?P<argument>[0-9a-f]{16})"
_ROLLS_BACK = r"(?:roll|go) ?back (?:the )?policy[\s:,]+(?:because |as |since )?(?P<argument>.+)"
_REVOKES = rf"(?:revoke|take away)(?: access| request)? {_NUMBER}(?:[\s:,.;-]+(?:because |as |since )?(?P<why>\S.*))?"
_EXTENDS = (
    rf"(?:extend|prolong)(?: my)?(?: access| request)?(?: {_NUMBER})?(?: (?:by|for) (?P<why>\S.*))?",
    rf"(?:i need |keep |give me )(?P<why>\S.* )more(?: time)?(?: (?:for|with|on|of) {_NUMBER})",
)
_GIVES = rf"(?:give|pass|reassign|forward) (?:this|it|this request|(?:the )?{_NUMBER}) (?:on )?to (?P<who>.+)"
_WORDY = (
    (CommandKind.REASSIGN, _GIVES),
    (CommandKind.POLICY, _AGREES),
    (CommandKind.ROLL_BACK, _ROLLS_BACK),
    (CommandKind.REVOKE, _REVOKES),
    *((CommandKind.EXTEND, each) for each in _EXTENDS),
)
"""What comes with words of its own: a request's number, a person, a reason, a length; each under the name that a command has for it."""
_NUMBERED: dict[CommandKind, str] = {
    CommandKind.STATUS: rf"(?:(?:show|what about|how about) )?(?:the )?(?:status (?:of |for )?)?{_NUMBER}(?: status)?",
    CommandKind.WITHDRAW: rf"(?:withdraw|cancel|take back) (?:my )?(?:request )?{_NUMBER}",
    CommandKind.DONE: rf"(?:{_DONE} with|hand back|give back|return) (?:the )?{_NUMBER}",
}
_DONE_WITH = (
    rf"{_DONE} (?:with|using) (.+)",
    r"(?:end|remove|revoke|drop|cancel) my access to (.+)",
    r"(?:hand|give) back (.+)",
    r"(?:hand|give) (.+) back",
    r"return (.+)",
    r"i no longer need (.+)",
    r"i (?:don't|do not) need (.+?) (?:any ?more|any longer|now)",
)
_COURTESY = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|please|pls|thanks|thank you|well|so)\b(?: there| countersign)?[\s,.!:-]*)+(?=\S)"
    r"|[\s,]*\b(?:please|pls|thanks|thank you|thx)$",
    re.IGNORECASE,
)
_LONG_WORDS = {
    "help": CommandKind.HELP,
    "cancel": CommandKind.CANCEL,
    "catalog": CommandKind.CATALOG,
    "catalogue": CommandKind.CATALOG,
    "status": CommandKind.STATUS,
    "requests": CommandKind.REQUESTS,
    "withdraw": CommandKind.WITHDRAW,
}


def recognise(text: str) -> Command | None:
    """The command that the whole of ``text`` (normalised) is, or None. A typing slip is forgiven only in a single long word."""
    said = bare(text).lower()
    for kind, pattern in _NUMBERED.items():
        # A bare number is an answer to a question, not a request's number.
        if (found := re.fullmatch(pattern, said)) and not said.isdigit():
            return Command(kind=kind, argument=number(RequestId(int(found["number"]))))
    if (whole := _with_its_words(bare(text))) is not None:
        return whole
    for kind, patterns in _PLAIN.items():
        if any(re.fullmatch(pattern, said) for pattern in patterns):
            return Command(kind=kind)
    for word, kind in _LONG_WORDS.items():
        if OSA.distance(said, word, score_cutoff=1) <= 1:
            return Command(kind=kind)
    return None


def _with_its_words(said: str) -> Command | None:
    for kind, pattern in _WORDY:
        if found := re.fullmatch(pattern, said, re.IGNORECASE | re.DOTALL):
            named = found.groupdict()
            of = number(RequestId(int(named["number"]))) if named.get("number") else named.get("argument")
            argument = of.lower() if of and kind is CommandKind.POLICY else of
            return Command(kind=kind, argument=argument, why=named.get("why"), person=named.get("who"))
    return None


def done_with(text: str) -> str | None:
    """What the person says they no longer need, in their own words ("I'm done with billing-db"); None when they say no such thing."""
    for pattern in _DONE_WITH:
        if found := re.fullmatch(pattern, bare(text), re.IGNORECASE):
            return re.sub(r"^(?:my|the|our)\b\s*|\s*\baccess$", "", found[1], flags=re.IGNORECASE).strip() or None
    return None


def bare(text: str) -> str:
    """``text`` without greeting, courtesy, and the punctuation at its end; "?" alone stays."""
    if not text.strip(" ?"):
        return "?"
    said = text.strip(" .!,;:")
    while (shorter := _COURTESY.sub("", said).strip(" .!,;:")) != said:
        said = shorter
    return said.rstrip("? ")
