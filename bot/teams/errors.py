"""What a send can meet. The outbox decides what to do about each; nothing here is tried again.

    SendError
    ├── NotPermitted   the service URL is not the authority's: nothing was sent, nor may it be
    ├── Throttled      429: wait ``retry_after``, then the same send again
    ├── Gone           the activity, the conversation or the installation is not there (any more): post afresh, or stop
    ├── Unavailable    412, 5xx, no answer, no token: again later; ``may_have_arrived`` says whether it may already be on screen
    └── Refused        any other 4xx or a redirect: the same send will never succeed

Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit (412, 429, 502, 504 are transient)
"""

from datetime import timedelta


class SendError(Exception):
    """A message did not (certainly) go out."""


class NotPermitted(SendError):
    """The service URL is not one that the authority owns (A4)."""


class Throttled(SendError):
    """Teams asks for fewer calls. ``retry_after`` is what it asked for, or one second when it did not say."""

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Gone(SendError):
    """404, or a 403 that says that the bot is not (or no longer) in the conversation. ``code`` is the service's word for it."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Unavailable(SendError):
    """The service, or the way to it, failed. False in ``may_have_arrived`` is certain; true means that nobody knows."""

    def __init__(self, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class Refused(SendError):
    """The service understood and said no."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def may_be_there(error: BaseException) -> bool:
    """Whether what failed with ``error`` may be on screen all the same."""
    return error.may_have_arrived if isinstance(error, Unavailable) else not isinstance(error, SendError)
