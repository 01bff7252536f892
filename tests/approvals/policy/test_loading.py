"""From files to a policy: what a mistake is told, and what names the meaning."""

from datetime import timedelta

import pytest

from approvals.errors import PolicyError
from approvals.policy.conditions import KNOWN
from approvals.policy.loading import LIMITS, SCHEMA, load_policy
from tests.approvals.northwind import POLICY

_PERMIT = '@id("extra") permit (principal is Person, action in Action::"revoke", resource) when { principal.enabled };'


def with_file(name: str, text: str) -> dict[str, str]:
    return {**POLICY.texts, name: text}


def test_a_comment_does_not_change_the_version_and_a_policy_does() -> None:
    commented = load_policy(with_file("99.cedar", "// Nothing to see here."))
    longer = load_policy(with_file("99.cedar", _PERMIT))
    looser = load_policy(with_file(LIMITS, "shortest: 1m\nreason_at_most: 1000"))

    assert (commented.version == POLICY.version, len({POLICY.version, longer.version, looser.version}), len(POLICY.version)) == (
        True,
        3,
        16,
    )


def test_a_table_from_before_there_were_sign_ins_means_five_minutes() -> None:
    older = load_policy(with_file(LIMITS, "shortest: 5m\nreason_at_most: 1000"))

    assert older.limits.step_up_within == timedelta(minutes=5)


def test_the_order_of_files_does_not_change_the_version() -> None:
    renamed = {name.replace("10-", "50-"): text for name, text in POLICY.texts.items()}

    assert load_policy(renamed).version == POLICY.version


