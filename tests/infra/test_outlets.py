"""Where checkpoints are brought: a file that is only added to, and somebody's server that may be slow, dead, loud or false."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from approvals.errors import PublishError
from approvals.evidence.checkpoints import Checkpoint, checkpoint, checkpoints_in
from approvals.evidence.tree import EMPTY
from bot.publishing import webhook
from bot.publishing.file import CheckpointFile
from bot.publishing.webhook import Webhook, post
from tests.approvals.evidence.keys import LOG
from tests.infra.outside import a_server, served

# A file.


async def test_a_file_is_only_ever_added_to(tmp_path: Path) -> None:
    made = [checkpoint(size, EMPTY, signer=LOG) for size in (1, 5, 9)]
    file = CheckpointFile(tmp_path / "kept.txt")

    for one in made:
        await file.take(one)

    assert list(checkpoints_in((tmp_path / "kept.txt").read_text(encoding="utf-8"))) == made


@pytest.mark.parametrize("torn", ["desk.exam", "desk.example/evidence\n", "desk.example/evidence\n12\nAAA"])
async def test_a_checkpoint_that_was_torn_spoils_no_other(tmp_path: Path, torn: str) -> None:
    first, last = (checkpoint(size, EMPTY, signer=LOG) for size in (1, 5))
    path = tmp_path / "kept.txt"
    await CheckpointFile(path).take(first)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{torn}", encoding="utf-8")

    await CheckpointFile(path).take(last)

    assert list(checkpoints_in(path.read_text(encoding="utf-8"))) == [first, last]


async def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"the checkpoint cannot be added \(No such file or directory\)"):
        await CheckpointFile(tmp_path / "missing" / "kept.txt").take(checkpoint(1, EMPTY, signer=LOG))


# Somebody's server.


async def test_a_webhook_is_sent_the_note(tmp_path: Path) -> None:
    made = checkpoint(1, EMPTY, signer=LOG)

    async with a_server(web.Response(status=204)) as (url, heard):
        await Webhook(f"{url}/kept").take(made)

    assert [Checkpoint.parse(text) for text in heard] == [made]


async def test_a_webhook_that_refuses_or_is_away_is_tried_again_later() -> None:
    made = checkpoint(1, EMPTY, signer=LOG)
    async with a_server(web.Response(status=503)) as (url, _):
        with pytest.raises(PublishError, match="answered 503 to the checkpoint of 1 entries"):
            await Webhook(url).take(made)

    with pytest.raises(PublishError, match="did not answer: ClientConnectorError"):
        await Webhook(url).take(made)


async def test_a_webhook_that_never_comes_to_its_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", aiohttp.ClientTimeout(total=0.2))

    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(3600)
        return web.Response()

    async with served(slow) as url:
        with pytest.raises(PublishError, match="did not answer: TimeoutError"):
            await Webhook(url).take(checkpoint(1, EMPTY, signer=LOG))


async def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await answer.write(b"x" * 65_536)
            await asyncio.sleep(0)
        return answer

    async with served(endless) as url:
        assert await post(url, "note") == (200, "x" * 4_096)


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end() -> None:
    async def bit_by_bit(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for letter in "cosigned":
            await answer.write(letter.encode())
            await asyncio.sleep(0.01)
        return answer

    async with served(bit_by_bit) as url:
        assert await post(url, "note") == (200, "cosigned")


async def test_a_webhook_that_points_elsewhere_is_not_followed() -> None:
    async with a_server(web.Response(status=200)) as (elsewhere, heard):

        async def away(_request: web.Request) -> web.Response:
            return web.Response(status=307, headers={"Location": elsewhere})

        async with served(away) as url:
            with pytest.raises(PublishError, match="answered 307 to the checkpoint of 1 entries"):
                await Webhook(url).take(checkpoint(1, EMPTY, signer=LOG))

    assert heard == []


async def test_what_is_secret_in_a_webhooks_address_is_never_spoken_of() -> None:
    async with a_server(web.Response(status=503)) as (url, _):
        hook = Webhook(f"{url.replace('://', '://countersign:s3cret@')}/t0ken?key=pr1vate")
        refusals = []
        for _ in range(2):
            with pytest.raises(PublishError) as raised:
                await hook.take(checkpoint(1, EMPTY, signer=LOG))
            refusals.append(str(raised.value))

    assert refusals[0] == f"{url} answered 503 to the checkpoint of 1 entries"
    assert not any(secret in hook.name for secret in ("s3cret", "t0ken", "pr1vate"))


async def test_a_webhook_is_told_who_posts_by_user_and_password() -> None:
    given: list[str | None] = []

    async def note(request: web.Request) -> web.Response:
        given.append(request.headers.get("Authorization"))
        return web.Response()

    async with served(note) as url:
        await Webhook(url.replace("://", "://countersign:s3cret@")).take(checkpoint(1, EMPTY, signer=LOG))

    assert given == [aiohttp.encode_basic_auth("countersign", "s3cret")]
