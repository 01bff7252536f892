"""The authority: real msal obtains tokens from it, PyJWT verifies what it signs, and what Entra refuses it refuses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from infra.simulator import Simulator
from tests.infra.simulator.conftest import SmallBot

PRIYA = "priya.nair@northwind.example"

BOT_SCOPE = "https://api.botframework.com/.default"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://127.0.0.1:3978/desk/signed-in"


@pytest.fixture
def session(sim: Simulator) -> Iterator[requests.Session]:
    with requests.Session() as client:
        client.verify = str(sim.ca_file)
        client.trust_env = False
        yield client


def an_app(sim: Simulator, session: requests.Session, credential: object) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        sim.app_id,
        client_credential=credential,
        authority=f"{sim.https_url}/{sim.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )


async def token_of(sim: Simulator, session: requests.Session, credential: object, scope: str = BOT_SCOPE) -> dict[str, object]:
    return await asyncio.to_thread(lambda: an_app(sim, session, credential).acquire_token_for_client([scope]))


async def post_token(sim: Simulator, http: aiohttp.ClientSession, **form: str) -> tuple[int, dict[str, object]]:
    trusted = ssl.create_default_context(cafile=str(sim.ca_file))
    filled = {"client_id": sim.app_id, "client_secret": sim.client_secret, **form}
    async with http.post(f"{sim.https_url}/{sim.tenant_id}/oauth2/v2.0/token", data=filled, ssl=trusted) as response:
        return response.status, await response.json()


def authorize_url(sim: Simulator, **changed: str) -> str:
    asked = {
        "client_id": sim.app_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "openid profile",
        "state": "s1",
        "nonce": "n1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return f"{sim.url}/{sim.tenant_id}/oauth2/v2.0/authorize?{urlencode(asked)}"


async def a_code(sim: Simulator, http: aiohttp.ClientSession, person: str = "priya.nair@northwind.example") -> str:
    async with http.post(authorize_url(sim), data={"person": person}, allow_redirects=False) as response:
        assert response.status == 303, await response.text()
        back = parse_qs(urlsplit(response.headers["Location"]).query)
    assert back["state"] == ["s1"]
    return back["code"][0]


async def test_msal_obtains_a_token_with_the_secret_and_the_connector_takes_it(
    sim: Simulator, session: requests.Session, bot: SmallBot
) -> None:
    answer = await token_of(sim, session, sim.client_secret_file.read_text())

    status, _ = await bot.call("GET", f"/v3/conversations/{sim.person('ana').chat.id}/members", token=str(answer["access_token"]))
    assert status == 200


async def test_msal_obtains_a_token_with_a_registered_certificate(sim: Simulator, session: requests.Session) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    certificate = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = certificate.public_bytes(serialization.Encoding.PEM)
    credential = {"private_key": private.decode(), "public_certificate": public.decode()}
    refused = await token_of(sim, session, credential)
    sim.authority.trust_certificate(public)

    answer = await token_of(sim, session, credential)

    assert (refused["error"], answer["token_type"]) == ("invalid_client", "Bearer")


@pytest.mark.parametrize(
    ("credential", "scope", "error"),
    [("wrong", BOT_SCOPE, "invalid_client"), (None, "https://graph.microsoft.com/.default", "invalid_scope")],
)
async def test_a_wrong_secret_or_scope_is_refused_as_entra_does(
    sim: Simulator, session: requests.Session, credential: str | None, scope: str, error: str
) -> None:
    answer = await token_of(sim, session, credential or sim.client_secret, scope)

    assert answer["error"] == error


async def test_what_the_bot_is_handed_verifies_against_the_published_metadata(
    sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession
) -> None:
    await sim.person("ana").says("hello")

    async with http.get(f"{sim.url}/v1/.well-known/openidconfiguration") as response:
        metadata = await response.json()
    async with http.get(metadata["jwks_uri"]) as response:
        keys = (await response.json())["keys"]
    [key] = [key for key in keys if key["kid"] == jwt.get_unverified_header(bot.tokens[-1])["kid"]]
    claims = jwt.decode(bot.tokens[-1], jwt.PyJWK(key, "RS256"), algorithms=["RS256"], audience=sim.app_id, issuer=metadata["issuer"])
    assert key["endorsements"] == ["msteams"]
    assert claims["serviceurl"] == bot.received[-1]["serviceUrl"] == f"{sim.url}/"
    assert claims["exp"] - claims["iat"] <= 3600


async def test_the_token_is_used_again_until_the_key_rolls(sim: Simulator) -> None:
    first, second = sim.authority.inbound_token(), sim.authority.inbound_token()
    sim.authority.roll_channel_key()
    third = sim.authority.inbound_token()

    assert (first == second, first == third) == (True, False)


@pytest.mark.filterwarnings("ignore:response_mode")
async def test_msal_signs_a_person_in_and_knows_who_it_was(sim: Simulator, session: requests.Session, http: aiohttp.ClientSession) -> None:
    app = await asyncio.to_thread(lambda: an_app(sim, session, sim.client_secret))
    flow = await asyncio.to_thread(lambda: app.initiate_auth_code_flow([], redirect_uri=BACK))
    async with http.post(flow["auth_uri"], data={"person": "priya.nair@northwind.example"}, allow_redirects=False) as response:
        back = {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}
    answer = await asyncio.to_thread(lambda: app.acquire_token_by_auth_code_flow(flow, back))

    claims = answer["id_token_claims"]
    wanted = {"oid": sim.person("priya").id, "tid": sim.tenant_id, "name": "Priya Nair", "roles": ["helpdesk"]}
    assert {name: claims[name] for name in wanted} == wanted
    assert claims["preferred_username"] == "priya.nair@northwind.example"


async def test_a_code_is_good_once(sim: Simulator, http: aiohttp.ClientSession) -> None:
    form = {"grant_type": "authorization_code", "code": await a_code(sim, http), "redirect_uri": BACK, "code_verifier": VERIFIER}
    first, _ = await post_token(sim, http, **form)
    second, body = await post_token(sim, http, **form)

    assert (first, second, body["error"]) == (200, 400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "AADSTS501481"),
        ({"redirect_uri": "http://127.0.0.1:3978/elsewhere"}, "AADSTS500112"),
        ({"client_secret": "wrong"}, "AADSTS7000215"),
        ({"client_id": "00000000-0000-4000-8000-000000000001"}, "AADSTS700016"),
        ({"grant_type": "password"}, "AADSTS70003"),
    ],
)
async def test_a_code_is_bound_to_client_redirect_and_verifier(
    sim: Simulator, http: aiohttp.ClientSession, changed: dict[str, str], error: str
) -> None:
    form = {"grant_type": "authorization_code", "code": await a_code(sim, http), "redirect_uri": BACK, "code_verifier": VERIFIER}
    status, body = await post_token(sim, http, **(form | changed))

    assert status in (400, 401)
    assert str(body["error_description"]).startswith(error)


@pytest.mark.parametrize(
    "changed",
    [{"redirect_uri": "https://evil.example/"}, {"redirect_uri": ""}, {"client_id": "00000000-0000-4000-8000-000000000001"}],
)
async def test_nobody_is_ever_sent_to_another_machine_or_client(
    sim: Simulator, http: aiohttp.ClientSession, changed: dict[str, str]
) -> None:
    async with http.get(authorize_url(sim, **changed), allow_redirects=False) as response:
        assert (response.status, response.headers.get("Location")) == (400, None)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"prompt": "none"}, "access_denied"),
        ({"prompt": "none", "login_hint": "viktor.hansen@northwind.example"}, "access_denied"),
        ({"prompt": "none", "login_hint": "nobody@northwind.example"}, "login_required"),
        ({"prompt": "none", "login_hint": "priya.nair@northwind.example"}, None),
    ],
)
async def test_a_sign_in_that_cannot_be_comes_back_with_its_error(
    sim: Simulator, http: aiohttp.ClientSession, changed: dict[str, str], error: str | None
) -> None:
    async with http.get(authorize_url(sim, **changed), allow_redirects=False) as response:
        back = parse_qs(urlsplit(response.headers["Location"]).query)

    assert (back.get("error", [None]), back["state"], "code" in back) == ([error], ["s1"], error is None)


async def test_cancel_on_the_sign_in_page_is_an_access_denied(sim: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.post(authorize_url(sim), data={"cancel": "yes"}, allow_redirects=False) as response:
        assert parse_qs(urlsplit(response.headers["Location"]).query)["error"] == ["access_denied"]


async def test_the_sign_in_page_offers_everybody_enabled_and_focuses_the_hinted_person(sim: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.get(authorize_url(sim, login_hint="maria.lindqvist@northwind.example")) as response:
        page = await response.text()

    assert page.count('<button name="person"') == 3
    assert 'value="maria.lindqvist@northwind.example" autofocus>' in page
    assert "Viktor" not in page


async def test_another_tenant_cannot_be_signed_in_to(sim: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.get(authorize_url(sim).replace(f"/{sim.tenant_id}/", "/common/")) as response:
        assert response.status == 400


async def claims_of(sim: Simulator, http: aiohttp.ClientSession, url: str, *, person: str | None) -> dict[str, object]:
    """The id_token of a sign-in at ``url``: by ``person`` who presses their name, or without anybody pressing anything."""
    ask = http.get(url, allow_redirects=False) if person is None else http.post(url, data={"person": person}, allow_redirects=False)
    async with ask as response:
        code = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    _, body = await post_token(sim, http, grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER)
    claims: dict[str, object] = jwt.decode(str(body["id_token"]), options={"verify_signature": False})
    return claims


async def test_a_token_says_when_its_person_signed_in_by_hand_and_not_when_it_was_issued(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    by_hand = await claims_of(sim, http, authorize_url(sim, prompt="login", max_age="0"), person=PRIYA)
    silent = await claims_of(sim, http, authorize_url(sim, prompt="none", login_hint=PRIYA), person=None)

    assert by_hand["auth_time"] == silent["auth_time"]
    assert int(str(silent["iat"])) >= int(str(silent["auth_time"]))
    assert by_hand["uti"] != silent["uti"]


async def test_a_session_that_is_older_than_max_age_has_to_sign_in_again(sim: Simulator, http: aiohttp.ClientSession) -> None:
    sim.authority.sign_ins_grow_older(timedelta(minutes=10))
    url = authorize_url(sim, prompt="none", login_hint=PRIYA, max_age="60")

    async with http.get(url, allow_redirects=False) as response:
        assert parse_qs(urlsplit(response.headers["Location"]).query)["error"] == ["login_required"]


async def test_the_authentication_context_that_was_asked_for_is_confirmed(sim: Simulator, http: aiohttp.ClientSession) -> None:
    asked = json.dumps({"id_token": {"acrs": {"essential": True, "value": "c1"}}})

    with_context = await claims_of(sim, http, authorize_url(sim, claims=asked), person=PRIYA)
    without = await claims_of(sim, http, authorize_url(sim), person=PRIYA)

    assert (with_context["acrs"], "acrs" in without) == (["c1"], False)


async def test_claims_that_are_no_json_come_back_as_an_error(sim: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.post(authorize_url(sim, claims="{"), data={"person": PRIYA}, allow_redirects=False) as response:
        assert parse_qs(urlsplit(response.headers["Location"]).query)["error"] == ["invalid_request"]
