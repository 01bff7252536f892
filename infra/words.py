"""What the command line says, in the language of whoever runs it: LANGUAGE, LC_ALL, LC_MESSAGES or LANG, as gettext reads them.

Sentences come from the catalog ``command-line`` in ``infra/locale``, those of other rooms from theirs. Help texts are click's: they are
translated where they are shown, and so are click's own words.
"""

import copy
import gettext
from pathlib import Path
from typing import Any, TypeVar

import click

from approvals.words import Sentence
from cards import language

DOMAIN = "command-line"
LOCALE = Path(__file__).parent / "locale"
_Command = TypeVar("_Command", bound=click.Command)


def words(sentence: Sentence) -> str:
    """The sentence in the language of this process's environment."""
    return sentence.into(_translations().gettext)


def tell(sentence: Sentence, *, err: bool = False) -> None:
    """Print the sentence, on standard error with ``err``."""
    click.echo(words(sentence), err=err)


class Spoken(click.Group):
    """The group at the top: everything below it is helped with in the reader's language."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line."""
        gettext.bindtextdomain(DOMAIN, str(LOCALE))
        gettext.textdomain(DOMAIN)
        return click.Group.main(_spoken(self), *args, **extra)


def _translations() -> gettext.NullTranslations:
    own = gettext.translation(DOMAIN, LOCALE, fallback=True)
    own.add_fallback(gettext.translation(language.DOMAIN, language.CATALOGS, fallback=True))
    return own


def _spoken(command: _Command) -> _Command:
    """A copy whose help texts are in the reader's language."""
    told = copy.copy(command)
    told.help = told.help and gettext.gettext(told.help)
    told.params = [_in_words(param) for param in command.params]
    if isinstance(told, click.Group):
        told.commands = {name: _spoken(each) for name, each in told.commands.items()}
    return told


def _in_words(param: click.Parameter) -> click.Parameter:
    told = copy.copy(param)
    if isinstance(told, click.Option) and told.help:
        told.help = gettext.gettext(told.help)
    return told
