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
