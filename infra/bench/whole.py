"""The whole product but its worker, with a probe: what a web process of its own is.

    python -m infra.bench.whole APP_ID TENANT AUTHORITY SECRET_FILE FOLDER

Prints the port it listens on. FOLDER holds the database and the keys.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.app import Front, make_app, settle
from bot.clock import system_now
from bot.counter import Counter
from bot.settings import Settings
from bot.step_up.sign_ins import SignIns
from bot.teams.credential import Issued
from bot.turns import Turns
from infra.bench.lag import with_probe
from infra.bench.serving import serve_within
from infra.house import open_desk
from infra.secret import button_key, derive, installation_secret


def bench_settings(folder: Path, authority: str, *, app_id: str, tenant: str, secret: Path) -> Settings:
    """Settings for a server whose authority is the benchmark's own."""
    return Settings(
        app_id=app_id,
        tenant_id=tenant,
        client_secret_file=secret,
        simulator_url=authority,
        simulator_https_url=authority.replace("http://", "https://"),
        simulator_ca_file=secret,
        database=folder / "countersign.db",
        catalog=folder / "catalog",
        policy=folder / "policy",
        secret_file=folder / "countersign.key",
    )


@asynccontextmanager
async def whole(settings: Settings) -> AsyncIterator[web.Application]:
    """The application on its records."""
    async with open_desk(settings, now=system_now) as desk:
        secret = installation_secret(settings.secret_file)
        sign_ins = SignIns(settings, key=derive(secret, purpose="step-up"), clock=system_now)
        counter = Counter(desk=desk, key=button_key(secret, tenant=settings.tenant_id), sign_ins=sign_ins)
        front = Front.of(settings, issuer=lambda: Issued(token="x", expires_at=time.time() + 3600))  # noqa: S106  (a stand-in)
        app = with_probe(make_app(settings, turn=Turns(counter), front=front))
        settle()
        yield app


if __name__ == "__main__":
    _settings = bench_settings(Path(sys.argv[5]), sys.argv[3], app_id=sys.argv[1], tenant=sys.argv[2], secret=Path(sys.argv[4]))
    asyncio.run(serve_within(whole(_settings)))
