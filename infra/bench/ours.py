"""Our front, authentication on as always, answering every message with one message; with a probe of its event loop's lag.

    python -m infra.bench.ours APP_ID TENANT AUTHORITY SECRET_FILE

Prints the port it listens on. The bot's own outbound token is a stand-in: no turn fetches one (D1).
"""

import sys
import time
from pathlib import Path

from aiohttp import web
from botbuilder.core import TurnContext

from bot.app import Front, make_app, settle
from bot.settings import Settings
from bot.teams.credential import Issued
from infra.bench.lag import with_probe
from infra.bench.serving import serve


async def _turn(context: TurnContext) -> dict[str, object] | None:
    if context.activity.type == "message":
        await context.send_activity(f"You said: {context.activity.text}")
    return None


def our_app(app_id: str, tenant: str, authority: str, secret: Path) -> web.Application:
    """The production application with the smallest dialogue."""
    settings = Settings(
        app_id=app_id,
        tenant_id=tenant,
        client_secret_file=secret,
        simulator_url=authority,
        simulator_https_url=authority.replace("http://", "https://"),
        simulator_ca_file=secret,
    )
    front = Front.of(settings, issuer=lambda: Issued(token="x", expires_at=time.time() + 3600))  # noqa: S106  (a stand-in)
    return with_probe(make_app(settings, turn=_turn, front=front))


if __name__ == "__main__":
    _app = our_app(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    settle()  # as ``countersign serve`` does
    serve(_app)
