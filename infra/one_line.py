"""How every command ends: done, or one line that says what to do.

Exit codes: 0 done, 1 it failed (the line says why), 2 it was called wrongly.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import click

from approvals.errors import CountersignError
from approvals.words import say
from infra.words import tell, words

P = ParamSpec("P")

FAILED = 1


def one_line(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an asynchronous command; what it meets becomes one line and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(command(*args, **kwargs))
        except CountersignError as error:
            _fail(error.into(words))
        except OSError as error:
            _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        except KeyboardInterrupt:
            tell(say("stopped"), err=True)

    return run


def _fail(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"countersign: {line}", err=True)
    sys.exit(FAILED)
