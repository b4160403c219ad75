"""Penalties in the table of the 双公示 standard of 2018: every kind of dirt, and no personal data anywhere."""

import csv
import io
import json
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.ledger import Ledger, LoadOutcome
from graph.memory_build import build
from graph.ontology import (
    Enterprise,
    FormerName,
    PartyKind,
    Ref,
    Sanction,
    Term,
    TiedBy,
    Unknown,
    YesNo,
)
from graph.view import Entity, Evidence
from lianxin.errors import Conflict, LianxinError, UnknownField, UnreadableFile
from loaders import credit, parties, penalties
from loaders.penalties import (
    SHUANGGONGSHI_2018,
    SHUANGGONGSHI_2018_INTERNAL,
    PenaltyRow,
    fines_in,
    meaning,
    sanctions,
)
from loaders.personal import WITHHELD
from loaders.run import run_load
from loaders.words import chinese

FIRM, OTHER = "91330113YANG00019U", "91330113YANG00027N"
SOLE = "92330113YANG90042U"
AUTHORITY = "11330113YANG90018N"
ELSEWHERE = "11330113YANG90026H"
COLUMNS = [f.alias or name for name, f in PenaltyRow.model_fields.items()][:30]
DAY = date(2026, 3, 5)
Load = Callable[..., LoadOutcome]
Register = Callable[..., None]

GOOD: Mapping[str, str] = {
    **dict.fromkeys(COLUMNS, ""),
    "CF_XDR_MC": "杭州甲禾医用高分子有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": FIRM,
    "CF_WSH": "临市监罚〔2026〕1号",
    "CF_WFXW": "生产不合格产品",
    "CF_SY": "经抽样检验不合格",
    "CF_YJ": "《中华人民共和国产品质量法》",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款人民币2000元",
    "CF_NR_FK": "0.2",
    "CF_JDRQ": "2026/03/05",
    "CF_YXQ": "2099/12/31",
    "CF_GSJZQ": "2027/03/05",
    "CF_CFJG": "临平区市场监督管理局",
    "CF_CFJGDM": AUTHORITY,
    "CF_SJLY": "临平区公共信用信息平台",
    "CF_SJLYDM": AUTHORITY,
}
HEADINGS = {
    column: PenaltyRow.model_fields[name].title for name, column in zip(PenaltyRow.model_fields, COLUMNS, strict=False)
}


def row(**cells: str) -> dict[str, str]:
    return {**GOOD, **cells}


def filler(count: int = 12) -> list[dict[str, str]]:
    """Good rows that keep one refused row below a tenth."""
    return [row(CF_WSH=f"临市监罚〔2026〕{number}号") for number in range(100, 100 + count)]


@pytest.fixture
def firms(register: Register) -> None:
    register(
        Enterprise(
            key=FIRM,
            uscc=FIRM,
            name="杭州甲禾医用高分子有限公司",
            former_names=(
                FormerName("余杭红枫农机修造厂", date(2019, 6, 30)),
                FormerName("红枫铁器社", date(2005, 1, 31)),
            ),
            established_on=date(1998, 10, 6),
        ),
        Enterprise(key=OTHER, uscc=OTHER, name="浙江同昇精密机械有限公司"),
        Enterprise(
            key="91330521YANG00115C", name="浙江同昇精密机械有限公司", former_names=(FormerName("德清无期厂有限公司"),)
        ),
    )


def event(ledger: Ledger, number: str = "临市监罚(2026)1号", authority: str = AUTHORITY) -> Entity:
    view = build(ledger)
    handle = view.handle(Ref("Penalty", f"{authority}/{number}"))
    assert handle is not None, [view.ref(int(h)).key for h in view.all_of("Penalty")]
    return view.entity(handle)


def stated(entity: Entity, name: str) -> Any:
    return entity.values[name][0].value


def against(ledger: Ledger, entity: Entity, link_type: str = "Against") -> list[Evidence]:
    view = build(ledger)
    return [view.evidence(link_type, int(link)) for link in view.links(link_type, [entity.handle], "out", on=None).link]


