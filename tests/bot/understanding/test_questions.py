"""What is asked says what was understood and how to answer."""

import json
from datetime import timedelta

import pytest

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from bot.understanding.draft import Draft, Field
from bot.understanding.outcome import Inquiry, Progress, Unclear
from bot.understanding.read import understand
from cards.language import Language
from tests.bot.understanding.conftest import FRIDAY, LISBON

WRITE = EntitlementId("billing-db-write")
WHICH = (
    "Which one do you mean: (1) Write access to billing-db, (2) Read access to billing-db, (3) Administrator of billing-db? "
    "Answer with its number or its name."
)
NOT_FOUND = (
    "I did not find “frobnicator” in the catalog. What do you need access to? Say it in other words, or say “catalog” to see everything."
)
WHY = "Why do you need “Write access to billing-db” for 4 hours? Whoever approves it reads your own words, for example “to fix INC-4711”."


def _question(text: str, *, catalog: Catalog, draft: Draft | None = None) -> str:
    outcome = understand(text, draft=draft, catalog=catalog, now=FRIDAY, time_zone=LISBON)
    assert isinstance(outcome, Progress)
    assert outcome.question is not None
    return Language("en-GB", LISBON).words(outcome.question)


def test_the_sentence_of_the_readme_makes_a_ready_draft(catalog: Catalog) -> None:
    text = "I need write access to billing-db for 4 hours to fix INC-4711"

    outcome = understand(text, draft=None, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    expected = Draft(entitlement=WRITE, duration=timedelta(hours=4), reason="to fix INC-4711", reference="INC-4711")
    assert outcome == Progress(draft=expected, question=None)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("I need access to billing-db", WHICH),
        ("I need payrol", "Do you mean “Prepare the payroll run”? Answer “yes”, or say what you need instead."),
        (
            "I need access for 4 hours",
            "What do you need access to for 4 hours? For example “Read access to billing-db”; say “catalog” to see everything.",
        ),
        ("I need access to the frobnicator", NOT_FOUND),
        ("write access to billing-db", "How long do you need “Write access to billing-db”? For example 4 hours; at most 8 hours."),
        ("write access to billing-db for 4 hours", WHY),
        (
            "write access to billing-db until 9:00",
            "That time is over already. How long do you need “Write access to billing-db”? For example 4 hours; at most 8 hours.",
        ),
    ],
)
def test_question_says_what_was_understood_and_what_an_answer_looks_like(text: str, question: str, catalog: Catalog) -> None:
    assert _question(text, catalog=catalog) == question


def test_number_without_unit_is_answered_by_the_question_which_unit(catalog: Catalog) -> None:
    draft = Draft(entitlement=WRITE, asked=Field.DURATION)

    question = _question("4", catalog=catalog, draft=draft)

    assert question == "4 what: hours or days? I would rather ask than guess. Answer for example “4 hours” or “4 days”."


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        ("yes", "“Yes” alone does not answer what I asked."),
        ("no", "If you want to drop this request, say “cancel”; nothing is sent then. If not, please answer this:"),
        ("send", "I cannot send it yet, because something is still missing."),
    ],
)
@pytest.mark.parametrize(
    ("amount", "question"),
    [
        ("", "How long do you need “Write access to billing-db”? For example 4 hours; at most 8 hours."),
        ("4", "4 what: hours or days? I would rather ask than guess. Answer for example “4 hours” or “4 days”."),
    ],
)
def test_a_word_that_says_no_length_of_time_is_told_why_and_asked_again(
    said: str, remark: str, amount: str, question: str, catalog: Catalog
) -> None:
    draft = Draft(entitlement=WRITE, asked=Field.DURATION, amount=amount)

    outcome = understand(said, draft=draft, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Progress)
    assert outcome.draft == draft
    assert [Language("en-GB", LISBON).words(each) for each in (outcome.remark, outcome.question) if each] == [remark, question]


@pytest.mark.parametrize("said", ["send it", "hm", "why?"])
@pytest.mark.parametrize(
    ("is_on_form", "told"),
    [
        (False, "Your request is ready: press “Send request” on its preview to send it."),
        (True, "Your request is still on its form, and nothing is sent: complete it there and press “Preview”."),
    ],
)
def test_a_request_is_called_ready_beside_its_preview_and_never_beside_its_form(
    said: str, is_on_form: bool, told: str, catalog: Catalog
) -> None:
    draft = Draft(entitlement=WRITE, duration=timedelta(days=3), reason="to fix it", is_on_form=is_on_form)

    outcome = understand(said, draft=draft, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Unclear | Inquiry)
    sentence = outcome.hint if isinstance(outcome, Unclear) else outcome.following
    assert str(sentence).startswith(told)


def test_a_draft_of_an_older_release_is_on_no_form() -> None:
    draft = Draft(entitlement=WRITE, reason="to fix it")
    body = {name: value for name, value in json.loads(draft.to_json()).items() if name != "is_on_form"}

    assert Draft.from_json(json.dumps(body)) == draft


def test_entitlement_that_left_the_catalog_is_asked_for_again(catalog: Catalog) -> None:
    draft = Draft(entitlement=EntitlementId("gone"), duration=timedelta(hours=1), asked=Field.REASON)

    outcome = understand("vpn", draft=draft, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Progress)
    assert outcome.draft == Draft(entitlement=EntitlementId("vpn-operations"), duration=timedelta(hours=1), asked=Field.REASON)


@pytest.mark.parametrize("text", ["x" * 10_000, "write access to billing-db " * 100, "ﷺ" * 1_999, " " * 9_000 + "help"])
def test_message_beyond_two_thousand_characters_is_not_read(text: str, catalog: Catalog) -> None:
    outcome = understand(text, draft=None, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Unclear)
    assert str(outcome.hint).startswith("That message is longer than 2000 characters")


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "😀", "...", "<at>Countersign</at>", "\ud800"])
def test_message_without_a_word_is_answered_with_an_example(text: str, catalog: Catalog) -> None:
    outcome = understand(text, draft=None, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Unclear)
    assert (
        str(outcome.hint)
        == "I found no words in that message. Say what you need, for example “write access to billing-db for 4 hours”, or “help”."
    )
