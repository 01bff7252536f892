"""Files that a person edits: YAML, read so that a slip is told and never silently decided."""

from collections.abc import Hashable

import yaml
from pydantic_core import ErrorDetails

from approvals.errors import CountersignError
from approvals.words import Sentence, say


def read_yaml(text: str, *, where: str, wrong: type[CountersignError]) -> object:
    """What ``text`` holds. ``where`` names the file in messages.

    Raises:
        CountersignError: of the class ``wrong``: it is no YAML, or a key stands twice in one mapping. One line that says what to do.
    """
    try:
        return yaml.load(text, Loader=_OnceLoader)  # noqa: S506 - a safe loader
    except _StandsTwiceError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise wrong(
            say(
                "{where}, line {line}: {problem} stands twice in one entry; keep one of the two",
                where=where,
                line=line,
                problem=short(repr(error.problem)),
            )
        ) from error
    except yaml.YAMLError as error:
        raise wrong(say("{where}: not YAML: {why}", where=where, why=" ".join(str(error).split()))) from error


def reason(problem: ErrorDetails) -> Sentence | str:
    """Why a value cannot be used: our own sentence where a check of ours has said so, else pydantic's words."""
    own = problem.get("ctx", {}).get("error")
    return own.args[0] if isinstance(own, ValueError) else problem["msg"]


def short(text: str) -> str:
    """At most sixty characters on one line, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


class _StandsTwiceError(yaml.MarkedYAMLError):
    """A key stands twice in one mapping."""


class _OnceLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys and says nothing (YAML 1.2, 3.2.1.1: keys are unique)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise _StandsTwiceError(problem=key.value, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)
