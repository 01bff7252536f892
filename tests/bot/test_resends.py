"""What may have arrived is sent once and three times more, however often the bot starts again; then it is given up, on record."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from sqlmodel import select

from approvals import outbox
from approvals.change import PersonId, RequestId
from approvals.evidence import Trace
from approvals.evidence.pieces import Piece, pieces
from approvals.jobs.embedded import Job, Kind, ask_for, claim, waiting
from approvals.operations.desk import Desk
from approvals.store.tables import CopyRow, JobRow, MessageRow
from approvals.words import say
from bot.counter import Counter
from bot.delivery import Delivery
from bot.publishing.publisher import Publisher
from bot.step_up.sign_ins import SignIns
from bot.teams.errors import SendError, Throttled, Unavailable
from bot.teams.sender import Activity, Place, Sender
from bot.worker import SENDS, Worker
from tests.approvals.northwind import ANA
from tests.approvals.story import Clock, Story

SILENCE = Unavailable("no answer from the service: TimeoutError", may_have_arrived=True)
NOT_THERE = Unavailable("no connection to the service: ClientConnectorError", may_have_arrived=False)
BUSY = Throttled("the service answered 429", retry_after=timedelta(seconds=1))
NOT_KNOWN = "it was sent again and again, and whether it arrived was never known"


class Killed(BaseException):
    """The process ends here: nothing that follows is done, noted or cleaned up."""


@dataclass
class Teams:
    """What the bot sends, and how it comes back: ``meets`` is raised by each send, once the message has left."""

    meets: BaseException | None = None
    posts: int = 0
    updates: int = 0

    async def open_chat(self, service_url: str, person: str, *, tenant: str) -> Place:
        return Place(service_url=service_url, conversation=f"a:{person}")

    async def post(self, _place: Place, _activity: Activity) -> str | None:
        self.posts += 1
        self._meet()
        return f"posted-{self.posts}"

    async def update(self, _place: Place, _card: str, _activity: Activity) -> None:
        self.updates += 1
        self._meet()

    def _meet(self) -> None:
        if self.meets is not None:
            raise self.meets


@dataclass
class House:
    """A bot that can be started anew on its records at any time."""

    story: Story
    teams: Teams
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process: it remembers nothing but the records."""
        desk = self.story.desk
        counter = Counter(desk=desk, key=b"k" * 32, sign_ins=cast(SignIns, None))
        delivery = Delivery(counter=counter, sender=cast(Sender, self.teams), tenant="t", service_url="https://teams.example/")
        self.worker = Worker(desk=desk, delivery=delivery, publisher=Publisher(desk=desk, outlets={}))

    async def works(self, *, times: int = 1, passes: timedelta = timedelta(hours=1)) -> None:
        """Claim and do what is due, so often; time passes in between. What kills the process ends the work as it stands."""
        for _ in range(times):
            for job in await self._claimed():
                try:
                    await self.worker._run(job)
                except Killed:
                    self.start()
            self.story.clock.advance(passes)

    async def _claimed(self) -> tuple[Job, ...]:
        return await self.story.desk.store.write(lambda tx: claim(tx, lease="one", now=self.story.clock(), most=10))

    async def due_in(self) -> timedelta:
        (job,) = await self.story.desk.store.read(lambda tx: tx.exec(select(JobRow)).all())
        return job.due_at - self.story.clock()

    async def unreached(self) -> list[Piece]:
        return [one for one in await self.story.desk.store.read(pieces) if one.kind == Trace.UNREACHED]


@pytest.fixture
def story(desk: Desk, clock: Clock) -> Story:
    return Story(desk, clock)


@pytest.fixture
async def house(story: Story) -> House:
    return House(story, Teams())


async def tells(house: House, *, request: RequestId | None = None, who: PersonId = ANA) -> int:
    """Somebody is to be told something; which message it is."""
    desk, now = house.story.desk, house.story.clock()
    await desk.store.write(lambda tx: outbox.tell(tx, (who,), say("Access works."), request=request, about="test", now=now))
    (message,) = await messages(house)
    return message.id or 0


async def messages(house: House) -> list[MessageRow]:
    told = select(MessageRow).where(MessageRow.key.endswith(f"/test/{ANA}"))  # type: ignore[attr-defined]
    return await house.story.desk.store.read(lambda tx: list(tx.exec(told)))


