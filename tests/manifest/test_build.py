import io
import json
import uuid
import zipfile

import pytest

from manifest.build import AppSettings, PublicUrlError, build_manifest, write_package

BOT = uuid.UUID("11111111-1111-4111-8111-111111111111")


def an_app(**changed: object) -> AppSettings:
    return AppSettings(**({"bot_id": BOT, "public_url": "https://bot.northwind.example"} | changed))  # type: ignore[arg-type]


def a_package(settings: AppSettings) -> bytes:
    into = io.BytesIO()
    write_package(build_manifest(settings), into)
    return into.getvalue()


def test_the_same_settings_give_the_same_bytes() -> None:
    assert a_package(an_app()) == a_package(an_app())


def test_the_package_holds_the_manifest_and_two_icons_and_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(a_package(an_app()))) as package:
        entries = [(entry.filename, entry.date_time) for entry in package.infolist()]

    epoch = (1980, 1, 1, 0, 0, 0)
    assert entries == [("manifest.json", epoch), ("color.png", epoch), ("outline.png", epoch)]


def test_a_package_for_the_same_bot_updates_the_app_and_one_for_another_bot_does_not() -> None:
    first = json.loads(build_manifest(an_app()))
    second = json.loads(build_manifest(an_app(version="0.2.0")))
    other = json.loads(build_manifest(an_app(bot_id=uuid.UUID(int=7))))

    assert first["id"] == second["id"] == "4ec7e2b3-d12e-5268-85ca-daa4ff3b13ce"
    assert other["id"] != first["id"]


def test_settings_stand_where_teams_reads_them() -> None:
    manifest = json.loads(build_manifest(an_app(developer="Northwind Rail", version="1.2.3", website="https://help.northwind.example")))

    assert (
        manifest["version"],
        manifest["developer"],
        manifest["bots"][0]["botId"],
        manifest["validDomains"],
        manifest["webApplicationInfo"],
    ) == (
        "1.2.3",
        {
            "name": "Northwind Rail",
            "websiteUrl": "https://help.northwind.example",
            "privacyUrl": "https://help.northwind.example",
            "termsOfUseUrl": "https://help.northwind.example",
        },
        str(BOT),
        ["bot.northwind.example"],
        {"id": str(BOT), "resource": f"api://bot.northwind.example/botid-{BOT}"},
    )


def test_a_value_is_text_and_never_more_json() -> None:
    hostile = 'x", "isFullScreen": "${bot_id}'

    assert json.loads(build_manifest(an_app(developer=hostile)))["developer"]["name"] == hostile


@pytest.mark.parametrize("url", ["http://bot.northwind.example", "bot.northwind.example", "https://", ""])
def test_an_address_that_teams_would_not_reach_is_refused(url: str) -> None:
    with pytest.raises(PublicUrlError) as caught:
        build_manifest(an_app(public_url=url))

    assert str(caught.value) == f"public URL {url!r} must be https://HOST, as Teams reaches the bot"