# --- a good row -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("firms")
def test_a_penalty_with_all_that_the_table_says(loaded: Load, tmp_ledger: Ledger) -> None:
    outcome = loaded(SHUANGGONGSHI_2018, [row(CF_NR_WFFF="1.234567", CF_XDR_GSZC="330184000012345")])
    assert (outcome.new, dict(outcome.noted), dict(outcome.skipped), outcome.refused) == (1, {}, {}, [])
    penalty = event(tmp_ledger)
    assert stated(penalty, "party_name") == "杭州甲禾医用高分子有限公司"
    assert stated(penalty, "party_kind") is PartyKind.ORGANISATION
    assert stated(penalty, "document_date") == DAY
    assert stated(penalty, "sanctions") == (Sanction.FINE,)
    assert stated(penalty, "fine") == Decimal("2000")
    assert str(stated(penalty, "confiscated")) == "12345.67"
    assert (stated(penalty, "effective"), penalty.values.get("effective_until")) == (Term.NO_END, None)
    assert (stated(penalty, "publication"), stated(penalty, "publication_until")) == (Term.UNTIL, date(2027, 3, 5))
    assert stated(penalty, "registration_no") == "330184000012345"
    assert stated(penalty, "licence") is Unknown.NOT_SUPPLIED
    assert stated(penalty, "published") is YesNo.YES
    assert penalty.values["fine"][0].source.row == 1
    (link,) = against(tmp_ledger, penalty)
    assert (link.to_ref.key, link.properties["tied_by"], link.valid_from) == (FIRM, TiedBy.USCC, DAY)
    (issued,) = against(tmp_ledger, penalty, "IssuedBy")
    assert issued.to_ref == Ref("Institution", AUTHORITY)


