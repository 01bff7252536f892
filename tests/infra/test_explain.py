"""``countersign policy explain``: why, on which facts, and what would have turned it."""

from pathlib import Path

import pytest

from approvals.change import EntitlementId, Proposal
from approvals.evidence import Trigger
from approvals.operations.desk import Act
from approvals.operations.submit import submit
from infra.serving import Local
from tests.approvals.northwind import ANA as ANA_ID
from tests.approvals.northwind import POLICY
from tests.builders import HOUR
from tests.infra.scenes import granted
from tests.infra.test_audit import bend
from tests.infra.test_commands import DONE, FAILED, countersign


async def test_an_approval_names_the_policies_the_facts_and_what_would_have_stopped_it(local: Local) -> None:
    await granted(local)

    told = await countersign("policy", "explain", "REQ-1001", "--database", local.settings.database)

    lines = told.stdout.splitlines()
    asked_to_sign_in, begin = (place for place, line in enumerate(lines) if "request:approve" in line)
    assert "  denied by check 17," in lines[asked_to_sign_in + 1]
    assert told.exit_code == DONE
    assert lines[begin].endswith("REQ-1001  request:approve of billing-db-write by Maria Lindqvist")
    assert lines[begin + 1 : begin + 11] == [
        f"  allowed by tier.high, approve.owner, of policy {POLICY.version}: Approved for 4 h.",
        "  approve.owner permits it: principal.enabled is yes; context.stage is owner; resource.owners is Maria Lindqvist, Jonas Weber",
        "  tier.high permits it: principal.enabled is yes; resource.risk is high",
        "  any one of these would have stopped it:",
        "    - Asking for 5 min, not 4 h",
        "    - Ana Ferreira having left",
        "    - Maria Lindqvist having left",
        "    - Being done by Ana Ferreira, Jonas Weber, not by Maria Lindqvist",
        *lines[begin + 9 : begin + 11],
    ]


async def test_a_refusal_names_the_rule_its_facts_and_what_would_have_let_it_through(local: Local) -> None:
    desk = local.house.desk
    wanted = Proposal(requester=ANA_ID, beneficiary=ANA_ID, entitlement=EntitlementId("ledger-post"), duration=4 * HOUR, reason="Once.")
    act = Act(actor=ANA_ID, trigger=Trigger(source="teams"), at=desk.now())
    await desk.store.write(lambda tx: submit(tx, wanted, draft=91, act=act, desk=desk))

    told = await countersign("policy", "explain", "2", "--database", local.settings.database)

    assert told.exit_code == DONE
    assert told.stdout.splitlines()[1:] == [
        (
            f"  denied by check 4 (limit.department), of policy {POLICY.version}: "
            "Post to the general ledger is for Finance only; you are in Payments."
        ),
        "  limit.department forbids it: resource.departments is Finance; context.beneficiary.department is Payments",
        "  any one of these would have let it through:",
        "    - Ana Ferreira being in Finance, not in Payments",
        "    - Being open to every department in the catalog",
    ]


async def test_what_the_policy_of_the_time_was_is_needed(local: Local) -> None:
    await granted(local)
    bend(local.settings.database, "DELETE FROM policy")

    told = await countersign("policy", "explain", "REQ-1001", "--database", local.settings.database)

    assert (told.exit_code, told.stderr) == (FAILED, f"countersign: the files of policy {POLICY.version} were not kept\n")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("REQ-7", "there is no request REQ-7; “my requests” lists those that you can see"),
        ("7", "7: no decision was recorded there with what it rested on; `countersign audit show` tells what was"),
        ("billing-db", "'billing-db' is neither a request such as REQ-1042 nor the number of an entry"),
    ],
)
async def test_what_cannot_be_explained_is_said_in_one_line(local: Local, what: str, error: str) -> None:
    told = await countersign("policy", "explain", what, "--database", local.settings.database)

    assert (told.exit_code, told.stderr) == (FAILED, f"countersign: {error}\n")


async def test_a_database_that_there_is_not_is_said_so(tmp_path: Path) -> None:
    told = await countersign("policy", "explain", "REQ-1001", "--database", tmp_path / "none.db")

    assert (told.exit_code, told.stdout) == (FAILED, "")