@pytest.mark.parametrize("meets", [Killed(), SILENCE, Unavailable("the service answered 503", may_have_arrived=True)])
async def test_what_may_have_arrived_is_sent_four_times_over_any_number_of_starts_and_given_up_on_record(
    house: House, meets: BaseException
) -> None:
    request = await house.story.asked()
    await house.story.jobs_done()
    await tells(house, request=request)
    house.teams.meets = meets

    for _ in range(3 * SENDS):
        house.start()
        await house.works()

    (row,), (proof,) = await messages(house), await house.unreached()
    assert (house.teams.posts, await house.story.desk.store.read(waiting)) == (SENDS, 0)
    assert (row.problem, row.sent_at is None) == (NOT_KNOWN, False)
    assert (proof.request, str(proof.sentence)) == (request, f"Ana Ferreira could not be reached in Teams: {NOT_KNOWN}.")


async def test_what_is_given_up_and_belongs_to_no_request_is_on_record_too(house: House) -> None:
    await tells(house)
    house.teams.meets = SILENCE

    await house.works(times=SENDS + 1)

    assert [(one.request, one.body["result"]["person"]) for one in await house.unreached()] == [(None, ANA)]


@pytest.mark.parametrize("meets", [NOT_THERE, BUSY])
async def test_what_certainly_did_not_arrive_is_tried_on_and_counts_for_nothing(house: House, meets: SendError) -> None:
    await tells(house)
    house.teams.meets = meets
    await house.works(times=12)
    house.teams.meets = None

    await house.works()

    (row,) = await messages(house)
    assert (house.teams.posts, row.problem, await house.unreached()) == (13, None, [])


async def test_certain_and_uncertain_failures_in_turn_are_told_apart(house: House) -> None:
    await tells(house)
    for meets in (SILENCE, BUSY, SILENCE, NOT_THERE, Killed(), BUSY, SILENCE):
        house.teams.meets = meets
        await house.works()
    sent, house.teams.meets = house.teams.posts, None

    await house.works()

    (row,) = await messages(house)
    assert (sent, house.teams.posts, row.problem) == (7, 7, NOT_KNOWN)


async def test_the_last_try_waits_until_what_was_wrong_may_be_over(house: House) -> None:
    await tells(house)
    house.teams.meets = SILENCE
    waits = []
    for _ in range(SENDS - 1):
        await house.works(passes=timedelta(0))
        waits.append(await house.due_in())
        house.story.clock.advance(waits[-1])

    assert waits == [timedelta(seconds=1), timedelta(seconds=3), timedelta(minutes=15)]


async def copies(house: House) -> list[tuple[str | None, str | None]]:
    """Where each card is, and what is wrong with it."""
    rows = await house.story.desk.store.read(lambda tx: tx.exec(select(CopyRow)).all())
    return [(row.activity, row.problem) for row in rows]


@pytest.mark.parametrize("meets", [Killed(), SILENCE])
async def test_a_card_is_posted_four_times_and_given_up_on_record_until_the_next_step(house: House, meets: BaseException) -> None:
    request = await house.story.asked()
    house.teams.meets = meets

    await house.works(times=3 * SENDS)
    given_up, posts, house.teams.meets = await copies(house), house.teams.posts, None
    await house.story.withdraws(request)
    await house.works()

    # One for Ana, who asked, and one for Maria, who decides.
    assert (posts, given_up, len(await house.unreached())) == (2 * SENDS, [(None, NOT_KNOWN)] * 2, 2)
    assert [problem for _, problem in await copies(house)] == [None, None]


@pytest.mark.parametrize("meets", [SILENCE, BUSY])
async def test_redrawing_a_card_that_is_there_counts_for_nothing(house: House, meets: SendError) -> None:
    request = await house.story.asked()
    await house.works()
    await house.story.withdraws(request)
    house.teams.meets = meets
    await house.works(times=12)
    due_in, house.teams.meets = await house.due_in(), None

    await house.works()

    assert (house.teams.posts, house.teams.updates) == (2, 26)
    # An hour has passed since: it was to be tried again after ten minutes, as anything is.
    assert due_in <= timedelta(minutes=10) - timedelta(hours=1)
    assert [problem for _, problem in await copies(house)] == [None, None]


async def test_a_process_that_dies_redrawing_posts_nothing_new_and_redraws_what_is_there(house: House) -> None:
    request = await house.story.asked()
    await house.works()
    await house.story.withdraws(request)
    await house.story.jobs_done()
    await house.story.desk.store.write(lambda tx: ask_for(tx, (Kind.REDRAW, request), now=house.story.clock()))
    house.teams.meets = Killed()
    await house.works(times=SENDS + 3)
    house.teams.meets = None

    await house.works()

    assert (house.teams.posts, [problem for _, problem in await copies(house)]) == (2, [None, None])