@pytest.mark.usefixtures("firms")
def test_a_second_load_changes_nothing_and_an_increment_never_retracts(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(SHUANGGONGSHI_2018, filler(2))
    again = loaded(SHUANGGONGSHI_2018, filler(2))
    assert (again.new, again.changed, again.unchanged, again.retracted) == (0, 0, 2, 0)
    other = loaded(SHUANGGONGSHI_2018, [row(CF_WSH="新〔2026〕1号")])
    assert (other.new, other.retracted) == (1, 0)
    assert len(build(tmp_ledger).all_of("Penalty")) == 3


@pytest.mark.usefixtures("firms")
def test_a_later_delivery_of_a_penalty_is_a_new_version_of_it(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(SHUANGGONGSHI_2018, [row()])
    assert loaded(SHUANGGONGSHI_2018, [row(CF_NR="罚款2000元，已缴")]).changed == 1
    assert stated(event(tmp_ledger), "content") == "罚款2000元，已缴"
    assert len(against(tmp_ledger, event(tmp_ledger))) == 1


@pytest.mark.usefixtures("firms")
def test_two_authorities_may_give_one_number(loaded: Load, tmp_ledger: Ledger) -> None:
    assert loaded(SHUANGGONGSHI_2018, [row(), row(CF_CFJGDM=ELSEWHERE, CF_CFJG="临平区应急管理局")]).new == 2
    assert stated(event(tmp_ledger, authority=ELSEWHERE), "authority") == "临平区应急管理局"
    assert stated(event(tmp_ledger), "authority") == "临平区市场监督管理局"


@pytest.mark.usefixtures("firms")
def test_one_number_of_one_authority_with_two_contents_is_refused_twice(loaded: Load) -> None:
    rows = [row(), row(CF_WSH="临市监罚[2026]1号", CF_NR_FK="0.3", CF_NR="罚款3000元"), *filler(20)]
    refused = loaded(SHUANGGONGSHI_2018, rows).refused
    assert [(each["row"], each["field"]) for each in refused] == [(1, "Penalty key"), (2, "Penalty key")]


@pytest.mark.parametrize("code", ["", "11330113YANG90018X", "330106199001011237"])
@pytest.mark.usefixtures("firms")
def test_an_authority_without_a_valid_code_is_known_by_its_name(loaded: Load, tmp_ledger: Ledger, code: str) -> None:
    noted = loaded(SHUANGGONGSHI_2018, [row(CF_CFJGDM=code)]).noted
    assert noted == {penalties.AUTHORITY_WITHOUT_CODE: 1}
    penalty = event(tmp_ledger, authority="临平区市场监督管理局")
    assert stated(penalty, "authority_uscc") is Unknown.NOT_SUPPLIED
    assert against(tmp_ledger, penalty, "IssuedBy") == []


@pytest.mark.usefixtures("firms")
def test_of_an_internal_table_nobody_says_that_it_is_published(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(SHUANGGONGSHI_2018_INTERNAL, [row()])
    assert stated(event(tmp_ledger), "published") is Unknown.NOT_OBTAINED


# --- headings ---------------------------------------------------------------------------------------------------------

VARIANTS = [
    ("行政相对人代码_1（统一社会信用代码）", "CF_XDR_SHXYM"),
    ("行政相对人代码_1 (统一社会信用代码)", "CF_XDR_SHXYM"),
    ("行政相对人代码_3(统一社会信用代码)", "CF_XDR_SHXYM"),
    ("行政相对人代码_3 (工商登记码)", "CF_XDR_GSZC"),
    ("行政相对人代码_2(组织机构代码)", "CF_XDR_ZZJG"),
    ("行政相对人代码_4（税务登记号） ", "CF_XDR_SWDJ"),
    ("行政相对人代码_4(税务登记码)", "CF_XDR_SWDJ"),
    ("行政相对人代码_5(事业单位\n证书号)", "CF_XDR_SYDW"),
    ("社会组织登记证号", "CF_XDR_SHZZ"),
    ("法定代表人身份证号", "CF_FR_ZJHM"),
    ("CF_FR_SFZH", "CF_FR_ZJHM"),
    ("行政相对人代码_5(居民身份证号)", "CF_XDR_ZJHM"),
    ("处罚金额（万元）", "CF_NR_FK"),
    ("罚款金额(万元)", "CF_NR_FK"),
    ("处罚金额（万元）单位：万元", "CF_NR_FK"),
    ("没收违法所得、没收非法财务的金额（万元）", "CF_NR_WFFF"),
    ("没收违法所得、没收非法财物\n的金额（万元）", "CF_NR_WFFF"),
    ("没收金额（万元）", "CF_NR_WFFF"),
    ("数据来源单位统一社会信用代", "CF_SJLYDM"),
    ("公示截止日期", "CF_GSJZQ"),
    ("CHUFAJUEDINGRQ", "CF_JDRQ"),
    ("CHUFAJIGUANTYSHXYDM", "CF_CFJGDM"),
    ("cf_wsh", "CF_WSH"),
]


@pytest.mark.parametrize(("heading", "column"), VARIANTS)
def test_headings_of_real_exports_mean_their_column(heading: str, column: str) -> None:
    assert meaning(heading) == column


@pytest.mark.parametrize("heading", ["罚款金额（元）", "罚款金额", "法定代表人电话", "失信严重程度"])
def test_other_headings_mean_nothing_and_stop_the_load(loaded: Load, heading: str) -> None:
    assert meaning(heading) == heading
    with pytest.raises(UnknownField, match=heading.replace("（", ".").replace("）", ".")):
        loaded(SHUANGGONGSHI_2018, [row(**{heading: "1"})])


@pytest.mark.usefixtures("firms")
def test_chinese_headings_in_gb18030_with_extra_columns(loaded: Load, tmp_ledger: Ledger) -> None:
    headings = [*HEADINGS.values(), "数据导出时间", "企业id"]
    loaded(SHUANGGONGSHI_2018, [row(a="2026/11/20", b="7")], headings=headings, encoding="gb18030")
    assert stated(event(tmp_ledger), "fine") == Decimal("2000")


@pytest.mark.usefixtures("firms")
def test_swapped_codes_are_told_by_the_words(loaded: Load, tmp_ledger: Ledger) -> None:
    swapped = {"CF_XDR_GSZC": "行政相对人代码_3(工商登记码)", "CF_XDR_ZZJG": "行政相对人代码_2(组织机构代码)"}
    headings = [swapped.get(column, column) for column in COLUMNS]
    loaded(SHUANGGONGSHI_2018, [row(CF_XDR_GSZC="3301", CF_XDR_ZZJG="MA27X1234")], headings=headings)
    assert stated(event(tmp_ledger), "registration_no") == "3301"
    assert stated(event(tmp_ledger), "organisation_code") == "MA27X1234"


@pytest.mark.usefixtures("firms")
def test_a_file_may_lack_optional_columns_and_says_so(loaded: Load, tmp_ledger: Ledger) -> None:
    kept = {c: v for c, v in row().items() if c not in ("CF_GSJZQ", "CF_NR_FK", "BZ") and not c.startswith("CF_FR")}
    assert loaded(SHUANGGONGSHI_2018, [kept]).refused == []
    for name in ("fine", "publication_until"):
        assert stated(event(tmp_ledger), name) is Unknown.NOT_OBTAINED


@pytest.mark.parametrize("column", ["CF_WSH", "CF_XDR_MC", "CF_JDRQ", "CF_CFJG", "CF_XDR_SHXYM"])
def test_a_file_without_a_required_column_is_refused_whole(loaded: Load, column: str) -> None:
    with pytest.raises(UnknownField, match=f"missing field {column}"):
        loaded(SHUANGGONGSHI_2018, [{c: v for c, v in row().items() if c != column}])


@pytest.mark.usefixtures("firms")
def test_two_columns_under_the_heading_of_the_identity_number_are_both_dropped(loaded: Load) -> None:
    headings = ["法定代表人证件号码" if c.startswith("CF_FR_ZJ") else c for c in COLUMNS]
    assert loaded(SHUANGGONGSHI_2018, [row()], headings=headings).new == 1


def test_two_columns_of_one_meaning_are_refused(loaded: Load) -> None:
    with pytest.raises(UnreadableFile, match="CF_NR_FK twice"):
        loaded(SHUANGGONGSHI_2018, [row(**{"处罚金额（万元）": "1"})])


def test_a_file_without_a_heading_shows_nothing_of_its_first_row(loaded: Load) -> None:
    with pytest.raises(UnreadableFile, match="no heading of this format") as error:
        loaded(SHUANGGONGSHI_2018, [row()], headings=list(row(CF_FRDB="王小明").values()))
    assert "王小明" not in f"{error.value}{error.value.zh}"


# --- money, days, kinds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("0.2", "2000"),
        ("2000.000000", "20000000"),
        ("0.000001", "0.01"),
        ("12.345678", "123456.78"),
        ("０．５", "5000"),
    ],
)
@pytest.mark.usefixtures("firms")
def test_money_is_read_in_units_of_ten_thousand(loaded: Load, tmp_ledger: Ledger, cell: str, yuan: str) -> None:
    loaded(SHUANGGONGSHI_2018, [row(CF_NR_FK=cell, CF_NR="罚款")])
    assert str(stated(event(tmp_ledger), "fine")) == yuan


REFUSED_CELLS = [
    ("CF_NR_FK", "0.2000001", "is not an amount"),
    ("CF_NR_FK", "-1", "is not an amount"),
    ("CF_NR_FK", "2,000", "is not an amount"),
    ("CF_NR_FK", "1e3", "is not an amount"),
    ("CF_NR_FK", "2000", "is in yuan: the content says a fine of 2000 yuan"),
    ("CF_NR_WFFF", "12345678901234", "is not an amount"),
    ("CF_JDRQ", "2019-13-01", "is not a day of the calendar"),
    ("CF_JDRQ", "2026/02/29", "is not a day of the calendar"),
    ("CF_JDRQ", "20260305", "is not a day (yyyy/MM/dd)"),
    ("CF_JDRQ", "2026-03/05", "is not a day (yyyy/MM/dd)"),
    ("CF_JDRQ", "0001-01-01T00:00:00", "is no day where one is required"),
    ("CF_JDRQ", "", "is no day where one is required"),
    ("CF_YXQ", "2026/03/04", "is before 2026-03-05"),
    ("CF_GSJZQ", "2026/03/04", "is before 2026-03-05"),
    ("CF_GSJZQ", "2026/02/30", "is not a day of the calendar"),
    ("CF_XDR_SHXYM", "91330113YANG00019X", "is not a unified social credit code"),
    ("CF_XDR_SHXYM", "9133", "is not a unified social credit code (4 characters instead of 18)"),
    ("CF_XDR_LB", "", "is empty where a text is required"),
    ("CF_XDR_MC", "null", "is empty where a text is required"),
    ("CF_WSH", "— —", "is empty where a text is required"),
    ("CF_CFLB", "", "is empty where a text is required"),
    ("CF_CFJG", " ", "is empty where a text is required"),
]


@pytest.mark.parametrize(("column", "cell", "problem"), REFUSED_CELLS)
@pytest.mark.usefixtures("firms")
def test_a_bad_cell_is_refused_by_file_row_field_and_value(loaded: Load, column: str, cell: str, problem: str) -> None:
    outcome = loaded(SHUANGGONGSHI_2018, [*filler(), row(**{column: cell})])
    (refused,) = outcome.refused
    assert (refused["file"], refused["row"], refused["field"]) == ("export.csv", 13, column)
    assert refused["value"] == ("" if "empty" in problem else cell)
    assert refused["problem"].startswith(problem)
    assert refused["problem_zh"] != refused["problem"]
    assert outcome.new == 12


@pytest.mark.usefixtures("firms")
def test_an_unknown_kind_of_party_is_refused_without_being_shown(loaded: Load) -> None:
    (refused,) = loaded(SHUANGGONGSHI_2018, [*filler(), row(CF_XDR_LB="王小明")]).refused
    assert (refused["field"], refused["value"]) == ("CF_XDR_LB", WITHHELD)


@pytest.mark.usefixtures("firms")
def test_a_row_with_a_cell_too_many_is_refused_without_being_shown(loaded: Load) -> None:
    crooked = {**row(CF_FRDB="王小明"), "more": "1"}
    (refused,) = loaded(SHUANGGONGSHI_2018, [*filler(), crooked]).refused
    assert (refused["field"], refused["value"]) == ("the row", WITHHELD)
    assert refused["problem"] == "has 31 cells unlike the heading"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026/03/05", DAY),
        ("2026-03-05", DAY),
        ("2026/3/5", DAY),
        ("2026-03-05 00:00:00", DAY),
        ("2026-03-05T10:20:30.123", DAY),
        ("2026-03-05T00:00:00+08:00", DAY),
        ("2026-03-04T16:00:00Z", DAY),
        ("2026-03-04T15:59:59Z", date(2026, 3, 4)),
        ("2026-03-04T11:30:00-05:00", DAY),
    ],
)
@pytest.mark.usefixtures("firms")
def test_days_as_exports_write_them(loaded: Load, tmp_ledger: Ledger, cell: str, day: date) -> None:
    loaded(SHUANGGONGSHI_2018, [row(CF_JDRQ=cell)])
    assert stated(event(tmp_ledger), "document_date") == day


