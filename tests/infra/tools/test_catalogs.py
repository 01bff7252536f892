"""The gate for sentences sees what nobody could translate."""

import pytest

from infra.tools.catalogs import unmarked, unseen

ECHO = "click.echo prints a sentence: write tell(say(…))"
LITERAL = "say(…) takes a literal, which is extracted; for words from elsewhere make a Sentence"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("say(f'You have {name}.')", [(1, LITERAL)]),
        ("x = 1\nsay(text, name=name)", [(2, LITERAL)]),
        ("click.echo('it is done')", [(1, ECHO)]),
        ("click.echo(f'{count} of them are done')", [(1, ECHO)]),
        ("click.echo('it is done' if done else '')", [(1, ECHO)]),
        ("raise PolicyError(f'{name}: has no reason')", [(1, "PolicyError speaks to a person: give it say(…)")]),
        ("raise errors.AuditError('there is none') from error", [(1, "AuditError speaks to a person: give it say(…)")]),
        ("raise SettingsError(say('{name}: ', name=name), 'is not there')", [(1, "SettingsError speaks to a person: give it say(…)")]),
        ("f\"{words(say('You have it.'))}\"", [(1, "say(…) is inside an f-string, where it is not extracted: take it out")]),
        ("say('You have {name}.', name=name)", []),
        ("click.echo(f'{name}: {value}')", []),
        ("click.echo(line)", []),
        ("raise PolicyError(say('there is none'))", []),
        ("raise TypeError('a view holds something else')", []),
        ("client.say(person, text)", []),
    ],
)
def test_what_is_said_without_being_marked_is_found(source: str, found: list[tuple[int, str]]) -> None:
    assert list(unmarked(source)) == found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('say("Hello {name}", { name })', []),
        ('el("p", {}, say("One"), say("Two"))', []),
        ("say(title ?? fallback)", []),
        ('const words = `${count} ${say("messages")}`;', [1]),
        ('say("One");\nconst words = `${say("Two")}`;', [2]),
    ],
)
def test_a_sentence_of_the_page_that_extraction_misses_is_found(source: str, lines: list[int]) -> None:
    assert [line for line, _ in unseen(source)] == lines
