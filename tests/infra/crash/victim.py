"""``python -m tests.infra.crash.victim``: has everything imported, and forks a bot for each order that it reads, one line of JSON each.

An order says under which settings to run, where to tell the points, and at which point to die. A bot also ends when its listener hangs up.
"""

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
from functools import partial
from typing import Any

from approvals.connectors.local import LocalDirectory
from bot.settings import Settings
from infra.house import Parts, open_house
from tests.infra.crash.doomed import DoomedConnector, DoomedSender, DoomedStore
from tests.infra.crash.points import READY, Points
from tests.infra.crash.warm import warm


def main() -> None:
    """Fork until the input ends."""
    warm()
    # What has been loaded is garbage to nobody: without this each child would copy it all, only to look through it.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(READY, flush=True)
    for line in sys.stdin:
        # No thread and no loop has been started: a fork here is as good as a new process, and ten times as quick.
        if os.fork() == 0:
            _be(json.loads(line))


def _be(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(order))
    finally:
        sys.stderr.flush()
        os._exit(0)


async def _serve(order: dict[str, Any]) -> None:
    listener = socket.create_connection(("127.0.0.1", order["listener"]))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def tell(line: str) -> None:
        listener.sendall(f"{line}\n".encode())

    points = Points(tell, fatal=order["fatal"])
    parts = Parts(
        store=partial(DoomedStore, points=points),
        directory=lambda store, now: DoomedConnector(LocalDirectory(store, now=now), points=points),
        sender=partial(DoomedSender, points=points),
    )
    hung_up = asyncio.Event()
    asyncio.get_running_loop().add_reader(listener, hung_up.set)
    async with open_house(Settings(**order["settings"]), parts=parts):
        tell(READY)
        await hung_up.wait()
        os._exit(0)


if __name__ == "__main__":
    main()