@pytest.mark.parametrize(
    ("cell", "term", "until"),
    [
        ("2099/12/30", Term.UNTIL, date(2099, 12, 30)),
        ("2099/12/31", Term.NO_END, None),
        ("9999-12-31", Term.NO_END, None),
        ("2026/03/05", Term.UNTIL, DAY),
        ("0001-01-01T00:00:00", Unknown.NOT_SUPPLIED, Unknown.NOT_SUPPLIED),
    ],
)
@pytest.mark.usefixtures("firms")
def test_the_edges_of_a_validity(loaded: Load, tmp_ledger: Ledger, cell: str, term: Any, until: Any) -> None:
    loaded(SHUANGGONGSHI_2018, [row(CF_YXQ=cell)])
    penalty = event(tmp_ledger)
    assert stated(penalty, "effective") is term
    assert [each.value for each in penalty.values.get("effective_until", ())] == ([] if until is None else [until])


@pytest.mark.parametrize(
    ("cell", "content", "note", "known"),
    [
        ("0", "罚款", penalties.FINE_OF_ZERO, False),
        ("9.999999", "罚款", penalties.COLUMN_FULL, False),
        ("0.3", "罚款2000元", penalties.AMOUNT_DIFFERS, True),
        ("0.3", "罚款2000元；罚款1000元", None, True),
        ("2", "罚款2万元", None, True),
    ],
)
@pytest.mark.usefixtures("firms")
def test_amounts_that_deserve_a_word(
    loaded: Load, tmp_ledger: Ledger, cell: str, content: str, note: str | None, known: bool
) -> None:
    assert dict(loaded(SHUANGGONGSHI_2018, [row(CF_NR_FK=cell, CF_NR=content)]).noted) == ({note: 1} if note else {})
    assert isinstance(stated(event(tmp_ledger), "fine"), Decimal) is known


