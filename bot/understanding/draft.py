"""What has been understood of a request so far, kept between two messages of one person.

A draft is nobody's word but the requester's: it is shown to them as a preview, and only their press submits it.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from approvals.change import EntitlementId


class Field(StrEnum):
    """What a request needs, in the order in which it is asked for."""

    ENTITLEMENT = "entitlement"
    DURATION = "duration"
    REASON = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request that may be incomplete. ``offered`` are the entitlements of the open "Which one?", in the order shown (the first is 1)."""

    entitlement: EntitlementId | None = None
    duration: timedelta | None = None
    reason: str = ""
    reference: str | None = None
    """A ticket of another system that the requester named, such as ``INC-4711``; never one of ours."""
    asked: Field | None = None
    """The field that the last question was about; None when nothing is open."""
    offered: tuple[EntitlementId, ...] = ()
    amount: str = ""
    """A number that was said without its unit, while the unit is asked for."""
    is_on_form: bool = False
    """Whether the form was the last that was shown of it: then it is not ready, even where nothing is missing."""

    @property
    def missing(self) -> Field | None:
        """The first field that is not known yet; None when the draft is ready for the preview."""
        if self.entitlement is None:
            return Field.ENTITLEMENT
        if self.duration is None:
            return Field.DURATION
        return None if self.reason else Field.REASON

    def to_json(self) -> str:
        """The draft as one JSON object with sorted keys; the duration in seconds."""
        return json.dumps(
            {
                "entitlement": self.entitlement,
                "duration_s": None if self.duration is None else int(self.duration.total_seconds()),
                "reason": self.reason,
                "reference": self.reference,
                "asked": self.asked,
                "offered": list(self.offered),
                "amount": self.amount,
                "is_on_form": self.is_on_form,
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Draft":
        """The draft that :meth:`to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the text was written by something else.
        """
        stored = json.loads(text)
        return cls(
            entitlement=None if stored["entitlement"] is None else EntitlementId(stored["entitlement"]),
            duration=None if stored["duration_s"] is None else timedelta(seconds=stored["duration_s"]),
            reason=stored["reason"],
            reference=stored["reference"],
            asked=None if stored["asked"] is None else Field(stored["asked"]),
            offered=tuple(EntitlementId(offer) for offer in stored["offered"]),
            amount=stored["amount"],
            # Drafts of older releases do not say it.
            is_on_form=stored.get("is_on_form", False),
        )
