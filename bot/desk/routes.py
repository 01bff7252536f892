"""The addresses of the desk. Everything but the sign-in and the two files of its looks is behind the door."""

from aiohttp import web

from approvals.operations.desk import Desk
from approvals.words import say
from bot.clock import Now, system_now
from bot.desk.asked import LIST, SIGN_IN
from bot.desk.door import SIGNED_OUT, Door
from bot.desk.pages import STATIC, redirect
from bot.desk.session import SIGNED_IN
from bot.desk.tickets import TicketPages
from bot.settings import Settings, SettingsError

_LEAST_SECRET = 32


def desk_routes(desk: Desk, *, settings: Settings, clock: Now = system_now) -> list[web.RouteDef]:
    """The helpdesk's routes, for the application to add. Nothing is opened and nothing has to be closed.

    ``clock`` is the real time by which sessions age; what the pages say of requests follows ``desk.now``.

    Raises:
        SettingsError: the file of the installation's secret cannot be read, or is too short for a key.
    """
    door = Door(desk=desk, settings=settings, secret=_secret(settings), clock=clock)
    tickets = TicketPages(desk)
    return [
        web.get(LIST, door.behind(tickets.list)),
        web.get(f"{LIST}/", _to_the_list),
        web.get(f"{LIST}/tickets", _to_the_list),
        web.get(f"{LIST}/tickets/{{number}}", door.behind(tickets.one)),
        web.get(SIGN_IN, door.sign_in),
        web.get(SIGNED_IN, door.signed_in),
        web.post(f"{LIST}/sign-out", door.sign_out),
        web.get(SIGNED_OUT, door.signed_out),
        STATIC.route,
        web.get(f"{LIST}/{{nothing:.*}}", door.behind(tickets.missing)),
    ]


async def _to_the_list(_request: web.Request) -> web.Response:
    return redirect(LIST)


def _secret(settings: Settings) -> bytes:
    try:
        secret = settings.secret_file.read_bytes()
    except OSError as error:
        told = {"file": repr(str(settings.secret_file)), "why": str(error.strerror)}
        raise SettingsError(say("COUNTERSIGN_SECRET_FILE: {file} cannot be read ({why})", **told)) from error
    if len(secret) < _LEAST_SECRET:
        raise SettingsError(
            say(
                "COUNTERSIGN_SECRET_FILE: {file} holds {count} bytes, and {least} are needed; "
                "delete it, and the next start makes a new one",
                file=repr(str(settings.secret_file)),
                count=len(secret),
                least=_LEAST_SECRET,
            )
        )
    return secret