def test_fines_in_words() -> None:
    assert fines_in("1.没收违法所得300元；2.罚款人民币20,000元整") == {Decimal(20000)}
    assert fines_in("罚款２万元") == {Decimal(20000)}
    assert fines_in("罚款贰万元") == set()


@pytest.mark.parametrize(
    ("kinds", "content", "licence", "expected"),
    [
        ("警告", "", None, {Sanction.WARNING}),
        ("警告;罚款", "", None, {Sanction.WARNING, Sanction.FINE}),
        ("警告、通报批评，罚款", "", None, {Sanction.WARNING, Sanction.CRITICISM, Sanction.FINE}),
        ("没收违法所得、没收非法财物", "", None, {Sanction.CONFISCATE_INCOME, Sanction.CONFISCATE_GOODS}),
        ("没收", "没收违法所得300元", None, {Sanction.CONFISCATE_INCOME}),
        ("没收", "没收非法财物一批", None, {Sanction.CONFISCATE_GOODS}),
        ("没收", "没收", None, {Sanction.OTHER}),
        ("暂扣或吊销许可证、暂扣或吊销执照", "暂扣安全生产许可证三十日", None, {Sanction.SUSPEND_LICENCE}),
        ("暂扣或吊销许可证、暂扣或吊销执照", "吊销营业执照", None, {Sanction.REVOKE_LICENCE}),
        ("暂扣或吊销许可证、暂扣或吊销执照", "暂扣转吊销", None, {Sanction.OTHER}),
        ("暂扣或吊销许可证、暂扣或吊销执照", "", None, {Sanction.OTHER}),
        ("罚款", "吊销许可证", "某许可证 1 号", {Sanction.FINE, Sanction.REVOKE_LICENCE}),
        ("罚款", "", "某许可证 1 号", {Sanction.FINE, Sanction.OTHER}),
        ("吊销许可证件", "", "某许可证 1 号", {Sanction.REVOKE_LICENCE}),
        ("暂扣许可证件", "", None, {Sanction.SUSPEND_LICENCE}),
        ("降低资质等级", "", None, {Sanction.DOWNGRADE_QUALIFICATION}),
        ("限制开展生产经营活动", "", None, {Sanction.RESTRICT_BUSINESS}),
        ("责令停产停业", "", None, {Sanction.STOP_PRODUCTION}),
        ("责令关闭", "", None, {Sanction.CLOSE}),
        ("限制从业", "", None, {Sanction.EMPLOYMENT_BAN}),
        ("行政拘留", "", None, {Sanction.OTHER}),
        ("罚款;其他", "", None, {Sanction.FINE, Sanction.OTHER}),
    ],
)
def test_kinds_of_penalty(kinds: str, content: str, licence: str | None, expected: set[Sanction]) -> None:
    assert set(sanctions(kinds, content, licence)) == expected


