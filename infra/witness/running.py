"""A witness from its command line: its key, what it trusts, where it listens."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

import click
from aiohttp import web

from approvals.evidence.notes import Kind, Signer, VerifierKey
from bot.clock import system_now
from infra.secret import derive, installation_secret
from infra.witness.memory import Memory, WitnessError, alone
from infra.witness.serving import Witness


async def run_witness(*, host: str, port: int, name: str, logs: Sequence[str], key_file: Path, state: Path) -> None:
    """Serve until interrupted; prints the verifier key and the address first.

    Raises:
        WitnessError: a log is named twice, what was seen cannot be read, or another witness keeps it.
        NoteError: the key of a log cannot be read.
    """
    signer = witness_signer(key_file, name=name)
    known = [VerifierKey.parse(one) for one in logs]
    trusted = {key.name: key for key in known}
    if len(trusted) != len(known):
        raise WitnessError("two of the logs have one name; a witness keeps one history for each name")
    with alone(state):
        runner = web.AppRunner(Witness(signer, logs=trusted, memory=Memory(state), now=system_now).app(), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            click.echo(str(signer.verifier))
            click.echo("http://{}:{}".format(*runner.addresses[0][:2]))
            await _interrupted()
        finally:
            await runner.cleanup()


async def _interrupted() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def witness_signer(key_file: Path, *, name: str) -> Signer:
    """The witness's signer, from a secret of its own. Raises SecretError."""
    return Signer.of(name, derive(installation_secret(key_file), purpose="witness"), kind=Kind.COSIGNED)