_UNSAFE = (
    "policy extra: for policy `policy19`, unable to guarantee safety of access to optional attribute `department` on entity type `Person`"
)
MISTAKES = {
    "a policy without a name": (
        with_file("99.cedar", "permit (principal, action, resource);"),
        "a policy has @id(''); give each its own, of small letters, digits, dots and hyphens, such as tier.high",
    ),
    "two policies of one name": (
        with_file("99.cedar", _PERMIT.replace("extra", "tier.low")),
        "policy tier.low: @id stands twice; each policy needs its own, since evidence refers to it",
    ),
    "an annotation that nobody reads": (
        with_file("99.cedar", f'@stepup("5m") {_PERMIT}'),
        f"policy extra: @stepup is no annotation that is read; known are {', '.join(sorted(KNOWN))}",
    ),
    "a forbid without words": (
        with_file("99.cedar", '@id("extra") forbid (principal, action, resource);'),
        "policy extra: a forbid needs @says, the words for the person whom it denies",
    ),
    "words that name what nobody fills in": (
        with_file("99.cedar", '@id("extra") @says("No, {boss}.") forbid (principal, action, resource);'),
        "policy extra: @says names {boss}; it can name conflicts, departments, entitlement, own, risk, system",
    ),
    "a forbid that demands something": (
        with_file("99.cedar", '@id("extra") @says("No.") @at_most("5m") forbid (principal, action, resource);'),
        "policy extra: a forbid demands nothing; move its conditions to a permit",
    ),
    "a request that asks nobody": (
        with_file("99.cedar", _PERMIT.replace("revoke", "request")),
        "policy extra: a permit of requests needs @stages and @lapses_after: who is asked, and for how long",
    ),
    "a permit of everything": (
        with_file("99.cedar", '@id("extra") permit (principal, action, resource);'),
        "policy extra: a permit of requests needs @stages and @lapses_after: who is asked, and for how long",
    ),
    "a stage that is nobody": (
        with_file("99.cedar", f'@stages("boss") {_PERMIT}'),
        "policy extra: @stages has 'boss'; write owner, manager, owners or '2 of owners', with commas between",
    ),
    "a time that is none": (
        with_file("99.cedar", f'@at_most("soon") {_PERMIT}'),
        "policy extra: @at_most is 'soon'; write a whole number and m, h or d, such as 4h",
    ),
    "no time at all": (
        with_file("99.cedar", f'@at_most("0h") {_PERMIT}'),
        "policy extra: @at_most is '0h'; write a whole number and m, h or d, such as 4h",
    ),
    "a requirement that nobody knows": (
        with_file("99.cedar", f'@requires("luck") {_PERMIT}'),
        "policy extra: @requires is 'luck'; write 'ticket', or leave it out",
    ),
    "a sign-in that nobody asks for": (
        with_file("99.cedar", f'@step_up("yes") {_PERMIT}'),
        "policy extra: @step_up and @look_again bind approvers; it permits revoke, and may permit approve, auto-approve, request",
    ),
    "a second look that nobody asks for": (
        with_file("99.cedar", f'@look_again("yes") {_PERMIT}'),
        "policy extra: @step_up and @look_again bind approvers; it permits revoke, and may permit approve, auto-approve, request",
    ),
    "a sign-in of some age": (
        with_file("99.cedar", f'@step_up("5m") {_PERMIT}'),
        "policy extra: @step_up is '5m'; write 'yes', or leave it out",
    ),
    "a sign-in of long ago": (
        with_file(LIMITS, POLICY.texts[LIMITS].replace("step_up_within: 5m", "step_up_within: 2h")),
        "limits.yaml: step_up_within is '2h': a sign-in of more than 1h ago is not fresh; write less",
    ),
    "people who are told and are nobody": (
        with_file("99.cedar", f'@notify("ciso") {_PERMIT}'),
        "policy extra: @notify has 'ciso'; write owner, owners, manager, with commas between",
    ),
    "an attribute that is not declared": (
        with_file("99.cedar", _PERMIT.replace("principal.enabled", "principal.is_admin")),
        "policy extra: for policy `policy19`, attribute `is_admin` on entity type `Person` not found",
    ),
    "an attribute that may be missing, without asking": (
        with_file("99.cedar", _PERMIT.replace("principal.enabled", 'principal.department == "Finance"')),
        _UNSAFE,
    ),
    "a template": (
        with_file("99.cedar", '@id("extra") permit (principal == ?principal, action in Action::"revoke", resource);'),
        "99.cedar: has a template (?principal or ?resource); write the policy out",
    ),
    "a typing error": (
        with_file("99.cedar", "permit (principal"),
        "99.cedar: unexpected end of input",
    ),
    "no schema": (
        {name: text for name, text in POLICY.texts.items() if name != SCHEMA},
        f"{SCHEMA} is missing: it declares what policies may look at",
    ),
    "a schema with a typing error": (
        with_file(SCHEMA, "entity Person = {"),
        "schema.cedarschema: error parsing schema: unexpected end of input",
    ),
    "no table": (
        {name: text for name, text in POLICY.texts.items() if name != LIMITS},
        f"{LIMITS} is missing: it holds the limits that are no policy's",
    ),
    "no policy": (
        {name: text for name, text in POLICY.texts.items() if not name.endswith(".cedar")},
        "there is no policy: nothing could be asked for; add a .cedar file with at least one permit",
    ),
    "a limit that is given twice": (
        with_file(LIMITS, "shortest: 5m\nreason_at_most: 1000\nshortest: 1m"),
        "limits.yaml, line 3: 'shortest' stands twice in one entry; keep one of the two",
    ),
    "a limit beyond reason": (
        with_file(LIMITS, "shortest: 5m\nreason_at_most: 5"),
        "limits.yaml: reason_at_most is 5: Input should be greater than or equal to 20",
    ),
    "an attribute of no source": (
        with_file(SCHEMA, POLICY.texts[SCHEMA].replace('@source("rota") @within("5m")', '@within("5m")')),
        "schema: Person.on_call: @source is None; write one of directory, catalog, rota, records, request, clock",
    ),
    "an attribute of any age": (
        with_file(SCHEMA, POLICY.texts[SCHEMA].replace('@source("rota") @within("5m")', '@source("rota")')),
        "schema: Person.on_call: @within is None; write how old it may be, such as 5m, 1h or 30d",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line(mistake: str) -> None:
    texts, message = MISTAKES[mistake]

    with pytest.raises(PolicyError) as raised:
        load_policy(texts)

    assert (str(raised.value), "\n" in str(raised.value)) == (message, False)


def test_every_attribute_says_its_source_and_its_age() -> None:
    names = [f"{one.owner}.{one.name}" for one in POLICY.declared]

    assert names == [
        *(f"Agent.{name}" for name in ("enabled", "owner")),
        *(f"Asked.{name}" for name in ("approvers", "beneficiary", "conflicts", "has_ticket", "hour", "manager_above", "minutes")),
        *(f"Asked.{name}" for name in ("requester", "stage", "weekday")),
        *(f"Entitlement.{name}" for name in ("departments", "hours", "level", "owners", "risk", "rota", "steward", "system")),
        *(f"Person.{name}" for name in ("department", "enabled", "manager", "on_call", "roles")),
    ]
