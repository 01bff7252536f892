"""The witness: it cosigns what only ever grows, over real HTTP, and refuses a fork and a roll-back."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from approvals.evidence.checkpoints import Checkpoint, checkpoint
from approvals.evidence.notes import Note, Signer
from approvals.evidence.submission import Submission
from approvals.evidence.tree import CompactRange, consistency_proof, leaf_hash
from infra.witness.judging import Cosign, Refuse, Seen, judge
from infra.witness.memory import Memory, WitnessError, alone
from infra.witness.running import run_witness
from tests.approvals.evidence.keys import LOG, STRANGER
from tests.infra.running_witness import Running, a_witness


class Log:
    """A log that grows, and can be told otherwise."""

    def __init__(self, *leaves: str, signer: Signer = LOG) -> None:
        self.signer = signer
        self.range = CompactRange()
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.roots = [self.range.root()]
        for leaf in leaves:
            self.nodes |= {(level, place): top for level, place, top in self.range.append(leaf_hash(leaf.encode()))}
            self.roots.append(self.range.root())

    def at(self, size: int) -> Checkpoint:
        return checkpoint(size, self.roots[size], signer=self.signer)

    def shown(self, *, old: int, new: int) -> str:
        proof = consistency_proof(old, new, nodes=lambda level, place: self.nodes[level, place])
        return str(Submission(old=old, proof=tuple(proof), checkpoint=self.at(new)))


GROWN = Log(*"abcdefghij")
FORK = Log(*"abcdXfghij")
KNOWN = {LOG.name: LOG.verifier}
SEEN = {LOG.name: Seen(size=6, root=GROWN.roots[6])}


OTHER = Signer.of("other.example", b"o" * 32)
_IDS = ["size", "letter", "short hash", "long proof", "unknown log", "stranger", "backwards"]
_IDS += ["too little", "afresh", "roll-back", "fork in place", "fork", "no proof"]


# Judging.


def test_what_only_grew_is_cosigned() -> None:
    for old in (0, 6):
        seen = {LOG.name: Seen(size=old, root=GROWN.roots[old])}

        assert judge(GROWN.shown(old=old, new=9), logs=KNOWN, seen=seen) == Cosign(checkpoint=GROWN.at(9))


def test_the_same_again_is_cosigned_again() -> None:
    assert judge(GROWN.shown(old=6, new=6), logs=KNOWN, seen=SEEN) == Cosign(checkpoint=GROWN.at(6))


@pytest.mark.parametrize(
    ("shown", "status", "known"),
    [
        ("old six\n\n" + str(GROWN.at(9).note), 400, None),
        ("Dear Maria", 400, None),
        (f"old 6\nAAAA\n\n{GROWN.at(9).note}", 400, None),
        (f"old 6\n{'A' * 43}=\n" * 1 + f"{'A' * 43}=\n" * 63 + f"\n{GROWN.at(9).note}", 400, None),
        (str(Submission(old=6, proof=(), checkpoint=checkpoint(9, GROWN.roots[9], signer=OTHER))), 404, None),
        (str(Submission(old=6, proof=(), checkpoint=checkpoint(9, GROWN.roots[9], signer=STRANGER))), 403, None),
        (str(Submission(old=9, proof=(), checkpoint=GROWN.at(6))), 400, None),
        (GROWN.shown(old=4, new=9), 409, 6),
        (GROWN.shown(old=0, new=9), 409, 6),
        (GROWN.shown(old=5, new=5), 409, 6),
        (FORK.shown(old=6, new=6), 409, 6),
        (FORK.shown(old=6, new=9), 422, None),
        (str(Submission(old=6, proof=(), checkpoint=GROWN.at(9))), 422, None),
    ],
    ids=_IDS,
)
def test_whatever_else_is_refused_in_the_words_of_the_protocol(shown: str, status: int, known: int | None) -> None:
    answer = judge(shown, logs=KNOWN, seen=SEEN)

    assert isinstance(answer, Refuse)
    assert (answer.status, answer.known) == (status, known)


# Remembering.


def test_what_was_seen_is_there_after_a_restart(tmp_path: Path) -> None:
    Memory(tmp_path / "seen.json").keep("log.example", Seen(size=6, root=GROWN.roots[6]))

    assert Memory(tmp_path / "seen.json").seen == {"log.example": Seen(size=6, root=GROWN.roots[6])}


@pytest.mark.parametrize("text", ["", "[]", "{}x", '{"log":{}}', '{"log":{"size":"six","root":""}}'])
def test_a_memory_that_was_damaged_is_not_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "seen.json").write_text(text, encoding="utf-8")

    with pytest.raises(WitnessError, match="is not what a witness has written"):
        Memory(tmp_path / "seen.json").seen  # noqa: B018


# The process.


async def submitted(running: Running, text: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.post(f"{running.url}/add-checkpoint", data=text.encode()) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), await answer.text()


async def test_over_http_it_cosigns_refuses_and_remembers(tmp_path: Path) -> None:
    async with a_witness(tmp_path, LOG.verifier) as running:
        first = await submitted(running, GROWN.shown(old=0, new=6))
        fork = await submitted(running, FORK.shown(old=6, new=9))
        back = await submitted(running, GROWN.shown(old=4, new=5))
    async with a_witness(tmp_path, LOG.verifier) as running:
        still = await submitted(running, GROWN.shown(old=0, new=9))
        onward = await submitted(running, GROWN.shown(old=6, new=9))

    assert first[0] == 200
    assert Note(text=GROWN.at(6).note.text, lines=(first[2],)).cosigned_at(running.key) is not None
    assert (fork[0], back, still) == (422, (409, "text/x.tlog.size", "6\n"), (409, "text/x.tlog.size", "6\n"))
    assert Note(text=GROWN.at(9).note.text, lines=(onward[2],)).cosigned_at(running.key) is not None


async def test_of_two_that_come_at_once_neither_takes_the_others_place(tmp_path: Path) -> None:
    async with a_witness(tmp_path, LOG.verifier) as running:
        answers = await asyncio.gather(*(submitted(running, GROWN.shown(old=0, new=new)) for new in range(1, 10)))

    assert sorted(answer[0] for answer in answers) == [200, *[409] * 8]


async def test_a_second_witness_with_the_same_memory_is_refused(tmp_path: Path) -> None:
    with alone(tmp_path / "witness.json"), pytest.raises(WitnessError, match="another witness remembers there"):
        await run_witness(host="127.0.0.1", port=0, name="w2", logs=[], key_file=tmp_path / "w2.key", state=tmp_path / "witness.json")


async def test_what_cannot_be_remembered_is_not_cosigned(tmp_path: Path) -> None:
    (tmp_path / "witness.json.new").mkdir()

    async with a_witness(tmp_path, LOG.verifier) as running:
        answer = await submitted(running, GROWN.shown(old=0, new=6))

    assert (answer[0], answer[2]) == (503, "what was seen cannot be kept at the moment\n")
