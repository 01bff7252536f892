"""Checkpoints leave the bot, and its witness is not deceived. A decision waits for nobody outside."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from approvals.errors import PublishError
from approvals.evidence import publication
from approvals.evidence.checkpoints import Checkpoint, checkpoint, checkpoints_in
from approvals.evidence.leaves import COLUMNS
from approvals.evidence.notes import Signer, VerifierKey
from approvals.evidence.publication import Place, seen_by
from approvals.evidence.tree import EMPTY
from bot.publishing.publisher import Publisher
from bot.publishing.witness import Witness
from infra.evidence_key import signer_of
from infra.house import open_house
from infra.serving import Local, free_port, local_settings
from infra.simulator import Simulator
from tests.approvals.evidence.attacker import bend, rewrite_tree
from tests.approvals.evidence.keys import LOG, WITNESS
from tests.infra.outside import a_server
from tests.infra.running_witness import Running, a_witness
from tests.infra.scenes import ANA, MARIA, asked, granted, previewed, quiet, seen
from tests.infra.test_commands import DONE, FAILED, countersign

# The bot and its witness.


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A bot that publishes to a file and to a witness."""

    local: Local
    witness: Running
    file: Path
    key: str

    @property
    def where(self) -> Sequence[str | Path]:
        return ("--database", self.local.settings.database, "--secret-file", self.local.settings.secret_file)

    async def until(self, size: int) -> None:
        """Wait until the witness has seen so many entries, and the bot has noted it and has nothing left to do."""
        store, committed = self.local.house.desk.store, asyncio.Event()
        store.when_committed(committed.set)
        async with asyncio.timeout(20):
            while await store.read(lambda tx: seen_by(tx, self.witness.key)) < size or self.on_file() < size:
                await committed.wait()
                committed.clear()
        await quiet(self.local)

    def on_file(self) -> int:
        """How many entries the newest checkpoint in the file names."""
        return checkpoints_in(self.file.read_text(encoding="utf-8"))[-1].size if self.file.exists() else 0


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    port = free_port()
    log = signer_of(folder / "countersign.key", name=f"127.0.0.1:{port}/evidence").verifier
    async with a_witness(folder, log) as witness, Simulator(folder=folder) as simulator:
        published = {"witness_url": witness.url, "witness_key": str(witness.key), "checkpoint_file": folder / "checkpoints.txt"}
        settings = local_settings(folder, simulator, port=port).model_copy(update=published)
        async with open_house(settings) as house:
            simulator.bot_url = f"{house.url}/api/messages"
            local = Local(house=house, simulator=simulator, settings=settings)
            yield Watched(local=local, witness=witness, file=folder / "checkpoints.txt", key=str(log))


