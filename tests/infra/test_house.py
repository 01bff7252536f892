"""Opening the house: what cannot work later is refused at the start."""

import re
import shutil
from pathlib import Path

import aiohttp
import pytest

from approvals.connectors.breaker import OPENS_AFTER, Way, note_failure
from approvals.errors import CatalogError
from approvals.store.sqlite import Tx
from infra.house import open_house
from infra.serving import Local
from infra.simulator import SAMPLE


async def test_a_connector_that_is_not_set_up_is_refused_at_the_start(local: Local, tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLE, tmp_path / "organisation")
    before, entry = (folder / "entitlements.yaml").read_text(encoding="utf-8").split("- id: billing-db-write\n")
    wrong = entry.replace("connector: local", "connector: ldap", 1)
    (folder / "entitlements.yaml").write_text(f"{before}- id: billing-db-write\n{wrong}", encoding="utf-8")
    settings = local.settings.model_copy(update={"catalog": folder, "database": tmp_path / "another.db", "port": 0})

    with pytest.raises(CatalogError) as raised:
        async with open_house(settings):
            pass

    told = "entitlements.yaml (billing-db-write): connector is 'ldap': write one that is set up here: local"
    assert str(raised.value) == told


async def test_whether_calls_to_a_connector_go_through_is_a_number_for_whoever_runs_it(local: Local) -> None:
    def fails(tx: Tx) -> None:
        for _ in range(OPENS_AFTER):
            note_failure(tx, "local", Way.GIVE, now=local.house.desk.now())

    before = await _stands(local)
    await local.house.desk.store.write(fails)

    assert before == {("give", "closed"), ("take", "closed")}
    assert await _stands(local) == {("give", "open"), ("take", "closed")}


async def _stands(local: Local) -> set[tuple[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(f"{local.house.url}/metrics") as answer:
        text = await answer.text()
    found = re.findall(
        r'^countersign_connector\{connector="local",countersign_connector="([a-z-]+)",way="([a-z]+)"\} 1\.0$', text, re.MULTILINE
    )
    return {(way, state) for state, way in found}
