"""Why somebody was not signed in.

SignInError             nobody is signed in; ``sentence`` is for the person, the message for the log (no token, no code, no name)
├── StaleSignInError    the answer belongs to no sign-in that is under way in this browser: begun elsewhere, too late, or used before
├── DeniedSignInError   the authority said no, or vouched for somebody who does not belong here
├── AuthorityDownError  the authority did not answer, or answered something that is no answer
└── NotSetUpError       this installation has nothing to sign people in with
"""

from approvals.errors import CountersignError
from approvals.words import Sentence, say


class SignInError(CountersignError):
    """Nobody is signed in."""

    status = 400

    def __init__(self, message: str, *, sentence: Sentence) -> None:
        super().__init__(message)
        self.sentence = sentence


class StaleSignInError(SignInError):
    """The answer belongs to no sign-in that is under way in this browser."""

    def __init__(self, why: str) -> None:
        sentence = say("This sign-in was begun in another browser, took more than ten minutes, or was used before. Nobody is signed in.")
        super().__init__(f"an answer from the authority fits no sign-in: {why}", sentence=sentence)


class DeniedSignInError(SignInError):
    """The authority said no, or vouched for somebody who does not belong here."""

    status = 403


class AuthorityDownError(SignInError):
    """The authority did not answer, or not with an answer."""

    status = 503

    def __init__(self, why: str) -> None:
        sentence = say("Microsoft Entra does not answer, so nobody can sign in at the moment. Nothing is lost; try again in a minute.")
        super().__init__(f"the authority did not answer as expected: {why}; is it reachable from here?", sentence=sentence)


class NotSetUpError(SignInError):
    """This installation has nothing to sign people in with: a managed identity alone is no app that people sign in to."""

    status = 503

    def __init__(self) -> None:
        sentence = say("Nobody can sign in here yet: signing in needs an app registration, and this bot runs as a managed identity.")
        super().__init__("sign-in needs COUNTERSIGN_CLIENT_SECRET_FILE or COUNTERSIGN_CLIENT_CERTIFICATE_FILE", sentence=sentence)
