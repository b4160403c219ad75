"""Sector standards: each row refused by name where it cannot class a fine, none retracted by a later file."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from graph.ledger import Ledger, LoadOutcome
from graph.memory_build import build
from graph.ontology import Penalty
from lianxin.errors import TooManyRefused, UnknownField
from loaders.standards import NO_AUTHORITY, SECTOR_STANDARDS, standard_of
from loaders.words import chinese
from rules.credit_repair.standards import SectorStandard

ROW = {
    "field": "应急",
    "authority": "临平区应急管理局",
    "from": "2026-04-01",
    "to": "",
    "low_up_to": "10000",
    "huge_from": "1000000",
    "citation": "某分类标准",
}
Load = Callable[..., LoadOutcome]


def held(ledger: Ledger) -> list[SectorStandard]:
    view = build(ledger)
    found = view.entities_of(view.all_of("SectorStandard").tolist())
    return [standard_of({name: entity.get(name) for name in entity.values}) for entity in found]


def many(*rows: dict[str, str]) -> list[dict[str, str]]:
    """These rows among enough good ones that one refusal does not condemn the file."""
    return [*rows, *(ROW | {"field": f"领域{n}"} for n in range(20))]


def test_a_standard_lies_in_the_ledger_as_it_was_written(tmp_ledger: Ledger, loaded: Load) -> None:
    loaded(SECTOR_STANDARDS, [ROW])
    bureau, citation = ROW["authority"], ROW["citation"]
    (found,) = held(tmp_ledger)
    assert found == SectorStandard(
        "应急", bureau, date(2026, 4, 1), None, Decimal(10_000), Decimal(1_000_000), citation
    )


def test_a_later_file_adds_and_changes_and_retracts_nothing(tmp_ledger: Ledger, loaded: Load) -> None:
    loaded(SECTOR_STANDARDS, [ROW])
    again = loaded(SECTOR_STANDARDS, [ROW | {"to": "2026-12-31"}], name="second.csv")
    assert (again.changed, again.new, again.retracted) == (1, 0, 0)
    loaded(SECTOR_STANDARDS, [ROW | {"from": "2027-01-01", "low_up_to": "20000"}], name="third.csv")
    assert [each.last_day for each in held(tmp_ledger)] == [date(2026, 12, 31), None]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"citation": ""}, "citation"),
        ({"field": ""}, "field"),
        ({"to": "2026-03-31"}, "to"),
        ({"from": "2026-02-30"}, "from"),
        ({"huge_from": "10000"}, "huge_from"),
        ({"low_up_to": "1万"}, "low_up_to"),
    ],
)
def test_a_bad_row_is_refused_by_name_and_the_others_go_on(
    tmp_ledger: Ledger, loaded: Load, changed: dict[str, str], field: str
) -> None:
    outcome = loaded(SECTOR_STANDARDS, many(ROW | changed))
    (refused,) = outcome.refused
    assert (refused["row"], refused["field"]) == (1, field)
    assert len(held(tmp_ledger)) == 20


def test_a_row_that_overlaps_an_earlier_one_or_an_earlier_load_is_refused(tmp_ledger: Ledger, loaded: Load) -> None:
    outcome = loaded(SECTOR_STANDARDS, [*many(ROW), ROW | {"from": "2026-06-01"}])
    (refused,) = outcome.refused
    assert (refused["row"], refused["field"]) == (22, "from")
    assert "应急 2026-04-01" in refused["problem_zh"]
    with pytest.raises(TooManyRefused, match="overlaps"):
        loaded(SECTOR_STANDARDS, [ROW | {"from": "2026-07-01"}], name="second.csv")
    loaded(SECTOR_STANDARDS, [ROW | {"authority": "余杭区应急管理局"}], name="third.csv")
    assert len(held(tmp_ledger)) == 22


def test_two_rows_of_one_key_that_differ_are_both_refused(tmp_ledger: Ledger, loaded: Load) -> None:
    outcome = loaded(SECTOR_STANDARDS, [*many(ROW), ROW | {"low_up_to": "20000"}])
    assert sorted(each["row"] for each in outcome.refused) == [1, 22]
    assert len(held(tmp_ledger)) == 20


def test_a_standard_without_an_authority_is_named_as_one_that_no_register_can_use(loaded: Load) -> None:
    outcome = loaded(SECTOR_STANDARDS, [ROW, ROW | {"authority": "", "field": "住建"}])
    reason = next(each for each in outcome.noted if each.startswith(NO_AUTHORITY))
    assert outcome.noted[reason] == 1
    assert chinese(reason) == "没有写机关的标准：登记不写领域，登记里的记录用不上（领域：住建）"


def test_a_standard_of_an_authority_without_penalties_is_named(loaded: Load, register: Callable[..., None]) -> None:
    register(Penalty(key="p", authority="临平区 应急管理局", authority_uscc="11330113YANG90034C"))
    by_code = ROW | {"authority": "11330113YANG90034C", "field": "消防"}
    outcome = loaded(SECTOR_STANDARDS, [ROW, by_code, ROW | {"authority": "杭州市临平区应急管理局"}])
    ((reason, count),) = outcome.noted.items()
    assert count == 1
    assert chinese(reason).endswith("请核对名称是否与登记写的一致：杭州市临平区应急管理局")


def test_a_file_with_another_column_is_refused_whole(loaded: Load) -> None:
    with pytest.raises(UnknownField, match="remark"):
        loaded(SECTOR_STANDARDS, [ROW | {"remark": "x"}])
