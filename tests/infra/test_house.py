"""Opening the house: what cannot work later is refused at the start."""

import shutil
from pathlib import Path

import pytest

from approvals.errors import CatalogError
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
