import json
import uuid

import pytest

from manifest.build import ICONS, AppSettings, build_manifest
from manifest.validate import Fault, SchemaMissingError, icon_faults, manifest_faults

MANIFEST = build_manifest(AppSettings(bot_id=uuid.UUID(int=1), public_url="https://bot.northwind.example"))
COLOR = (ICONS / "color.png").read_bytes()
OUTLINE = (ICONS / "outline.png").read_bytes()


def line_with(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def test_our_manifest_is_what_microsofts_schema_asks_for() -> None:
    assert manifest_faults(MANIFEST) == []


def test_our_icons_are_what_teams_asks_for() -> None:
    assert icon_faults(MANIFEST, {"color.png": COLOR, "outline.png": OUTLINE}) == []


def test_a_manifest_with_a_text_that_is_too_long_is_refused_with_the_line_and_the_limit() -> None:
    broken = MANIFEST.replace('"Countersign"', f'"{"C" * 31}"', 2)

    assert manifest_faults(broken) == [
        Fault(line=line_with(broken, '"short": "CCC'), place="name/short", reason=f"'{'C' * 31}' is too long (maxLength: 30)")
    ]


def test_every_fault_of_a_broken_manifest_is_told_in_the_order_of_its_lines() -> None:
    broken = MANIFEST.replace('"personal"', '"private"', 1).replace("#14532D", "green")

    assert [(fault.line, fault.place) for fault in manifest_faults(broken)] == [
        (line_with(broken, "green"), "accentColor"),
        (line_with(broken, "private"), "bots/0/scopes/0"),
    ]


def test_a_fault_reads_as_a_line_of_the_file() -> None:
    fault = Fault(line=7, place="developer/name", reason="is too long")

    assert str(fault) == "manifest.json:7: developer/name: is too long"


def test_a_manifest_without_what_is_required_is_refused() -> None:
    manifest = json.loads(MANIFEST)
    del manifest["icons"]

    assert manifest_faults(json.dumps(manifest)) == [Fault(line=1, place="", reason="'icons' is a required property")]


def test_a_key_that_the_schema_does_not_know_is_refused() -> None:
    broken = MANIFEST.replace('"botId"', '"botID"')

    assert {fault.line for fault in manifest_faults(broken)} == {line_with(broken, "botID") - 1}


def test_what_is_not_json_is_refused_with_the_line() -> None:
    assert manifest_faults('{\n  "id": 1,\n}') == [
        Fault(line=3, place="", reason="is not JSON: Expecting property name enclosed in double quotes")
    ]


@pytest.mark.parametrize("text", ["[]", "null", '"manifest"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert manifest_faults(text) == [Fault(line=1, place="", reason="must be a JSON object")]


def test_a_version_that_nobody_published_is_told() -> None:
    with pytest.raises(SchemaMissingError) as caught:
        manifest_faults(MANIFEST.replace('"1.25"', '"9.99"'))

    assert str(caught.value) == "no schema for manifestVersion '9.99': run `make setup`, or write a version that Microsoft has published"


def test_a_version_that_is_a_path_is_never_opened() -> None:
    with pytest.raises(SchemaMissingError) as caught:
        manifest_faults(MANIFEST.replace('"1.25"', '"../v1.25"'))

    assert str(caught.value) == "manifestVersion '../v1.25' is no version: write one of Microsoft's, such as '1.25'"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"color.png": COLOR}, "outline.png is not in the package"),
        ({"color.png": COLOR, "outline.png": COLOR}, "outline.png has 192 × 192 pixels and must have 32 × 32"),
        ({"color.png": COLOR, "outline.png": b"<svg/>"}, "outline.png is not a PNG picture"),
        ({"color.png": COLOR, "outline.png": OUTLINE[:20]}, "outline.png is not a PNG picture"),
    ],
)
def test_an_icon_that_teams_would_refuse_is_told(files: dict[str, bytes], reason: str) -> None:
    place = line_with(MANIFEST, '"outline"')

    assert icon_faults(MANIFEST, files) == [Fault(line=place, place="icons/outline", reason=reason)]
