"""The range of value: the worked example to the yuan, its drivers, and what it refuses."""

from decimal import Decimal
from typing import Any

import pytest

from lianxin.errors import BadFact
from rules.ip_finance.value import ValueRange, read_value_facts, value_range

EXAMPLE = {  # pessimistic end, base, optimistic end; what the value is at either end
    "rho": ("0.02", "0.03", "0.05", 502_067, 1_255_167),
    "s": ("0.30", "0.40", "0.50", 564_825, 941_375),
    "t": ("4", "6", "8", 606_623, 844_903),
    "g": ("-0.05", "0", "0.05", 653_227, 867_812),
    "r": ("0.25", "0.20", "0.15", 685_968, 833_998),
    "lambda": ("0.08", "0.05", "0.03", 688_420, 799_475),
}


def band(low: str, base: str, high: str, **changed: Any) -> dict[str, Any]:
    ends = {"low": Decimal(low), "base": Decimal(base), "high": Decimal(high)}
    return {**ends, "source": "worked example", "status": "CFG", **changed}


def facts(**changed: Any) -> dict[str, Any]:
    parameters = {name: band(*each[:3]) for name, each in EXAMPLE.items()}
    example = {"asset_kind": "INVENTION", "r0": 20_000_000, "legal_life_years": Decimal("12.5")}
    return {**example, "parameters": parameters, **changed}


def ranged(**changed: Any) -> ValueRange:
    return value_range(read_value_facts(facts(**changed)))


def test_the_worked_example_to_the_yuan() -> None:
    found = ranged()
    assert (found.low, found.base, found.high) == (237_324, 753_100, 2_580_900)
    assert [(each.name.value, each.low, each.high) for each in found.drivers] == [
        (name, low, high) for name, (_, _, _, low, high) in EXAMPLE.items()
    ]
    assert [each.swing for each in found.drivers] == sorted((each.swing for each in found.drivers), reverse=True)
    assert found.unknown == ()
    assert any("12.5 年只计 12 个整年" in note for note in found.notes)


def test_either_order_of_the_ends_is_the_same_band() -> None:
    turned = {name: band(each[2], each[1], each[0]) for name, each in EXAMPLE.items()}
    assert ranged(parameters=turned) == ranged()


@pytest.mark.parametrize(("life", "years"), [("3.9", 3), ("4", 4), ("5.99", 5), ("6", 6), ("6.5", 6)])
def test_the_remaining_legal_life_limits_the_years(life: str, years: int) -> None:
    whole = ranged(parameters={**facts()["parameters"], "t": band("0", str(years), "200")}, legal_life_years=200)
    assert ranged(legal_life_years=Decimal(life)).base == whole.base


def test_without_a_whole_year_left_there_is_no_value() -> None:
    found = ranged(legal_life_years=Decimal("0.9"))
    assert (found.low, found.base, found.high) == (0, 0, 0)


@pytest.mark.parametrize("name", ["r0", "legal_life_years"])
def test_what_is_not_known_leaves_the_value_unknown(name: str) -> None:
    found = ranged(**{name: None})
    assert (found.low, found.base, found.high, found.drivers, found.unknown) == (None, None, None, (), (name,))


def test_a_parameter_that_is_not_known_is_named() -> None:
    parameters = {**facts()["parameters"], "rho": None}
    del parameters["g"]
    assert ranged(parameters=parameters).unknown == ("rho", "g")


def test_what_is_not_verified_and_what_the_standard_leaves_out_is_noted() -> None:
    parameters = {**facts()["parameters"], "lambda": band("0.08", "0.05", "0.03", status="CFG/U")}
    notes = ranged(asset_kind="DESIGN", parameters=parameters).notes
    assert any("GB/T 42748" in note for note in notes)
    assert any("产品线" in note for note in notes)
    assert any("（lambda）未核实" in note for note in notes)
    assert not any("GB/T 42748" in note for note in ranged().notes)


def _with(name: str, **changed: Any) -> dict[str, Any]:
    ends = EXAMPLE[name][:3]
    return {"parameters": {**facts()["parameters"], name: {**band(*ends), **changed}}}


POINTS = {name: band(each[1], each[1], each[1]) for name, each in EXAMPLE.items()}


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("r0", {"r0": -1}),
        ("r0", {"r0": "20000000"}),
        ("r0", {"r0": None, "parameters": {}}),  # from registry facts alone
        ("parameters", {"parameters": POINTS}),  # one number
        ("asset_kind", {"asset_kind": "HOUSE"}),
        ("weight", {"weight": 1}),
        ("parameters.rate", {"parameters": {"rate": band("1", "2", "3")}}),
        ("parameters.rho.source", _with("rho", source=" ")),
        ("parameters.rho.status", _with("rho", status=None)),
        ("parameters.rho.base", _with("rho", base=Decimal("0.06"))),
        ("parameters.rho.low", _with("rho", low=Decimal("-0.01"))),
        ("parameters.rho.high", _with("rho", high=Decimal("1.01"))),
        ("parameters.t.high", _with("t", high=201)),
        ("parameters.rho.weight", _with("rho", weight=1)),
    ],
)
def test_what_is_no_basis_for_a_value_is_refused_by_its_name(field: str, changed: dict[str, Any]) -> None:
    with pytest.raises(BadFact) as refused:
        read_value_facts(facts(**changed))
    assert refused.value.field == field
