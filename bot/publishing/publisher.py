"""The newest checkpoint is brought to each place that is set up. One attempt for each call; the worker is the only retry loop."""

from collections.abc import Mapping
from typing import Protocol

from approvals.evidence import publication
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.notes import VerifierKey
from approvals.evidence.publication import Place
from approvals.evidence.stored import last_checkpoint
from approvals.operations.desk import Desk
from bot.publishing.file import CheckpointFile
from bot.publishing.webhook import Webhook
from bot.publishing.witness import Witness
from bot.settings import Settings


class Outlet(Protocol):
    """Somewhere that a checkpoint can be brought. ``name`` tells it from another that takes its place; no secret is in it."""

    name: str

    async def take(self, checkpoint: Checkpoint) -> None:
        """Bring it there; twice is as good as once. Raises PublishError."""


class Publisher:
    """What brings the newest checkpoint to each place."""

    def __init__(self, outlets: Mapping[Place, Outlet], *, desk: Desk) -> None:
        self._outlets = outlets
        self._desk = desk

    @classmethod
    def of(cls, settings: Settings, *, desk: Desk) -> "Publisher":
        """The publisher that ``settings`` describe."""
        outlets: dict[Place, Outlet] = {}
        if settings.checkpoint_file is not None:
            outlets[Place.FILE] = CheckpointFile(settings.checkpoint_file)
        if settings.checkpoint_webhook is not None:
            outlets[Place.WEBHOOK] = Webhook(settings.checkpoint_webhook)
        if settings.witness_url is not None and settings.witness_key is not None:
            outlets[Place.WITNESS] = Witness(settings.witness_url, key=VerifierKey.parse(settings.witness_key), store=desk.store)
        return cls(outlets, desk=desk)

    async def open(self) -> None:
        """Have these places kept up to date from now on, and no others."""
        now, targets = self._desk.now(), {place: outlet.name for place, outlet in self._outlets.items()}
        await self._desk.store.write(lambda tx: publication.publish_to(tx, targets, now=now))

    async def publish(self, place: int) -> None:
        """Bring the newest checkpoint to one place.

        Raises:
            PublishError: it did not arrive, or was refused.
        """
        store, outlet = self._desk.store, self._outlets.get(Place(place))
        newest = await store.read(last_checkpoint)
        if outlet is None or newest is None:
            return
        await outlet.take(newest)
        await store.write(lambda tx: publication.is_told(tx, Place(place), size=newest.size))