@pytest.mark.usefixtures("firms")
def test_a_kind_outside_the_list_is_another_kind_and_noted(loaded: Load) -> None:
    assert loaded(SHUANGGONGSHI_2018, [row(CF_CFLB="行政拘留")]).noted == {penalties.KIND_NOT_KNOWN: 1}


@pytest.mark.usefixtures("firms")
def test_texts_that_the_standard_requires_may_be_empty_and_are_noted(loaded: Load, tmp_ledger: Ledger) -> None:
    noted = loaded(SHUANGGONGSHI_2018, [row(CF_SY="", CF_YXQ="—")]).noted
    assert noted == {f"{penalties.REQUIRED_EMPTY}违法事实": 1, f"{penalties.REQUIRED_EMPTY}处罚有效期": 1}
    assert stated(event(tmp_ledger), "offence_facts") is Unknown.NOT_SUPPLIED


# --- the party --------------------------------------------------------------------------------------------------------

NAMED = [
    ("杭州甲禾医用高分子有限公司", "2019/07/01", FIRM, TiedBy.NAME, None),
    ("杭州甲禾医用高分子有限公司", "2019/06/30", None, None, parties.ANOTHER_DAY),
    ("余杭红枫农机修造厂", "2019/06/30", FIRM, TiedBy.FORMER_NAME, None),
    ("余杭红枫农机修造厂", "2019/07/01", None, None, parties.ANOTHER_DAY),
    ("余杭红枫农机修造厂", "2005/02/01", FIRM, TiedBy.FORMER_NAME, None),
    ("余杭红枫农机修造厂", "2005/01/31", None, None, parties.ANOTHER_DAY),
    ("红枫铁器社", "2005/01/31", FIRM, TiedBy.FORMER_NAME, None),
    ("红枫铁器社", "1998/10/05", None, None, parties.ANOTHER_DAY),
    ("杭州 甲禾医用高分子有限公司", "2026/03/05", FIRM, TiedBy.NAME, None),
    ("甲禾医用高分子", "2026/03/05", None, None, parties.NOBODY),
    ("杭州乙禾医用高分子有限公司", "2026/03/05", None, None, parties.NOBODY),
    ("浙江同昇精密机械有限公司", "2026/03/05", None, None, parties.SEVERAL),
    ("德清无期厂有限公司", "2026/03/05", None, None, parties.DAYS_UNKNOWN),
]


@pytest.mark.parametrize(("name", "day", "key", "by", "note"), NAMED)
@pytest.mark.usefixtures("firms")
def test_without_a_code_only_an_exact_name_of_the_day_ties(
    loaded: Load, tmp_ledger: Ledger, name: str, day: str, key: str | None, by: TiedBy | None, note: str | None
) -> None:
    outcome = loaded(SHUANGGONGSHI_2018, [row(CF_XDR_SHXYM="", CF_XDR_MC=name, CF_JDRQ=day)])
    assert dict(outcome.noted) == ({note: 1} if note else {})
    penalty = event(tmp_ledger)
    assert [(link.to_ref.key, link.properties["tied_by"]) for link in against(tmp_ledger, penalty)] == (
        [(key, by)] if key else []
    )
    assert (stated(penalty, "party_name"), stated(penalty, "party_uscc")) == (name, Unknown.NOT_SUPPLIED)


@pytest.mark.usefixtures("firms")
def test_a_code_in_a_neighbouring_column_is_found_by_its_shape(loaded: Load, tmp_ledger: Ledger) -> None:
    assert loaded(SHUANGGONGSHI_2018, [row(CF_XDR_SHXYM="", CF_XDR_SWDJ=FIRM)]).noted == {penalties.CODE_ELSEWHERE: 1}
    assert [link.to_ref.key for link in against(tmp_ledger, event(tmp_ledger))] == [FIRM]


@pytest.mark.usefixtures("firms")
def test_a_code_ties_whatever_the_name_and_an_unheard_name_is_noted(loaded: Load, tmp_ledger: Ledger) -> None:
    assert loaded(SHUANGGONGSHI_2018, [row(CF_XDR_MC="新名有限公司")]).noted == {credit.OTHER_NAME: 1}
    assert len(against(tmp_ledger, event(tmp_ledger))) == 1


