"""Who is here and where: the parts of a verified activity that the product goes by.

A person is their Entra object id, as the front has checked it; names and addresses in an activity are decoration.
"""

from dataclasses import dataclass
from datetime import datetime

from botbuilder.schema import Activity

from approvals.change import PersonId
from approvals.evidence import Trigger
from approvals.operations.desk import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One activity of one person.

    ``card`` is the activity id of the card that was pressed; empty for what was written, and in company: a card there is nobody's own,
    and must never be redrawn with what is private.
    """

    person: PersonId
    teams_id: str
    service_url: str
    conversation: str
    is_personal: bool
    activity: str
    card: str
    at: datetime

    @property
    def trigger(self) -> Trigger:
        """What evidence names as the cause."""
        return Trigger(source="teams", service_url=self.service_url, conversation=self.conversation, activity=self.activity, card=self.card)

    @property
    def act(self) -> Act:
        """What operations are told of it."""
        return Act(actor=self.person, trigger=self.trigger, at=self.at)


def visit_of(activity: Activity, *, now: datetime) -> Visit | None:
    """The visit behind an activity, or None where nobody is behind it (an installation without a person, say)."""
    sender = activity.from_property
    if sender is None or not sender.aad_object_id:
        return None
    is_personal = activity.conversation.conversation_type in (None, "personal")
    return Visit(
        person=PersonId(sender.aad_object_id.lower()),
        teams_id=sender.id,
        service_url=activity.service_url,
        conversation=activity.conversation.id,
        is_personal=is_personal,
        activity=activity.id or "",
        card=(activity.reply_to_id or "") if is_personal else "",
        at=now,
    )
