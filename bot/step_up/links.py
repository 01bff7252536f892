"""The address of the sign-in for one decision: what is decided stands in it, signed by us, for ten minutes.

It proves nothing about who opens it: that is Entra's to say. It only keeps anybody from making up a decision to be signed in for.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from approvals.change import PersonId, RequestId, Verdict
from approvals.step_up import Sought
from bot.clock import Now

LINK_LIFE = timedelta(minutes=10)
PAGE = "/step-up"
SIGN_IN = f"{PAGE}/sign-in"
SIGNED_IN = f"{PAGE}/signed-in"


class Links:
    """Signs and reads what an address is about. ``clock`` is real time."""

    def __init__(self, key: bytes, *, public_url: str, clock: Now) -> None:
        self._signer: URLSafeSerializer = URLSafeSerializer(
            key, salt="step-up", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
        self._public_url = public_url
        self._clock = clock

    def address(self, sought: Sought) -> str:
        """Where the sign-in for this decision begins."""
        return f"{self._public_url}{PAGE}?for={self.written(sought)}"

    def written(self, sought: Sought) -> str:
        """The decision, as it stands in an address."""
        at = int(self._clock().timestamp())
        allowed = int(sought.duration.total_seconds())
        return str(self._signer.dumps([sought.request, sought.version, sought.shown, allowed, sought.person, at]))

    def read(self, text: str) -> Sought | None:
        """The decision that an address is about; None when we did not write it, or longer than ten minutes ago."""
        try:
            request, version, shown, allowed, person, at = _values(self._signer.loads(text))
        except BadData:
            return None
        if not timedelta() <= self._clock() - datetime.fromtimestamp(at, UTC) <= LINK_LIFE:
            return None
        return Sought(
            request=RequestId(request),
            version=version,
            shown=shown,
            verdict=Verdict.APPROVE,
            duration=timedelta(seconds=allowed),
            person=PersonId(person),
        )


def _values(content: list[Any]) -> tuple[int, int, str, int, str, int]:
    # Ours, by its signature: the shape is that of ``written``.
    request, version, shown, allowed, person, at = content
    return request, version, shown, allowed, person, at