def test_an_enterprise_that_no_register_has_is_stated_once(loaded: Load, tmp_ledger: Ledger) -> None:
    rows = [row(), row(CF_WSH="2"), row(CF_WSH="3", CF_XDR_MC="另一名有限公司")]
    assert loaded(SHUANGGONGSHI_2018, rows).noted == {credit.NEW: 1}
    view = build(tmp_ledger)
    handle = view.handle(Ref("Enterprise", FIRM))
    assert handle is not None
    names = {each.value for each in view.entity(handle).values["name"]}
    assert names == {"杭州甲禾医用高分子有限公司", "另一名有限公司"}
    assert loaded(SHUANGGONGSHI_2018, rows).unchanged == 3


def test_the_register_that_comes_later_names_the_enterprise(
    loaded: Load, register: Register, tmp_ledger: Ledger
) -> None:
    loaded(SHUANGGONGSHI_2018, [row(CF_XDR_MC="旧写法有限公司")])
    register(Enterprise(key=FIRM, name="登记名称有限公司"))
    view = build(tmp_ledger)
    handle = view.handle(Ref("Enterprise", FIRM))
    assert handle is not None
    assert view.entity(handle).name == "登记名称有限公司"


@pytest.mark.usefixtures("firms")
def test_a_public_institution_is_no_enterprise(loaded: Load, tmp_ledger: Ledger) -> None:
    noted = loaded(SHUANGGONGSHI_2018, [row(CF_XDR_SHXYM=ELSEWHERE, CF_XDR_MC="临平区某学校")]).noted
    assert noted == {credit.NO_ENTERPRISE: 1}
    assert against(tmp_ledger, event(tmp_ledger)) == []


@pytest.mark.usefixtures("firms")
def test_a_known_penalty_is_never_tied_to_a_second_party(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(SHUANGGONGSHI_2018, [row()])
    (refused,) = loaded(SHUANGGONGSHI_2018, [*filler(), row(CF_XDR_SHXYM=OTHER)]).refused
    assert (refused["field"], refused["value"]) == ("CF_XDR_SHXYM", OTHER)
    assert FIRM in refused["problem"]
    assert len(against(tmp_ledger, event(tmp_ledger))) == 1


# --- natural persons and sole traders ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"CF_XDR_LB": "自然人", "CF_XDR_MC": "王小明", "CF_XDR_SHXYM": ""}, credit.NATURAL_PERSON),
        ({"CF_XDR_LB": "自然人", "CF_JDRQ": "no day"}, credit.NATURAL_PERSON),
        ({"CF_XDR_SHXYM": "330106199001011237"}, credit.NATURAL_PERSON),
        ({"CF_XDR_MC": "欧阳小明明", "CF_FRDB": "欧阳小明明", "CF_XDR_SHXYM": ""}, credit.NATURAL_PERSON),
        ({"CF_XDR_MC": "王小明", "CF_XDR_SHXYM": ""}, credit.PERHAPS_A_PERSON),
    ],
)
@pytest.mark.usefixtures("firms")
def test_rows_of_natural_persons_are_skipped_with_their_reason(
    loaded: Load, tmp_ledger: Ledger, cells: dict[str, str], reason: str
) -> None:
    outcome = loaded(SHUANGGONGSHI_2018, [row(**cells)])
    assert (dict(outcome.skipped), dict(outcome.noted), outcome.new) == ({reason: 1}, {}, 0)
    assert len(build(tmp_ledger).all_of("Penalty")) == 0


@pytest.mark.parametrize(
    "cells",
    [
        {"CF_XDR_LB": "个体工商户", "CF_XDR_SHXYM": SOLE},
        {"CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": SOLE},
        {"CF_XDR_LB": "个体工商户", "CF_XDR_SHXYM": ""},
    ],
)
@pytest.mark.usefixtures("firms")
def test_a_sole_trader_is_marked_and_has_no_name(loaded: Load, tmp_ledger: Ledger, cells: dict[str, str]) -> None:
    outcome = loaded(SHUANGGONGSHI_2018, [row(CF_XDR_MC="临平区王小明面馆", CF_SY="王小明无照经营", **cells)])
    assert outcome.noted[credit.SOLE_TRADER] == 1
    penalty = event(tmp_ledger)
    assert stated(penalty, "party_kind") is PartyKind.SOLE_TRADER
    for name in ("party_name", "offence_facts", "content", "registration_no", "organisation_code"):
        assert stated(penalty, name) is Unknown.WITHHELD
    assert stated(penalty, "sanctions") == (Sanction.FINE,)


