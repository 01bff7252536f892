"""The answers to a press that needs a sign-in, in the shapes of Universal Actions.

    401 loginRequest         the client shows a sign-in button under the card, opens the address, and repeats the press with ``state``
    401 incorrectAuthCode    the ``state`` that came is not the code that we gave out
    412 preconditionFailed   a token for single sign-on came: it cannot show that somebody signed in just now, for this decision

``tokenExchangeResource`` is left out on purpose: it would make the client send such a token, from its cache, and be refused every time.

Sources: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/authentication-flow-in-universal-action-for-adaptive-cards,
https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model (its table of status codes)
"""

from approvals.words import say
from bot.pressed import SignInAsked
from cards.language import Language

CONNECTION = "countersign-step-up"
"""Clients pass over a request that names no connection; ours is no connection of the token service, and only we read it back."""

Answer = dict[str, object]


def login_request(asked: SignInAsked, *, language: Language) -> Answer:
    """Ask the client to let the presser sign in."""
    title = language.words(say("Sign in"))
    button = {"type": "signin", "title": title, "text": title, "value": asked.address}
    value = {"text": language.words(asked.reason), "connectionName": CONNECTION, "buttons": [button]}
    return _answer(401, "application/vnd.microsoft.activity.loginRequest", value)


def incorrect_code() -> Answer:
    """The code does not fit: the client asks the presser again, or lets them press again."""
    return _answer(401, "application/vnd.microsoft.error.incorrectAuthCode", None)


def no_single_sign_on(*, language: Language) -> Answer:
    """A cached token is no sign-in."""
    sentence = say("Being signed in to Teams is not enough for this. Press Approve again, and sign in once more with your own account.")
    value = {"code": "412", "message": language.words(sentence)}
    return _answer(412, "application/vnd.microsoft.error.preconditionFailed", value)


def _answer(status: int, kind: str, value: object) -> Answer:
    return {"status": 200, "body": {"statusCode": status, "type": kind, "value": value}}
