"""The authority over HTTP: what the Bot Framework and Entra publish, the token endpoint, and the sign-in page.

On the plain listener: Bot Framework metadata and keys, the sign-in page. On the https listener: Entra's discovery, keys and token endpoint
(msal insists on https). The two sets of keys are apart, as Microsoft's are.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import jinja2
from aiohttp import web

from infra.simulator.authority import Authority
from infra.simulator.errors import OrganisationError, Refused
from infra.simulator.faults import Faults
from infra.simulator.organisation import Employee, Organisation
from infra.simulator.shape import Json, JsonObject
from infra.simulator.words import words_for

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entra:
    """Serves one authority. ``organisation`` is who can sign in."""

    def __init__(self, authority: Authority, *, organisation: Organisation, faults: Faults) -> None:
        self._authority = authority
        self._organisation = organisation
        self._faults = faults
        folder = jinja2.FileSystemLoader(Path(__file__).parent)
        self._page = jinja2.Environment(loader=folder, autoescape=True, undefined=jinja2.StrictUndefined).get_template("sign_in.html.j2")

    def add_http_routes(self, app: web.Application) -> None:
        """Serve the Bot Framework's documents and the sign-in page."""
        app.router.add_get("/v1/.well-known/openidconfiguration", self._faulty("metadata", self._channel_metadata))
        app.router.add_get("/v1/.well-known/keys", self._faulty("metadata", self._channel_keys))
        app.router.add_get("/{tenant}/oauth2/v2.0/authorize", self._authorize)
        app.router.add_post("/{tenant}/oauth2/v2.0/authorize", self._authorize)

    def add_https_routes(self, app: web.Application) -> None:
        """Serve Entra's discovery, keys and tokens."""
        tenant = f"/{self._authority.tenant_id}"
        app.router.add_get(f"{tenant}/v2.0/.well-known/openid-configuration", self._faulty("metadata", self._discovery))
        app.router.add_get(f"{tenant}/discovery/v2.0/keys", self._faulty("metadata", self._directory_keys))
        app.router.add_post(f"{tenant}/oauth2/v2.0/token", self._faulty("token", self._token))

    def _faulty(self, route: str, inner: Answering) -> Answering:
        async def answer(request: web.Request) -> web.StreamResponse:
            fault = self._faults.take(route)
            if fault is None:
                return await inner(request)
            if fault.status:
                return web.json_response({"error": "temporarily_unavailable"}, status=fault.status, headers=fault.headers)
            if fault.kind == "timeout":
                await self._faults.hold()
            else:
                await inner(request)
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

        return answer

    async def _channel_metadata(self, _request: web.Request) -> web.StreamResponse:
        url = self._authority.url
        metadata: JsonObject = {
            "issuer": url,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256", "RS384", "RS512"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
        return web.json_response(metadata)

    async def _channel_keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": [self._authority.channel_key.as_jwk()]})

    async def _directory_keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": [self._authority.directory_key.as_jwk()]})

    async def _discovery(self, _request: web.Request) -> web.StreamResponse:
        authority = self._authority
        root = f"{authority.https_url}/{authority.tenant_id}"
        document: JsonObject = {
            "issuer": authority.entra_issuer,
            "authorization_endpoint": f"{authority.url}/{authority.tenant_id}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "tenant_region_scope": "EU",
        }
        return web.json_response(document)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            self._authority.check_client(form, token_url=f"{self._authority.https_url}{request.path}")
            if form.get("grant_type") == "client_credentials":
                answer = self._authority.bot_token(form.get("scope", ""))
            elif form.get("grant_type") == "authorization_code":
                answer = self._authority.redeem(form)
            else:
                raise Refused(400, "unsupported_grant_type", f"AADSTS70003: The grant type '{form.get('grant_type')}' is not supported.")
        except Refused as refused:
            return web.json_response(_entra_error(refused), status=refused.status)
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        """Show who can sign in, or send the browser back: with a code for the chosen person, or with the error that Entra would name.

        Chosen is who was pressed on the page, or with ``prompt=none`` who is in login_hint. Only a redirect URI that may not be sent to
        is answered here.
        """
        asked = request.query
        try:
            if request.match_info["tenant"] != self._authority.tenant_id:
                raise Refused(400, "invalid_request", f"AADSTS90002: Tenant '{request.match_info['tenant']}' was not found.")
            self._authority.check_redirect(client_id=asked.get("client_id", ""), redirect_uri=asked.get("redirect_uri", ""))
        except Refused as refused:
            return web.Response(status=refused.status, text=str(refused))
        form = await request.post()
        chosen = asked.get("login_hint", "") if asked.get("prompt") == "none" else str(form.get("person", ""))
        if request.method == "GET" and asked.get("prompt") != "none" and not self._flaw(request):
            return self._choose(request)
        try:
            back = {"code": self._code(chosen, request), "session_state": str(uuid.uuid4())}
        except Refused as refused:
            back = {"error": refused.code, "error_description": str(refused)}
        separator = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        raise web.HTTPSeeOther(f"{asked['redirect_uri']}{separator}{urlencode({**back, 'state': asked.get('state', '')})}")

    @staticmethod
    def _flaw(request: web.Request) -> str:
        asked = request.query
        if asked.get("response_type") != "code" or asked.get("response_mode", "query") != "query":
            return "AADSTS900144: response_type must be code and response_mode query."
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return "AADSTS9002325: Proof Key for Code Exchange (S256) is required."
        return ""

    def _code(self, chosen: str, request: web.Request) -> str:
        asked = request.query
        if flaw := self._flaw(request):
            raise Refused(400, "invalid_request", flaw)
        if not chosen:
            raise Refused(400, "access_denied", "AADSTS65004: The user declined to sign in.")
        try:
            person = self._organisation.find(chosen)
        except OrganisationError as error:
            raise Refused(400, "login_required", f"AADSTS50034: The user account {chosen} does not exist in the directory.") from error
        return self._authority.sign_in(person, asked, by_hand=asked.get("prompt") != "none")

    def _choose(self, request: web.Request) -> web.StreamResponse:
        hint = request.query.get("login_hint", "").lower()
        _ = words_for(request)
        people = [person for person in self._organisation.people if person.enabled]
        helpdesk = [person for person in people if "helpdesk" in person.roles]
        rest = groupby((person for person in people if person not in helpdesk), key=lambda person: person.department)
        groups: list[tuple[str, list[Employee]]] = [(_("Helpdesk"), helpdesk), *((name, list(members)) for name, members in rest)]
        first = next((person.email for person in people if person.email == hint), groups[0][1][0].email if helpdesk else people[0].email)
        back = urlsplit(request.query["redirect_uri"])
        # Chromium applies form-action to the redirect that follows, so the way back must be named too.
        forms = f"form-action 'self' {back.scheme}://{back.netloc}"
        policy = f"default-src 'none'; style-src 'unsafe-inline'; {forms}; frame-ancestors 'none'; base-uri 'none'"
        anew = request.query.get("prompt") == "login"
        hinted = next((person for person in people if person.email == hint), None) if anew else None
        page = self._page.render(groups=groups, first=first, anew=anew, hinted=hinted, _=_, language=_.language)
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def _entra_error(refused: Refused) -> JsonObject:
    number = str(refused).partition(":")[0].removeprefix("AADSTS")
    codes: list[Json] = [int(number)] if number.isdecimal() else []
    trace = str(uuid.uuid4())
    return {
        "error": refused.code,
        "error_description": f"{refused} Trace ID: {trace}",
        "error_codes": codes,
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
        "trace_id": trace,
        "correlation_id": str(uuid.uuid4()),
    }