SECRETS = ("欧阳测试名", "330106199001011237", "13812345678", "test.person@example.com", "护照特殊号X99")
PERSONAL_COLUMNS = sorted(credit.personal_headings(PenaltyRow))
FREE_TEXT = ("CF_WFXW", "CF_SY", "CF_YJ", "CF_NR", "BZ", "CF_NR_ZKDX")
OTHERS = [column for column in COLUMNS if column not in PERSONAL_COLUMNS]
CELLS = st.sampled_from(["", "x", "2019-13-01", "自然人", "个体工商户", "-1", SOLE, "91330113YANG00019X", "２", "null"])


@st.composite
def dirty_rows(draw: st.DrawFn) -> list[str]:
    """A row with personal data where registers have them, other cells broken, shifted or missing."""
    cells = dict(row(CF_WSH=draw(st.sampled_from(["1", "2", "3"]))))
    for column in PERSONAL_COLUMNS:
        cells[column] = draw(st.sampled_from(SECRETS))
    person = draw(st.booleans())
    if person:
        cells |= {"CF_XDR_LB": draw(st.sampled_from(["自然人", "个体工商户"])), "CF_XDR_MC": SECRETS[0]}
        cells["CF_XDR_SHXYM"] = draw(st.sampled_from(["", SECRETS[1]]))
    for column in draw(st.lists(st.sampled_from(OTHERS), max_size=3)):
        cells[column] = draw(CELLS) if column != "CF_XDR_LB" or not person else cells[column]
    values = list(cells.values())
    match draw(st.sampled_from(["as it is", "text", "right", "left", "short", "long"])):
        case "text":
            known = [cells[column] for column in PERSONAL_COLUMNS]
            cells[draw(st.sampled_from(FREE_TEXT))] = "查明，" + draw(st.sampled_from(known)) + "，电话13812345678"
            values = list(cells.values())
        case "right":
            values = ["", *values[:-1]]
        case "left":
            values = [*values[1:], ""]
        case "short":
            values = values[: draw(st.integers(1, len(values) - 1))]
        case "long":
            values += [SECRETS[0]]
    return values


@given(rows=st.lists(dirty_rows(), min_size=1, max_size=6), heading=st.booleans(), padded=st.booleans())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_personal_data_are_nowhere(
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    rows: list[list[str]],
    heading: bool,
    padded: bool,
) -> None:
    folder = tmp_path_factory.mktemp("personal")
    text = io.StringIO()
    csv.writer(text).writerows([*([COLUMNS] if heading else []), *rows])
    if padded:  # so many good rows that refusals do not stop the load
        csv.writer(text).writerows(each.values() for each in filler(60))
    path = folder / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    with closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        said = _load_and_listen(ledger, path)
    everything = said + caplog.text + "".join(_dump(folder / "ledger.db"))
    assert [secret for secret in SECRETS if secret in everything] == []


def _load_and_listen(ledger: Ledger, path: Path) -> str:
    """All that a load says: report and printed words, or the error with its traceback."""
    try:
        outcome = run_load(ledger, SHUANGGONGSHI_2018, [path])
    except LianxinError as error:
        return error.en + error.zh + traceback.format_exc()
    report = outcome.report()
    return json.dumps(report, ensure_ascii=False) + "".join(map(chinese, (*report["noted"], *report["skipped"])))


def _dump(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as database:
        yield from database.iterdump()


# --- made-up rows -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("firms")
def test_marked_rows_make_a_synthetic_data_set(loaded: Load, tmp_ledger: Ledger) -> None:
    loaded(SHUANGGONGSHI_2018, [row(BZ="合成数据")])
    assert {each.name: each.synthetic for each in build(tmp_ledger).datasets} == {
        "register": False,
        "shuanggongshi-2018": True,
    }
    with pytest.raises(Conflict, match="holds synthetic data, this file the opposite"):
        loaded(SHUANGGONGSHI_2018, [row()])


@pytest.mark.usefixtures("firms")
def test_marked_and_unmarked_rows_do_not_share_a_file(loaded: Load) -> None:
    with pytest.raises(UnreadableFile, match="some rows carry the mark"):
        loaded(SHUANGGONGSHI_2018, [row(BZ="合成数据"), row(CF_WSH="2")])


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_reason_has_chinese_words() -> None:
    reasons = [
        value
        for module in (credit, parties, penalties)
        for name, value in vars(module).items()
        if name.isupper() and name[0] != "_" and isinstance(value, str) and " " in value
    ]
    assert len(reasons) > 15
    for reason in reasons:
        said = chinese(reason + "违法事实" if reason == penalties.REQUIRED_EMPTY else reason)
        assert not any("a" <= letter <= "z" for letter in said), reason
