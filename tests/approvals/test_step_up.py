"""A sign-in counts for one person, one decision and one moment; each check of step_up.py, and what becomes of it at the decision."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from approvals.change import NotSignedIn, RequestId, State, StepUp, Verdict
from approvals.operations.desk import Done, Refused
from approvals.operations.sign_in import NO_KEYS, NOT_SET_UP, SignInNeeded
from approvals.step_up import Sought, verify
from approvals.words import Sentence, say
from tests.approvals.northwind import MARIA, TOM
from tests.approvals.signing import APP, ISSUER, KEY, KEYS, KID, OTHER_KEY, SIGNED_AT, TENANT, a_token, claims_for, vouching
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR

SOUGHT = Sought(request=RequestId(1001), version=1, shown="0f" * 16, verdict=Verdict.APPROVE, duration=4 * HOUR, person=MARIA)
ASKED = say("To approve this, show that it is you: sign in once more with your own account.")
MINUTE = timedelta(minutes=1)


def why(token: str, *, sought: Sought = SOUGHT, context: str | None = None, later: timedelta = timedelta(), keys: Any = KEYS) -> str:
    """The check that ``token`` fails, or "" where it counts."""
    proved = verify(token, sought=sought, vouching=vouching(context=context, later=later, keys=keys))
    return proved.why if isinstance(proved, NotSignedIn) else ""


def test_a_sign_in_for_the_decision_counts_and_says_when_it_was() -> None:
    token = a_token(SOUGHT, acrs=["c1", "c2"])

    proved = verify(token, sought=SOUGHT, vouching=vouching(context="c1", later=2 * MINUTE))

    assert isinstance(proved, StepUp)
    assert replace(proved, token="") == StepUp(
        issuer=ISSUER,
        person=MARIA,
        auth_time=datetime.fromtimestamp(SIGNED_AT, UTC),
        age=2 * MINUTE,
        contexts=("c1", "c2"),
        token="",
        token_id="uti-1",
    )
    assert token not in repr(proved)


@pytest.mark.parametrize(
    ("claims", "check"),
    [
        ({"iss": "https://login.example/common/v2.0"}, "signature"),
        ({"iss": f"{ISSUER}/"}, "signature"),
        ({"iss": ISSUER.replace("v2.0", "v1.0")}, "signature"),
        ({"iss": None}, "signature"),
        ({"aud": "00000000-0000-4000-8000-000000000001"}, "signature"),
        ({"aud": [APP]}, "signature"),
        ({"aud": None}, "signature"),
        ({"exp": None}, "signature"),
        ({"nbf": None}, "signature"),
        ({"exp": SIGNED_AT - 61}, "times"),
        ({"nbf": SIGNED_AT + 61}, "times"),
        ({"exp": float(SIGNED_AT + 3600)}, "times"),
        ({"auth_time": None}, "times"),
        ({"auth_time": str(SIGNED_AT)}, "times"),
        ({"auth_time": True}, "times"),
        ({"auth_time": -1}, "times"),
        ({"auth_time": 2**62}, "times"),
        ({"auth_time": SIGNED_AT + 61}, "times"),
        ({"tid": "00000000-0000-4000-8000-000000000002"}, "tenant"),
        ({"tid": None}, "tenant"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "0" * 64}, "nonce"),
        ({"nonce": SOUGHT.binding(TENANT)}, "nonce"),
        ({"nonce": ["a"]}, "nonce"),
        ({"oid": TOM}, "person"),
        ({"oid": MARIA.upper()}, "person"),
        ({"oid": None}, "person"),
    ],
)
def test_a_claim_that_is_not_as_it_must_be_is_refused_by_its_check(claims: dict[str, Any], check: str) -> None:
    assert why(a_token(SOUGHT, **claims)) == check


@pytest.mark.parametrize("acrs", [None, [], ["c2"], "c2", ["C1"], [["c1"]], {"c1": True}])
def test_a_context_that_is_asked_for_has_to_be_confirmed(acrs: object) -> None:
    assert (why(a_token(SOUGHT, acrs=acrs), context="c1"), why(a_token(SOUGHT, acrs=acrs))) == ("context", "")


@pytest.mark.parametrize("acrs", [["c1"], "c1", ["c3", "c1"]])
def test_a_context_that_was_confirmed_counts(acrs: object) -> None:
    assert why(a_token(SOUGHT, acrs=acrs), context="c1") == ""


def _hs256() -> str:
    return jwt.encode(claims_for(SOUGHT), "a secret of thirty-two bytes or so", algorithm="HS256", headers={"kid": KID})


def _with_its_own_key() -> str:
    jwk = json.loads(RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))
    return a_token(SOUGHT, key=OTHER_KEY, headers={"jwk": jwk, "jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"})


def _by_our_public_key() -> str:
    """RFC 8725, 2.1: the public key, which everybody has, taken for a shared secret. PyJWT refuses to make such a token."""
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256", "kid": KID}, claims_for(SOUGHT))
    )
    mac = base64.urlsafe_b64encode(hmac.digest(pem, head + b"." + body, "sha256")).rstrip(b"=")
    return b".".join((head, body, mac)).decode()


def _unsigned() -> str:
    return jwt.encode(claims_for(SOUGHT), None, algorithm="none", headers={"kid": KID})


@pytest.mark.parametrize(
    ("token", "check"),
    [
        pytest.param(lambda: a_token(SOUGHT, key=OTHER_KEY), "signature", id="signed with another key"),
        pytest.param(lambda: a_token(SOUGHT, headers={"kid": "entra-2"}), "key", id="by a key that the tenant does not publish"),
        pytest.param(lambda: jwt.encode(claims_for(SOUGHT), KEY, algorithm="RS256"), "form", id="without a key id"),
        pytest.param(lambda: jwt.encode(claims_for(SOUGHT), KEY, algorithm="RS512", headers={"kid": KID}), "signature", id="RS512"),
        pytest.param(_hs256, "signature", id="HS256"),
        pytest.param(_unsigned, "signature", id="alg none"),
        pytest.param(_with_its_own_key, "signature", id="a key that it brings along"),
        pytest.param(lambda: a_token(SOUGHT, headers={"crit": ["b64"], "b64": False}), "signature", id="a header that must be understood"),
        pytest.param(_by_our_public_key, "signature", id="HS256 by the public key"),
        pytest.param(lambda: "", "form", id="nothing"),
        pytest.param(lambda: "a.b.c", "form", id="three letters"),
        pytest.param(lambda: a_token(SOUGHT) + "x" * 16_384, "form", id="too long"),
        pytest.param(lambda: a_token(SOUGHT)[:-4] + "AAAA", "signature", id="its end changed"),
    ],
)
def test_a_token_that_the_tenant_did_not_sign_is_refused(token: Callable[[], str], check: str) -> None:
    assert why(token()) == check


def test_a_token_is_worth_nothing_to_who_knows_no_keys() -> None:
    assert why(a_token(SOUGHT), keys={}) == "key"


OTHERWISE: dict[str, Any] = {
    "request": RequestId(1002),
    "version": 2,
    "shown": "1f" * 16,
    "verdict": Verdict.DENY,
    "duration": 8 * HOUR,
    "person": TOM,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Sought)])
def test_a_sign_in_for_one_decision_is_none_for_another(name: str) -> None:
    another = replace(SOUGHT, **{name: OTHERWISE[name]})

    assert why(a_token(SOUGHT), sought=another) == "nonce"


def test_a_sign_in_in_one_tenant_is_none_in_another() -> None:
    assert SOUGHT.binding(TENANT) != SOUGHT.binding("00000000-0000-4000-8000-000000000002")


# At the decision.


async def test_a_press_without_a_sign_in_asks_for_one_and_changes_nothing(story: Story) -> None:
    request = await story.asked()

    outcome = await story.presses_approve(request)

    proof = (await story.evidence(request))[-1]
    assert outcome == SignInNeeded(request, await story.sought(request), ASKED)
    assert (proof.kind, proof.actor, proof.check) == ("sign_in:asked", MARIA, 17)
    assert ((await story.row(request)).state, await story.decisions(request)) == (State.WAITING, [])


async def test_a_denial_needs_no_sign_in(story: Story) -> None:
    request = await story.asked()

    assert await story.denies(request) == Done(request)


async def test_what_is_of_medium_risk_needs_no_sign_in(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement="billing-db-read"))

    assert await story.presses_approve(request) == Done(request)


async def test_a_sign_in_is_used_up_by_the_decision_and_its_token_is_nowhere_on_record(story: Story) -> None:
    request = await story.asked()
    token = a_token(await story.sought(request))
    await story.signs_in(request)

    outcome = await story.presses_approve(request)

    everything = repr([proof.body for proof in await story.evidence()]) + repr(await story.decisions(request))
    assert outcome == Done(request)
    assert token.split(".")[2] not in everything
    assert "'issuer'" in everything
    assert await story.sign_ins() == []


@pytest.mark.parametrize(("age", "counts"), [(timedelta(), True), (5 * MINUTE, True), (5 * MINUTE + timedelta(seconds=1), False)])
async def test_a_sign_in_counts_for_five_minutes(story: Story, age: timedelta, counts: bool) -> None:
    request = await story.asked()
    await story.signs_in(request)
    story.real_time_passes(age)

    outcome = await story.presses_approve(request)

    late = say("You signed in for this more than {within} ago. Nothing was changed; please sign in again.", within=5 * MINUTE)
    expected = Done(request) if counts else SignInNeeded(request, await story.sought(request), late)
    assert outcome == expected
    assert await story.sign_ins() == []


async def test_a_late_sign_in_is_a_refusal_on_record(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request)
    story.real_time_passes(6 * MINUTE)

    await story.presses_approve(request)

    proof = (await story.evidence(request))[-1]
    assert (proof.kind, proof.check, proof.result) == ("act:refused", 17, {"refused": "request:approve"})


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"oid": TOM}, say("You signed in as somebody else than the person who pressed Approve. Sign in with your own account.")),
        (
            {"nonce": "0" * 64},
            say("Your sign-in could not be verified, so it does not count. Sign in again; if this comes back, tell the helpdesk."),
        ),
    ],
)
async def test_a_sign_in_that_does_not_count_is_refused_in_words_recorded_and_not_kept(
    story: Story, claims: dict[str, Any], sentence: Sentence
) -> None:
    request = await story.asked()

    refused = await story.signs_in(request, **claims)

    proof = (await story.evidence(request))[-1]
    assert refused is not None
    assert refused.reason == sentence
    assert (proof.kind, proof.check, proof.says, proof.result) == ("act:refused", 17, str(sentence), {"refused": f"sign-in: {refused.why}"})
    assert await story.sign_ins() == []


async def test_a_sign_in_for_four_hours_does_not_approve_two(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request)

    outcome = await story.presses_approve(request, duration=2 * HOUR)

    assert isinstance(outcome, SignInNeeded)
    assert (await story.row(request)).state is State.WAITING


async def test_a_wrong_code_takes_the_sign_in_away_from_nobody(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request, code="the code")
    sought = await story.sought(request)

    guessed = await story.presses_approve(request, code="a guess")
    right = await story.presses_approve(request, code="the code")

    assert guessed == SignInNeeded(request, sought, ASKED, is_wrong_code=True)
    assert right == Done(request)


async def test_where_no_key_has_been_read_yet_a_sign_in_waits_for_them(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request)
    keyless = Story(replace(story.desk, vouching=vouching(keys={})), story.clock)

    too_early = await keyless.presses_approve(request)

    assert too_early == SignInNeeded(request, await story.sought(request), NO_KEYS.reason)
    assert await story.presses_approve(request) == Done(request)


async def test_a_later_sign_in_of_the_same_person_for_the_same_request_takes_the_place_of_the_earlier(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request, duration=2 * HOUR)
    await story.signs_in(request)

    assert await story.sign_ins() == [(await story.sought(request)).binding(TENANT)]


async def test_a_sign_in_that_nobody_uses_is_forgotten_within_the_hour(story: Story) -> None:
    request = await story.asked()
    await story.signs_in(request)
    story.clock.advance(HOUR + MINUTE)

    await story.forgets()

    assert await story.sign_ins() == []


async def test_a_code_without_a_sign_in_is_wrong(story: Story) -> None:
    request = await story.asked()

    outcome = await story.presses_approve(request, code="made up")

    assert outcome == SignInNeeded(request, await story.sought(request), ASKED, is_wrong_code=True)


async def test_where_no_sign_in_is_set_up_nothing_of_high_risk_is_approved(story: Story) -> None:
    request = await story.asked()
    without = Story(replace(story.desk, vouching=None), story.clock)

    outcome = await without.presses_approve(request)

    assert outcome == Refused(NOT_SET_UP.reason, request)


async def test_a_decision_written_past_the_rules_opens_nothing(story: Story) -> None:
    request = await story.asked()
    await story.approves(request)
    await story.forgets_the_sign_ins_of_decisions()

    await story.executes(request)

    row = await story.row(request)
    assert (row.state, await story.members()) == (State.FAILED, [])
    assert str(row.failure) == "Stage “owner” needs 1 approval(s) from people who may still give them, and has 0."
