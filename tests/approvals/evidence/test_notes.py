"""Signed notes and checkpoints: what the standards' own examples say, and nothing that was bent."""

import base64
from datetime import UTC, datetime

import pytest

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint, checkpoint, checkpoints_in
from approvals.evidence.notes import Kind, Note, Signer, VerifierKey
from approvals.evidence.tree import EMPTY, leaf_hash
from tests.approvals.evidence.keys import LOG, STRANGER, WITNESS
from tests.builders import NOON

# The example of https://pkg.go.dev/golang.org/x/mod/sumdb/note, on which c2sp.org/signed-note rests.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = leaf_hash(b"one")


def a_checkpoint(size: int = 3, root: bytes = ROOT, signer: Signer = LOG) -> Checkpoint:
    return checkpoint(size, root, signer=signer)


def test_the_examples_key_and_note_are_read_and_verified() -> None:
    key, note = VerifierKey.parse(PETER), Note.parse(SAID)

    assert str(key) == PETER
    assert note.is_signed_by(key)
    assert str(note) == SAID


@pytest.mark.parametrize("place", range(0, len(SAID), 5))
def test_a_note_with_one_character_changed_is_not_signed(place: int) -> None:
    bent = SAID[:place] + ("x" if SAID[place] != "x" else "y") + SAID[place + 1 :]

    try:
        signed = Note.parse(bent).is_signed_by(VerifierKey.parse(PETER))
    except NoteError:
        signed = False

    # The last character but one of base64 before "=" holds two bits that say nothing.
    assert not signed or Note.parse(bent).text == Note.parse(SAID).text


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    made = a_checkpoint()

    assert made.note.text == f"desk.example/evidence\n3\n{base64.b64encode(ROOT).decode()}\n"
    assert Checkpoint.parse(str(made.note)) == made
    assert made.note.is_signed_by(LOG.verifier)
    assert not made.note.is_signed_by(STRANGER.verifier)
    assert not made.note.is_signed_by(WITNESS.verifier)


def test_a_witness_says_what_it_saw_and_when() -> None:
    text = a_checkpoint().note.text
    seen = Note(text=text, lines=(LOG.sign(text), WITNESS.cosign(text, at=NOON)))

    assert seen.cosigned_at(WITNESS.verifier) == NOON
    assert seen.is_signed_by(LOG.verifier)
    assert Note(text=text.replace("3", "4"), lines=seen.lines).cosigned_at(WITNESS.verifier) is None


def test_a_cosignature_moved_to_another_time_is_none() -> None:
    text = a_checkpoint().note.text
    raw = base64.b64decode(WITNESS.cosign(text, at=NOON).split()[-1])
    later = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()).to_bytes(8, "big")
    moved = base64.b64encode(raw[:4] + later + raw[12:]).decode()

    assert Note(text=text, lines=(f"— {WITNESS.name} {moved}\n",)).cosigned_at(WITNESS.verifier) is None
    assert Note(text=text, lines=(f"— {WITNESS.name} {base64.b64encode(raw[:8]).decode()}\n",)).cosigned_at(WITNESS.verifier) is None


def test_a_cosignature_from_beyond_the_calendar_is_none() -> None:
    text, seconds = a_checkpoint().note.text, 2**63
    signature = WITNESS.private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    stamped = base64.b64encode(WITNESS.verifier.id + seconds.to_bytes(8, "big") + signature).decode()

    assert Note(text=text, lines=(f"— {WITNESS.name} {stamped}\n",)).cosigned_at(WITNESS.verifier) is None


def test_a_wrong_signature_in_the_same_name_spoils_the_right_one() -> None:
    text = a_checkpoint().note.text

    assert not Note(text=text, lines=(LOG.sign(text), LOG.sign("something else\n"))).is_signed_by(LOG.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "a text\n\nno dash\n",
        "a text\n\n— name c2lnbmF0dXJl",
        "a text\n\n" + "— name c2lnbmF0dXJl\n" * 65,
        "x" * 20_000 + "\n\n— name c2lnbmF0dXJl\n",
    ],
)
def test_what_is_no_note_is_said_so(text: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(text)


@pytest.mark.parametrize(
    "body",
    [
        "desk.example/evidence\n3\n",
        "desk.example/evidence\n03\n" + base64.b64encode(ROOT).decode() + "\n",
        "desk.example/evidence\n-3\n" + base64.b64encode(ROOT).decode() + "\n",
        "desk.example/evidence\nthree\n" + base64.b64encode(ROOT).decode() + "\n",
        "desk.example/evidence\n3\n" + base64.b64encode(ROOT[:31]).decode() + "\n",
        "desk.example/evidence\n3\nnot base64\n",
        "\n3\n" + base64.b64encode(ROOT).decode() + "\n",
    ],
)
def test_what_is_no_checkpoint_is_said_so(body: str) -> None:
    with pytest.raises(NoteError, match="this is no checkpoint"):
        Checkpoint.parse(f"{body}\n{LOG.sign(body)}")


@pytest.mark.parametrize("key", ["", "a+b", "name+00000000+AQ==", f"x{PETER}", PETER[:-4] + "AAAA", PETER.replace("c74f", "c74e")])
def test_a_damaged_key_is_said_so(key: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(key)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_key_has_a_name_of_one_word(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a key"):
        Signer.of(name, b"x" * 32)


def test_a_witness_key_is_told_from_a_logs_key_of_the_same_bytes() -> None:
    log, witness = (Signer.of("same.example", b"s" * 32, kind=kind).verifier for kind in Kind)

    assert log.public == witness.public
    assert log.id != witness.id
    assert VerifierKey.parse(str(witness)) == witness


def test_a_file_that_was_only_added_to_is_read_up_to_its_last_whole_checkpoint() -> None:
    made = [a_checkpoint(), a_checkpoint(4, EMPTY), a_checkpoint(9)]
    text = "".join(str(one.note) for one in made)

    assert list(checkpoints_in(text)) == made
    assert list(checkpoints_in(text[:-10])) == made[:2]
    assert checkpoints_in("") == ()
