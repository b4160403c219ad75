"""Abnormal and serious listings: the headings of three kinds of source, and their traps."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from graph.ledger import Ledger, LoadOutcome
from graph.memory_build import build
from graph.ontology import Enterprise, FormerName, ListingState, PartyKind, TiedBy, Unknown, YesNo
from graph.view import Entity
from lianxin.errors import UnknownField
from loaders import credit, listings, parties
from loaders.listings import (
    ABNORMAL_LISTING,
    ABNORMAL_LISTING_INTERNAL,
    SERIOUS_LISTING,
    SERIOUS_LISTING_INTERNAL,
    AbnormalListingRow,
    SeriousListingRow,
    meaning,
)
from loaders.words import chinese

FIRM = "91330113YANG00019U"
SOLE = "92330113YANG90042U"
Load = Callable[..., LoadOutcome]

ABNORMAL = {
    "经营异常名录ID": "A1",
    "主体身份代码": "P1",
    "企业名称": "甲禾医用高分子有限公司",
    "统一社会信用代码": FIRM,
    "注册号": "330184000012345",
    "法定代表人": "欧阳测试名",
    "证件类型": "身份证",
    "列入经营异常名录原因类型": "1",
    "列入经营异常名录原因类型名称": "未依照规定的期限公示年度报告",
    "设立日期": "2025/07/08",
    "列入决定机关": "330113",
    "列入决定机关名称": "临平区市场监督管理局",
    "最新更新日期": "2025/07/09",
}
VENDOR = {
    "企业名称": "甲禾医用高分子有限公司",
    "统一社会信用代码": FIRM,
    "AddReason": "通过登记的住所或者经营场所无法联系",
    "AddDate": "2025-07-08T00:00:00+08:00",
    "RomoveReason": "",
    "RemoveDate": "0001-01-01T00:00:00",
    "DecisionOffice": "临平区市场监督管理局",
    "RemoveDecisionOffice": "null",
}
EXCHANGE = {
    "PRIPID": "P1",
    "ENTNAME": "甲禾医用高分子有限公司",
    "UNISCID": FIRM,
    "LEREP": "欧阳测试名",
    "CERNO": "330106199001011237",
    "SPECAUSE": "1",
    "SPECAUSENAME": "未依照规定的期限公示年度报告",
    "ABNTIME": "2025-07-08",
}
SERIOUS = {
    "企业名称": "甲禾医用高分子有限公司",
    "统一社会信用代码": FIRM,
    "Type": "严重违法失信企业名单",
    "AddReason": "被列入经营异常名录届满三年",
    "AddDate": "2025-07-08",
    "AddOffice": "临平区市场监督管理局",
    "RemoveReason": "",
    "RemoveDate": "",
    "RemoveOffice": "",
}


@pytest.fixture(autouse=True)
def firm(register: Callable[..., None]) -> None:
    former = (FormerName("余杭红枫农机修造厂", date(2025, 7, 8)),)
    register(Enterprise(key=FIRM, uscc=FIRM, name="甲禾医用高分子有限公司", former_names=former))


def listing(ledger: Ledger, record_type: str = "AbnormalListing") -> Entity:
    view = build(ledger)
    (handle,) = view.all_of(record_type)
    return view.entity(int(handle))


def stated(entity: Entity, name: str) -> Any:
    found = entity.values.get(name)
    return found[0].value if found else None


def tied_by(ledger: Ledger, entity: Entity) -> list[TiedBy]:
    view = build(ledger)
    links = view.links("Against", [entity.handle], "out", on=None).link
    return [view.evidence("Against", int(link)).properties["tied_by"] for link in links]


def test_the_headings_of_the_publicity_system(loaded: Load, tmp_ledger: Ledger) -> None:
    outcome = loaded(ABNORMAL_LISTING, [ABNORMAL])
    assert (outcome.new, dict(outcome.noted), outcome.refused) == (1, {}, [])
    entry = listing(tmp_ledger)
    assert entry.ref.key == f"{FIRM}/2025-07-08/年报"
    assert stated(entry, "listed_on") == date(2025, 7, 8)  # 设立日期 is the day of listing
    assert (stated(entry, "list_id"), stated(entry, "reason_code")) == ("A1", "1")
    assert (stated(entry, "authority_division"), stated(entry, "authority")) == ("330113", "临平区市场监督管理局")
    assert stated(entry, "updated_on") == date(2025, 7, 9)
    assert stated(entry, "published") is YesNo.YES
    # The file has no column of removals: whether the party is still listed it does not say.
    assert stated(entry, "state") is stated(entry, "removed_on") is Unknown.NOT_OBTAINED
    assert tied_by(tmp_ledger, entry) == [TiedBy.USCC]


def test_the_fields_of_a_vendor_and_its_traps(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(ABNORMAL_LISTING, [VENDOR])
    entry = listing(tmp_ledger)
    assert stated(entry, "listed_on") == date(2025, 7, 8)
    assert (stated(entry, "state"), stated(entry, "removed_on")) == (ListingState.LISTED, None)
    assert stated(entry, "authority") == "临平区市场监督管理局"
    removed = {**VENDOR, "RomoveReason": "已变更住所", "RemoveDate": "2026-01-05T00:00:00+08:00"}
    assert loaded(ABNORMAL_LISTING, [removed]).changed == 1
    entry = listing(tmp_ledger)
    assert (stated(entry, "state"), stated(entry, "removed_on")) == (ListingState.REMOVED, date(2026, 1, 5))
    assert (stated(entry, "removal_reason"), stated(entry, "removal_authority")) == ("已变更住所", Unknown.NOT_SUPPLIED)


def test_the_columns_of_the_exchange_table(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(ABNORMAL_LISTING_INTERNAL, [EXCHANGE])
    entry = listing(tmp_ledger)
    assert stated(entry, "listed_on") == date(2025, 7, 8)
    assert stated(entry, "published") is Unknown.NOT_OBTAINED
    assert stated(entry, "authority") is Unknown.NOT_OBTAINED


def test_one_column_may_hold_the_name_of_the_authority(loaded: Load, tmp_ledger: Ledger) -> None:
    row = {k: v for k, v in ABNORMAL.items() if k != "列入决定机关名称"} | {"列入决定机关": "临平区市场监督管理局"}
    loaded(ABNORMAL_LISTING, [row])
    entry = listing(tmp_ledger)
    assert (stated(entry, "authority"), stated(entry, "authority_division")) == (
        "临平区市场监督管理局",
        Unknown.NOT_OBTAINED,
    )


def test_serious_listings(loaded: Load, tmp_ledger: Ledger) -> None:
    outcome = loaded(SERIOUS_LISTING, [SERIOUS])
    assert (outcome.new, outcome.refused) == (1, [])
    entry = listing(tmp_ledger, "SeriousListing")
    assert stated(entry, "list_name") == "严重违法失信企业名单"
    assert stated(entry, "state") is ListingState.LISTED  # an empty reason of removal: still listed
    assert stated(entry, "published") is YesNo.YES
    assert tied_by(tmp_ledger, entry) == [TiedBy.USCC]
    loaded(SERIOUS_LISTING_INTERNAL, [SERIOUS], name="other.csv")
    assert {each.value for each in listing(tmp_ledger, "SeriousListing").values["published"]} == {
        YesNo.YES,
        Unknown.NOT_OBTAINED,
    }


def test_a_removal_without_a_day_is_noted(loaded: Load, tmp_ledger: Ledger) -> None:
    assert loaded(SERIOUS_LISTING, [{**SERIOUS, "RemoveReason": "信用修复"}]).noted == {listings.REMOVED_WITHOUT_DAY: 1}
    entry = listing(tmp_ledger, "SeriousListing")
    assert (stated(entry, "state"), stated(entry, "removed_on")) == (ListingState.REMOVED, Unknown.NOT_SUPPLIED)
    assert chinese(listings.REMOVED_WITHOUT_DAY) == "已移出，但没有写移出日期"


def test_a_second_load_changes_nothing_and_nothing_is_retracted(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(ABNORMAL_LISTING, [ABNORMAL])
    assert loaded(ABNORMAL_LISTING, [ABNORMAL]).unchanged == 1
    later = {**ABNORMAL, "设立日期": "2026/07/08"}
    assert loaded(ABNORMAL_LISTING, [later]).retracted == 0
    assert len(build(tmp_ledger).all_of("AbnormalListing")) == 2


@pytest.mark.parametrize(
    ("field", "cell", "problem"),
    [
        ("AddDate", "", "is no day where one is required"),
        ("AddDate", "0001-01-01T00:00:00", "is no day where one is required"),
        ("AddDate", "2025-02-30", "is not a day of the calendar"),
        ("RemoveDate", "2025-07-07", "is before 2025-07-08"),
        ("Type", "", "is empty where a text is required"),
        ("企业名称", "— —", "is empty where a text is required"),
        ("统一社会信用代码", "91330113YANG00019X", "is not a unified social credit code"),
    ],
)
def test_a_bad_cell_is_refused_by_its_column(loaded: Load, field: str, cell: str, problem: str) -> None:
    good = [{**SERIOUS, "AddDate": f"2025-08-{day:02d}"} for day in range(1, 13)]
    outcome = loaded(SERIOUS_LISTING, [*good, {**SERIOUS, field: cell}])
    (refused,) = outcome.refused
    assert (refused["row"], refused["field"]) == (13, meaning(SeriousListingRow, field))
    assert refused["value"] == ("" if "empty" in problem else cell)
    assert refused["problem"].startswith(problem)


@pytest.mark.parametrize("missing", ["企业名称", "设立日期", "列入经营异常名录原因类型名称"])
def test_a_required_column(loaded: Load, missing: str) -> None:
    with pytest.raises(UnknownField, match=missing):
        loaded(ABNORMAL_LISTING, [{k: v for k, v in ABNORMAL.items() if k != missing}])


@pytest.mark.parametrize(
    ("name", "day", "ties", "reason"),
    [
        ("余杭红枫农机修造厂", "2025/07/08", [TiedBy.FORMER_NAME], None),
        ("余杭红枫农机修造厂", "2025/07/09", None, credit.PERHAPS_A_PERSON),
        ("甲禾医用高分子有限公司", "2025/07/09", [TiedBy.NAME], None),
        ("甲禾医用高分子有限公司", "2025/07/08", [], parties.ANOTHER_DAY),
        ("临平区王小明面馆", "2025/07/08", None, credit.PERHAPS_A_PERSON),
        ("乙禾有限公司", "2025/07/08", [], parties.NOBODY),
    ],
)
def test_without_a_code_the_name_of_the_day_ties_or_the_row_may_be_a_persons(
    loaded: Load, tmp_ledger: Ledger, name: str, day: str, ties: list[TiedBy] | None, reason: str | None
) -> None:
    row = {**ABNORMAL, "企业名称": name, "统一社会信用代码": "", "设立日期": day}
    outcome = loaded(ABNORMAL_LISTING, [row])
    if ties is None:
        assert dict(outcome.skipped) == {reason: 1}
        assert len(build(tmp_ledger).all_of("AbnormalListing")) == 0
        return
    assert dict(outcome.noted) == ({reason: 1} if reason else {})
    assert tied_by(tmp_ledger, listing(tmp_ledger)) == ties


def test_a_sole_trader_is_told_by_its_code_and_has_no_name(loaded: Load, tmp_ledger: Ledger) -> None:
    outcome = loaded(ABNORMAL_LISTING, [{**ABNORMAL, "统一社会信用代码": SOLE, "企业名称": "王小明面馆"}])
    assert outcome.noted == {credit.SOLE_TRADER: 1, credit.SOLE_TRADER_OPEN: 1}
    entry = listing(tmp_ledger)
    assert stated(entry, "party_kind") is PartyKind.SOLE_TRADER
    assert stated(entry, "party_name") is stated(entry, "registration_no") is Unknown.WITHHELD
    assert "王小明" not in json.dumps([entry.ref.key, str(entry.values)], ensure_ascii=False)


@pytest.mark.parametrize("rows", [[ABNORMAL], [EXCHANGE]])
def test_personal_columns_are_dropped(loaded: Load, tmp_ledger: Ledger, rows: list[dict[str, str]]) -> None:
    report = json.dumps(loaded(ABNORMAL_LISTING, rows).report(), ensure_ascii=False)
    said = report + str(listing(tmp_ledger).values)
    assert not any(secret in said for secret in ("欧阳测试名", "330106199001011237", "身份证"))


def test_headings_mean_their_column() -> None:
    assert meaning(AbnormalListingRow, "ABNTIME") == meaning(AbnormalListingRow, "列入日期") == "设立日期"
    assert meaning(AbnormalListingRow, "RemoveReason") == meaning(AbnormalListingRow, "RomoveReason") == "移出原因"
    assert meaning(SeriousListingRow, "成立日期") == "成立日期"
