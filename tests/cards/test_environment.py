"""The environment: whatever a value holds, it stays one value."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError

from cards.environment import TEMPLATES, UnsafeCard, UnsafeTemplate, parse_card, safe_environment

HOSTILE = ['x", "id": "REQ-666', "\\", '"', "{{ 7*7 }}", "${7*7}", "[Approve](https://evil.example)", "</script>", "\U0001f600", "é\u0301"]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return safe_environment(tmp_path)


def card_from(environment: Environment, source: str, **values: object) -> object:
    (Path(environment.loader.searchpath[0]) / "card.json.j2").write_text(source, "utf-8")
    return parse_card(environment.get_template("card.json.j2").render(values))


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_one_value(environment: Environment, title: str) -> None:
    card = card_from(environment, '{"id": "REQ-1", "title": {{ title }}}', title=title)

    assert card == {"id": "REQ-1", "title": title}


@given(title=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="{")))
def test_any_printable_title_comes_back_as_it_was(title: str) -> None:
    template = safe_environment().from_string('{"title": {{ title }}}')

    assert parse_card(template.render(title=title)) == {"title": title}


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ('{"title": "{{ title }}"}', "card.json.j2:1: a tag stands inside a JSON string"),
        ('{\n"title": "Hello {{ title }}"}', "card.json.j2:2: a tag stands inside a JSON string"),
        ('{"title": "{% if title %}x{% endif %}"}', "card.json.j2:1: a tag stands inside a JSON string"),
        ('{"title": {% if title %}"a{% else %}"b{% endif %} c"}', "card.json.j2:1: a tag stands inside a JSON string"),
        ('{"title": "\\"{{ title }}"}', "card.json.j2:1: a tag stands inside a JSON string"),
        ("{% macro m() %}{}{% endmacro %}{{ m() }}", "card.json.j2:1: Macro is refused"),
        ('{% filter upper %}{"a": 1}{% endfilter %}', "card.json.j2:1: FilterBlock is refused"),
        ('{% import "other.json.j2" as other %}{}', "card.json.j2:1: Import is refused"),
    ],
)
def test_an_unsafe_template_is_refused_when_it_is_loaded(environment: Environment, source: str, where: str) -> None:
    with pytest.raises(UnsafeTemplate, match=where):
        card_from(environment, source, title="x")


def test_an_unsafe_part_is_refused_too(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "part.json.j2").write_text('{"title": "{{ title }}"}', "utf-8")

    with pytest.raises(UnsafeTemplate, match=r"^part\.json\.j2:1: "):
        card_from(environment, '[{% include "part.json.j2" %}]', title="x")


def test_a_name_that_is_not_there_raises(environment: Environment) -> None:
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        card_from(environment, '{"title": {{ title }}}')


def test_a_repeated_key_is_refused(environment: Environment) -> None:
    with pytest.raises(UnsafeCard, match="the key 'id' stands twice"):
        card_from(environment, '{"id": 1, {% if again %}"id": 2,{% endif %} "title": "x"}', again=True)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(UnsafeCard, match="is no JSON object"):
        parse_card("[]")


def test_broken_json_names_the_place() -> None:
    with pytest.raises(UnsafeCard, match=r"is no JSON: .*expected"):
        parse_card('{"title": }')


def test_what_is_invisible_does_not_reach_a_card(environment: Environment) -> None:
    card = card_from(environment, '{"title": {{ title }}}', title="a\u202eb\u200bc\x00")

    assert card == {"title": "a[U+202E]bc[U+0000]"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.j2")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_of_ours_is_safe(path: Path) -> None:
    environment = safe_environment()

    environment.get_template(str(path.relative_to(TEMPLATES)))
