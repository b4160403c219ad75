"""The ontology: every declaration complete, every value stored and read back as it was."""

import dataclasses
import re
import types
import typing
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import ontology
from graph.ontology import (
    LINK_TYPES,
    PROPERTIES,
    RECORD_TYPES,
    Basis,
    Enterprise,
    FormerName,
    Link,
    Makes,
    Record,
    Ref,
    Unknown,
    UpstreamOf,
    body,
    chinese,
    link_name,
    read_body,
)

DECLARED: dict[str, type[Record] | type[Link]] = {**RECORD_TYPES, **LINK_TYPES}
CLASSES = [c for c in vars(ontology).values() if isinstance(c, type)]
CLOSED_LISTS = [c for c in CLASSES if issubclass(c, StrEnum) and c is not StrEnum]
HAN = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("closed", CLOSED_LISTS, ids=lambda c: c.__name__)
def test_every_member_of_every_closed_list_has_its_own_chinese_word(closed: type[StrEnum]) -> None:
    words = [chinese(member) for member in closed]
    assert all(HAN.search(word) for word in words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("name", DECLARED)
def test_every_type_and_property_has_a_chinese_label_and_no_name_is_spelt_twice(name: str) -> None:
    declared = DECLARED[name]
    assert declared.__name__ == name
    assert HAN.search(declared.label)
    labels = [p.label for p in PROPERTIES[name]]
    assert all(HAN.search(label) for label in labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("root", "listed"), [(Record, RECORD_TYPES), (Link, LINK_TYPES)])
def test_every_declared_type_stands_in_the_list_of_types(root: type, listed: dict[str, type]) -> None:
    declared = [c for c in CLASSES if issubclass(c, root)]
    without_kinds = {c for c in declared if not any(d is not c and issubclass(d, c) for d in declared)}
    assert set(listed.values()) == without_kinds


@pytest.mark.parametrize("name", LINK_TYPES)
def test_a_link_joins_declared_record_types(name: str) -> None:
    ends = LINK_TYPES[name].ends
    assert ends
    assert {end for pair in ends for end in pair} <= set(RECORD_TYPES)
    assert len(set(ends)) == len(ends)


@pytest.mark.parametrize("name", DECLARED)
def test_a_type_is_frozen_and_its_properties_are_optional(name: str) -> None:
    declared = DECLARED[name]
    ref = Ref("Enterprise", "k")
    plain: Any = declared(key="k") if issubclass(declared, Record) else declared(from_ref=ref, to_ref=ref)
    with pytest.raises(dataclasses.FrozenInstanceError):
        plain.part = "other"
    assert body(plain) == "{}"
    assert read_body(name, "{}") == {}


def test_names_of_link_types_for_interchange() -> None:
    assert {link_name(name) for name in ("UpstreamOf", "Makes", "InIndustry")} == {
        "UPSTREAM_OF",
        "MAKES",
        "IN_INDUSTRY",
    }
    assert len({link_name(name) for name in LINK_TYPES}) == len(LINK_TYPES)


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """A strategy for whatever a property is declared to hold."""
    if isinstance(annotation, types.UnionType):
        return st.one_of([values(option) for option in typing.get_args(annotation)])
    if typing.get_origin(annotation) is tuple:
        return st.lists(values(typing.get_args(annotation)[0]), max_size=3).map(tuple)
    if annotation is FormerName:
        return st.builds(FormerName, st.text(max_size=5), st.none() | st.dates())
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(-(2**53), 2**53),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        date: st.dates(),
        Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=4),
        type(None): st.none(),
    }
    return plain[annotation]


@pytest.mark.parametrize("name", DECLARED)
@given(data=st.data())
def test_whatever_a_record_or_link_says_is_read_back_with_its_type(name: str, data: st.DataObject) -> None:
    declared = DECLARED[name]
    said = {p.name: data.draw(values(p.annotation), label=p.name) for p in PROPERTIES[name]}
    ref = Ref("Enterprise", "k")
    ends = {"key": "k"} if issubclass(declared, Record) else {"from_ref": ref, "to_ref": ref}
    statement: Any = declared(**ends, **said)
    back = read_body(name, body(statement))
    expected = {key: value for key, value in said.items() if value is not None and value != ()}
    assert back == expected
    assert {key: type(value) for key, value in back.items()} == {key: type(value) for key, value in expected.items()}


def test_equal_values_give_equal_bytes_and_the_body_is_plain_json() -> None:
    one = Enterprise(key="k", name="甲", registered_capital=Decimal("3000.50"), exchange=Unknown.NOT_SUPPLIED)
    two = Enterprise(exchange=Unknown.NOT_SUPPLIED, registered_capital=Decimal("3000.50"), name="甲", key="k")
    assert body(one) == body(two)
    assert orjson.loads(body(one)) == {
        "name": "甲",
        "exchange": {"unknown": "not_supplied"},
        "registered_capital": "3000.50",
    }


def test_key_part_ends_basis_and_days_are_no_properties() -> None:
    ref = Ref("Product", "p")
    link = UpstreamOf(from_ref=ref, to_ref=ref, part="x", basis=Basis.CLAIMED, valid_from=date(2026, 1, 1))
    assert body(link) == "{}"
    assert [p.name for p in PROPERTIES["Makes"]] == ["share"]
    assert body(Makes(from_ref=ref, to_ref=ref, share=0.0)) == '{"share":0.0}', "a share of zero is a value"


def test_a_property_that_was_taken_out_of_the_ontology_is_passed_over_in_old_bodies() -> None:
    assert read_body("Product", '{"name": "x", "gone": 1}') == {"name": "x"}
