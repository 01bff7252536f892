"""``countersign audit replay``: is every decision answered now as it was then?"""

from pathlib import Path

from infra.serving import Local
from tests.infra.scenes import ended, granted
from tests.infra.test_audit import bend
from tests.infra.test_commands import DONE, FAILED, countersign


async def test_every_decision_is_answered_as_it_was(local: Local) -> None:
    await granted(local)
    await ended(local)

    all_of_them = await countersign("audit", "replay", "--database", local.settings.database)
    the_last = await countersign("audit", "replay", "REQ-1001", "--since", "6", "--database", local.settings.database)

    assert (all_of_them.exit_code, the_last.exit_code) == (DONE, DONE)
    assert all_of_them.stdout == "5 decision(s) are answered as they were, by the policy of their time\n"
    assert the_last.stdout == "1 decision(s) are answered as they were, by the policy of their time\n"


async def test_what_differs_is_named_then_and_now(local: Local) -> None:
    await granted(local)
    bend(
        local.settings.database,
        """UPDATE evidence SET body = replace(body, '"risk":"high"', '"risk":"low"') WHERE kind = 'request:approve'""",
    )
    bend(
        local.settings.database,
        """UPDATE evidence SET body = replace(body, '"system":"billing-db"', '"system":"x"') WHERE kind = 'grant:intended'""",
    )
    bend(
        local.settings.database,
        """UPDATE evidence SET body = replace(body, '"lapses_after":86400', '"lapses_after":60') WHERE kind = 'request:submit'""",
    )

    told = await countersign("audit", "replay", "--database", local.settings.database)

    asked, approved, made = told.stdout.splitlines()
    assert asked.startswith(
        "entry 3  REQ-1001  request:submit of billing-db-write by Ana Ferreira: allowed by tier.high, as then, but on other terms; then "
    )
    assert approved == (
        "entry 5  REQ-1001  request:approve of billing-db-write by Maria Lindqvist: "
        "then allowed by tier.high, approve.owner; now allowed by tier.low, approve.owner"
    )
    assert made == (
        "entry 6  REQ-1001  grant:execute of billing-db-write by Countersign: "
        "allowed by tier.high, execute.decided, approve.owner, as then, but the policy is asked something else than it was"
    )
    assert (told.exit_code, told.stderr) == (
        FAILED,
        "countersign: 3 of 4 decision(s) are not answered as they were; keep the database as it is, and compare it with a backup\n",
    )


async def test_what_an_older_release_decided_is_counted(local: Local) -> None:
    await granted(local)
    bend(local.settings.database, "UPDATE evidence SET body = json_remove(body, '$.decision') WHERE kind = 'request:approve'")

    told = await countersign("audit", "replay", "--database", local.settings.database)

    assert told.stdout == (
        "3 decision(s) are answered as they were, by the policy of their time\n"
        "1 more were recorded by a release that did not keep what they rested on\n"
    )


async def test_a_request_that_there_is_not_is_said_so(local: Local) -> None:
    told = await countersign("audit", "replay", "REQ-7", "--database", local.settings.database)

    assert (told.exit_code, told.stderr) == (FAILED, "countersign: there is no request REQ-7; “my requests” lists those that you can see\n")


async def test_a_database_that_there_is_not_is_said_so(tmp_path: Path) -> None:
    told = await countersign("audit", "replay", "--database", tmp_path / "none.db")

    assert (told.exit_code, told.stdout) == (FAILED, "")
