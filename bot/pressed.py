"""What came of a press, for whichever way it is answered."""

from dataclasses import dataclass

from approvals.change import RequestId
from approvals.words import Sentence
from cards.render import Card


@dataclass(frozen=True, slots=True)
class Pressed:
    """The card that the presser is to see. Where it is the living card of a request, also which, and what is said above it."""

    card: Card
    request: RequestId | None = None
    said: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAsked:
    """Nothing was done yet: the presser signs in at ``address`` first.

    ``reason`` says why; ``is_wrong_code`` that a code came which is not the one that we gave out.
    """

    address: str
    reason: Sentence
    is_wrong_code: bool
