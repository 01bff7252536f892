"""The lines of "look again" on a card: in an order that nobody can learn, and read back from what was chosen."""

import hashlib
import hmac
import re
from datetime import timedelta

from approvals.change import EntitlementId, Look, PersonId
from approvals.views import RequestView
from cards.language import Language
from cards.text import line

_DOMAIN = b"countersign line 1\x00"
_LONGEST = 200
_SECONDS = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def choices(view: RequestView, *, language: Language, viewer: PersonId, key: bytes) -> list[tuple[str, str]]:
    """Each line as a sentence and as the value that choosing it sends; shuffled by ``key``, anew for each reader and version."""
    shown = [
        (
            language.text(
                "{name} gets: {entitlement}, for {duration}",
                name=line(each.name),
                entitlement=line(each.entitlement),
                duration=language.duration(each.look.duration),
            ),
            _written(each.look),
        )
        for each in view.lines
    ]
    where = f"{view.id}/{view.version}/{viewer}"
    return sorted(shown, key=lambda choice: hmac.digest(key, _DOMAIN + f"{where}/{choice[1]}".encode(), hashlib.sha256))


def read_look(value: object) -> Look | None:
    """What a client says was chosen; None when it is no line of ours. Whether it is the right one is for mediation to say."""
    if not isinstance(value, str) or len(value) > _LONGEST or value.count("|") != 2:
        return None
    person, entitlement, seconds = value.split("|")
    if not _SECONDS.fullmatch(seconds):
        return None
    return Look(beneficiary=PersonId(person), entitlement=EntitlementId(entitlement), duration=timedelta(seconds=int(seconds)))


def _written(look: Look) -> str:
    return f"{look.beneficiary}|{look.entitlement}|{int(look.duration.total_seconds())}"
