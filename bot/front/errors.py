"""Why the front turned a caller away. The edge maps each to one HTTP answer; the words never quote what the caller sent.

FrontError
├── NotAuthenticated   401, always the same answer whatever was wrong (A10)
├── KeysUnavailable    503, the authority's keys have never been read: our fault, not the caller's
└── Refused            4xx with a code: too large, too slow, not JSON, not for this bot
"""


class FrontError(Exception):
    """A request that does not reach the dialogue."""


class NotAuthenticated(FrontError):
    """The caller did not prove who it is. ``check`` is for our counters and tests; the caller is never told it."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


class KeysUnavailable(FrontError):
    """No signing key has ever been read from the authority, so nobody can be verified yet."""


class Refused(FrontError):
    """An authenticated request that is malformed or not for this bot; ``status`` is the HTTP status, ``code`` a stable word."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
