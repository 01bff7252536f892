"""What two parsers could read differently is not read at all (B4)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.front.errors import Refused
from bot.front.strictjson import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_object


def _code(body: bytes) -> str:
    try:
        read_object(body)
    except Refused as refused:
        return f"{refused.status} {refused.code}"
    return "read"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "400 not_json"),
        (b"{", "400 not_json"),
        (b"{} {}", "400 not_json"),
        (b"\xef\xbb\xbf{}", "400 not_json"),
        ("{}".encode("utf-16"), "400 not_json"),
        (b'{"a": "\xff"}', "400 not_json"),
        (b'{"a": "\xed\xa0\x80"}', "400 not_json"),
        (b'{"a": "\\ud800"}', "400 not_json"),
        (b'{"a": "\\udc00\\ud800"}', "400 not_json"),
        (b'{"a": NaN}', "400 not_json"),
        (b'{"a": Infinity}', "400 not_json"),
        (b'{"a": -Infinity}', "400 not_json"),
        (b'{"a": 1e999}', "400 not_json"),
        (b'{"a": 01}', "400 not_json"),
        (b"{'a': 1}", "400 not_json"),
        (b'{"a": 1,}', "400 not_json"),
        (b'{"a": "\x01"}', "400 not_json"),
        (b"[" * 100_000, "400 not_json"),
        (b"null", "400 not_an_object"),
        (b"[]", "400 not_an_object"),
        (b'"text"', "400 not_an_object"),
        (b"1", "400 not_an_object"),
        (b'{"a": 1, "a": 1}', "400 duplicate_key"),
        (b'{"a": 1, "\\u0061": 2}', "400 duplicate_key"),
        (b'{"b": [{"a:": 1, "a:": 2}]}', "400 duplicate_key"),
        (b'{"a": "\\u0000"}', "400 nul"),
        (b'{"\\u0000": 1}', "400 nul"),
        (b'{"a": "\\\\\\u0000"}', "400 nul"),
        (b'{"a": 9007199254740993}', "400 number_too_large"),
        (b'{"a": [-1e300]}', "400 number_too_large"),
        (b'{"a": ' + b"9" * 400 + b"}", "400 not_json"),
        (b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH, "read"),
        (b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH, "400 too_deep"),
        (b'{"a":[' + b",".join([b"1"] * (MAX_NODES - 1)) + b"]}", "read"),
        (b'{"a":[' + b",".join([b"1"] * MAX_NODES) + b"]}", "400 too_many_values"),
        (b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}', "read"),
        (b'{"a":"' + b"x" * (MAX_BYTES - 7) + b'"}', "413 too_large"),
        (b'{"a": "\\\\u0000", "b": "a:b\\":c", "b:": {"b": {"b": null}}}', "read"),
    ],
)
def test_a_body_is_read_or_refused_by_name(body: bytes, code: str) -> None:
    assert _code(body) == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('ab:"\\{}', max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.dictionaries(st.text('ab:"\\{}', max_size=3), JSON, max_size=5), st.booleans())
def test_every_object_without_equal_keys_is_read_as_it_is(value: dict[str, object], ascii_only: bool) -> None:
    assert read_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def _pairs(pairs: list[tuple[str, object]]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.text('ab:"\\', min_size=1, max_size=2), JSON), max_size=6))
def test_equal_keys_are_found_exactly_when_the_standard_library_finds_them(pairs: list[tuple[str, object]]) -> None:
    keys = [key for key, _ in pairs]

    assert _code(f'{{"outer": {_pairs(pairs)}}}'.encode()) == ("read" if len(set(keys)) == len(keys) else "400 duplicate_key")