async def test_every_entry_is_witnessed_soon_and_said_to_be(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await granted(bot.local)
        await bot.until(7)

        shown = await countersign("audit", "show", "REQ-1001", *bot.where[:2])
        checked = await countersign("audit", "verify", "--witness-key", str(bot.witness.key), "--checkpoint", bot.file, *bot.where)
        proofs = await countersign("audit", "prove", "REQ-1001", *bot.where[:2])
        (tmp_path / "proofs").write_text(proofs.stdout, encoding="utf-8")
        offline = await countersign(
            "audit", "verify", "--proof", tmp_path / "proofs", "--key", bot.key, "--witness-key", str(bot.witness.key)
        )

    assert [line.rpartition("[")[2] for line in shown.stdout.splitlines()] == [f"entry {place}, witnessed]" for place in range(2, 8)]
    assert (checked.exit_code, offline.exit_code) == (DONE, DONE), (checked.stderr, offline.stderr)
    assert checked.stdout.splitlines()[1].startswith("the witness witness.example/w1 had seen 7 of them on ")


async def test_a_log_that_was_rewritten_with_its_key_is_refused_by_the_witness_and_found(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)
        bend(bot.local.settings.database, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 1")
        rewrite_tree(bot.local.settings.database, signer=signer_of(bot.local.settings.secret_file, name=VerifierKey.parse(bot.key).name))

        found = await countersign("audit", "verify", "--checkpoint", bot.file, *bot.where)
        inside = await countersign("audit", "verify", "--witness-key", str(bot.witness.key), *bot.where)

    assert found.stdout.splitlines()[0].startswith("rewritten: entr")
    assert (found.exit_code, inside.exit_code) == (FAILED, FAILED)
    assert "is not the one that the witness witness.example/w1 cosigned" in inside.stdout


async def test_a_log_rewritten_around_the_checkpoint_that_was_cosigned_is_found_by_the_witnesss_word(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)
        settings = bot.local.settings
        cosigned = "SELECT size, note, peaks FROM checkpoint WHERE size = 3"
        bend(settings.database, f"CREATE TABLE aside AS {cosigned}", "UPDATE evidence SET actor = 'somebody-else' WHERE id = 1")
        bend(settings.database, "INSERT INTO checkpoint SELECT 4, note, peaks FROM checkpoint WHERE size = 3")
        bend(settings.database, f"INSERT INTO evidence ({COLUMNS}) SELECT 4{COLUMNS.removeprefix('id')} FROM evidence WHERE id = 3")  # noqa: S608
        rewrite_tree(settings.database, signer=signer_of(settings.secret_file, name=VerifierKey.parse(bot.key).name))
        bend(settings.database, "DELETE FROM checkpoint WHERE size = 3", "INSERT INTO checkpoint SELECT * FROM aside")

        found = await countersign("audit", "verify", "--witness-key", str(bot.witness.key), *bot.where)

    assert found.exit_code == FAILED
    assert found.stdout.splitlines()[0] == (
        "rewritten: entries 1 to 3 were rewritten and signed anew: the checkpoint kept outside has another root"
    )


async def test_two_witnesses_who_were_shown_two_histories_tell_of_it(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)
        settings, log = bot.local.settings, signer_of(bot.local.settings.secret_file, name=VerifierKey.parse(bot.key).name)
        shown = checkpoint(3, EMPTY, signer=log).note.text
        said = WITNESS.cosign(shown, at=bot.local.house.desk.now())
        bend(settings.database, f"INSERT INTO cosignature VALUES (3, '{WITNESS.verifier}', '{said}', '2025-11-22')")  # noqa: S608
        keys = [word for key in (bot.witness.key, WITNESS.verifier) for word in ("--witness-key", str(key))]

        found = await countersign("audit", "verify", *keys, *bot.where)

    assert (found.exit_code, found.stdout) == (
        FAILED,
        "rewritten: the checkpoint of 3 entries is not the one that the witness witness.example/w1 cosigned\n",
    )


async def test_another_witness_in_the_place_of_the_first_is_shown_what_there_is_at_once(local: Local) -> None:
    await asked(local)
    store, now = local.house.desk.store, local.house.desk.now()

    async def behind(**targets: str) -> tuple[Place, ...]:
        named = {Place[place]: target for place, target in targets.items()}
        await store.write(lambda tx: publication.publish_to(tx, named, now=now))
        return await store.read(lambda tx: publication.behind(tx, now=now))

    first = await behind(WITNESS="one")
    await store.write(lambda tx: publication.is_told(tx, Place.WITNESS, size=3))
    told = await behind(WITNESS="one")

    assert (first, told, await behind(WITNESS="two")) == ((Place.WITNESS,), (), (Place.WITNESS,))


async def test_an_old_copy_put_in_the_logs_place_is_refused_by_the_witness(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)
        desk, settings = bot.local.house.desk, bot.local.settings
        for statement in ("DELETE FROM evidence WHERE id > 1", "DELETE FROM checkpoint WHERE size > 1", "DELETE FROM cosignature"):
            bend(settings.database, statement)

        with pytest.raises(PublishError) as raised:
            await Publisher.of(settings, desk=desk).publish(Place.WITNESS)

    assert str(raised.value) == (
        "the witness witness.example/w1 has seen 3 entries and the log has 1: it was cut off, or an old copy was put in its place"
    )


async def test_a_fork_is_refused_by_the_witness_and_the_bot_says_so(tmp_path: Path) -> None:
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)
        settings, desk = bot.local.settings, bot.local.house.desk
        bend(settings.database, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 1")
        rewrite_tree(settings.database, signer=signer_of(settings.secret_file, name=VerifierKey.parse(bot.key).name))

        with pytest.raises(PublishError) as raised:
            await Publisher.of(settings, desk=desk).publish(Place.WITNESS)

    assert "answered 409 to the checkpoint of 3 entries: it does not find in it the log that it has seen" in str(raised.value)


async def test_what_no_witness_said_is_not_said_to_be_seen(tmp_path: Path) -> None:
    key = Signer.of("witness.example/w2", base64.b64decode("A" * 43 + "="), kind=LOG.kind).verifier
    async with watched(tmp_path) as bot:
        await asked(bot.local)
        await bot.until(3)

        told = await countersign("audit", "verify", "--witness-key", str(key), *bot.where)

    assert (told.exit_code, told.stdout) == (
        FAILED,
        "truncated: the witness witness.example/w2 has cosigned nothing that is stored here\n",
    )


@pytest.mark.parametrize("said", ["", "thank you", "— witness.example/w1 AAAA\n", LOG.sign("something else\n")])
async def test_what_is_no_word_of_the_witness_is_not_kept(local: Local, said: str) -> None:
    await asked(local)
    store = local.house.desk.store
    made = checkpoint(1, EMPTY, signer=LOG)

    async with a_server(web.Response(status=200, text=said)) as (url, _):
        with pytest.raises(PublishError):
            await Witness(url, key=WITNESS.verifier, store=store).take(made)

    assert await store.read(lambda tx: seen_by(tx, WITNESS.verifier)) == 0


async def test_a_place_that_is_away_holds_nobody_up_and_is_told_when_it_is_back(tmp_path: Path) -> None:
    answers = web.Response(status=503), web.Response(status=503), web.Response(status=200)
    async with a_server(*answers) as (url, heard), Simulator(folder=tmp_path) as simulator:
        port = free_port()
        settings = local_settings(tmp_path, simulator, port=port).model_copy(update={"checkpoint_webhook": url})
        async with open_house(settings) as house:
            simulator.bot_url = f"{house.url}/api/messages"
            local = Local(house=house, simulator=simulator, settings=settings)
            sent = await local.simulator.person(ANA).presses("Send request", on=await previewed(local))
            card = await seen(local, MARIA, "Your decision is needed")
            async with asyncio.timeout(20):
                while len(heard) < 3:
                    await asyncio.sleep(0.05)
                    simulator.advance(timedelta(seconds=5))
            await quiet(local)

    assert (sent.error, card is None) == (None, False)
    assert Checkpoint.parse(heard[-1]).size == 3
