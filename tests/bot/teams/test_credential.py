"""One token for everybody, fetched ahead of need by one thread (D1)."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.teams.credential import Credential, CredentialError, Issued


class _Entra:
    """Issues numbered tokens of ten minutes, and notes in which thread it was asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.threads: list[str] = []
        self.fails = False
        self.go = threading.Event()
        self.go.set()

    def __call__(self) -> Issued:
        self.go.wait()
        self.threads.append(threading.current_thread().name)
        if self.fails:
            raise CredentialError("invalid_client")
        return Issued(token=f"token-{len(self.threads)}", expires_at=self.now + 600)


@asynccontextmanager
async def _opened(issuer: Callable[[], Issued], entra: _Entra) -> AsyncIterator[Credential]:
    credential = Credential(issuer, epoch=lambda: entra.now)
    await credential.open()
    yield credential
    entra.go.set()
    await credential.close()


async def test_a_token_is_fetched_once_for_any_number_of_turns() -> None:
    entra = _Entra()
    async with _opened(entra, entra) as credential:
        tokens = await asyncio.gather(*(credential.token() for _ in range(50)))
        again = [await credential.token() for _ in range(50)]

    assert ({*tokens, *again}, entra.threads) == ({"token-1"}, ["credential_0"])


async def test_those_who_come_before_the_first_token_wait_for_the_one_fetch() -> None:
    entra = _Entra()
    entra.go.clear()
    async with _opened(entra, entra) as credential:
        waiting = asyncio.gather(*(credential.token() for _ in range(10)))
        await asyncio.sleep(0)
        is_ready = credential.ready
        entra.go.set()
        tokens = await waiting

    assert (is_ready, set(tokens), len(entra.threads)) == (False, {"token-1"}, 1)


async def test_a_token_about_to_expire_is_not_handed_out() -> None:
    entra = _Entra()
    async with _opened(entra, entra) as credential:
        first = await credential.token()
        entra.now += 569
        still = await credential.token()
        entra.now += 1
        second = await credential.token()

    assert (first, still, second) == ("token-1", "token-1", "token-2")


async def test_a_token_that_the_service_refuses_is_replaced_at_most_once_a_minute() -> None:
    entra = _Entra()
    async with _opened(entra, entra) as credential:
        await credential.token()
        credential.refused()
        within_the_minute = await credential.token()
        entra.now += 60
        credential.refused()
        after_it = await credential.token()

    assert (within_the_minute, after_it) == ("token-1", "token-2")


async def test_one_who_gives_up_does_not_take_the_fetch_from_the_others() -> None:
    entra = _Entra()
    entra.go.clear()
    async with _opened(entra, entra) as credential:
        impatient, patient = asyncio.create_task(credential.token()), asyncio.create_task(credential.token())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        entra.go.set()
        token = await patient

    assert (token, impatient.cancelled()) == ("token-1", True)


async def test_a_refusal_is_said_and_not_handed_out() -> None:
    entra = _Entra()
    entra.fails = True
    async with _opened(entra, entra) as credential:
        with pytest.raises(CredentialError, match="invalid_client"):
            await credential.token()
        with pytest.raises(CredentialError, match="no token is at hand"):
            credential.at_hand()
