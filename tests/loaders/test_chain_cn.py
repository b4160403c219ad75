"""The format `chain-cn`: every kind of dirt of the original files, row by row and counted over the whole load."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graph.ledger.request import REPEATED
from graph.memory_build import build
from graph.ontology import (
    Basis,
    Enterprise,
    Industry,
    InIndustry,
    KindOf,
    Makes,
    Product,
    Ref,
    Unknown,
    UpstreamOf,
)
from lianxin.errors import TooManyRefused
from loaders.chain_cn import CHAIN_CN, clean_product
from loaders.loader import Notes, Refused, Skipped, Statement
from loaders.run import run_load

if TYPE_CHECKING:
    from graph.ledger import Ledger

ACCOUNTING = "accounting item, not a product"
FIELDS = {
    "company": ("name", "fullname", "code", "location", "time"),
    "industry": ("code", "name"),
    "industry_industry": ("from_code", "from_industry", "rel", "to_industry", "to_code"),
    "company_industry": ("company_code", "industry_code", "industry_name", "company_name", "rel"),
    "product": ("name",),
    "company_product": ("company_code", "product_name", "rel", "rel_weight"),
    "product_product": ("from_entity", "to_entity", "rel"),
}
DECLARED = {file.names[0].partition(".")[0]: file for file in CHAIN_CN.files}


def take(file: str, notes: Notes, *cells: Any) -> list[Statement]:
    row = DECLARED[file].model.model_validate(dict(zip(FIELDS[file], cells, strict=True)))
    return list(DECLARED[file].take(row, notes))


def company(notes: Notes, code: str, name: str = "甲", full: str = "甲股份", **more: str) -> list[Statement]:
    return take("company", notes, name, full, code, more.get("at", "深圳证券交易所"), more.get("time", "2001-02-03"))


def sale(notes: Notes, product: str, share: float = 0.5, code: str = "000001SZ") -> list[Statement]:
    return take("company_product", notes, code, product, "主营产品", share)


def relation(notes: Notes, first: str, second: str, rel: str = "上游材料") -> list[Statement]:
    return take("product_product", notes, first, second, rel)


def known(*products: str) -> Notes:
    """Notes after these products were read from the product file."""
    notes = Notes()
    for name in products:
        take("product", notes, name)
    notes.noted.clear()
    return notes


# --- companies --------------------------------------------------------------------------------------------------------


def test_a_company_is_an_enterprise_by_its_six_digits() -> None:
    assert company(Notes(), "000001.SZ") == [
        Enterprise(
            key="000001",
            name="甲股份",
            short_name="甲",
            stock_code="000001",
            exchange="深圳证券交易所",
            listed_on=date(2001, 2, 3),
        )
    ]


@pytest.mark.parametrize("code", ["600373", "600373.SH", "600373SH", "600373.sh", "600373.SZ", "430047.BJ"])
def test_every_form_of_a_code_is_read_and_counted_by_its_form(code: str) -> None:
    notes = Notes()
    (stated,) = company(notes, code)
    assert isinstance(stated, Enterprise)
    assert stated.key == code[:6]
    assert notes.noted == {f"code written like dddddd{code[6:]}": 1}


@pytest.mark.parametrize("code", ["60037", "6003733", "600373.XX", "600373-SH", " 600373", "６００３７３", "60O373"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Refused) as refused:
        company(Notes(), code)
    assert (refused.value.field, refused.value.value) == ("code", code)


def test_the_second_full_name_of_a_code_is_another_name_with_a_part_of_its_own() -> None:
    notes = Notes()
    company(notes, "000001.SZ")
    assert company(notes, "000001.SZ", full="乙股份") == [
        Enterprise(key="000001", part="name:乙股份", other_names=("乙股份",))
    ]
    assert company(notes, "000001", name="乙", full="丙股份") == [
        Enterprise(key="000001", part="name:丙股份", other_names=("丙股份", "乙"))
    ]
    assert company(notes, "000001", name="丁", full="甲股份") == [
        Enterprise(key="000001", part="name:丁", other_names=("丁",))
    ]
    assert notes.noted["row repeats a code"] == 3
    assert notes.noted["code with two or more full names: the first is taken, the others kept as other names"] == 1
    assert notes.noted["code with two full names under one short name"] == 1


def test_a_company_stated_again_in_full_is_a_repeated_row() -> None:
    notes = Notes()
    company(notes, "000001.SZ")
    with pytest.raises(Skipped, match=REPEATED):
        company(notes, "000001")


@pytest.mark.parametrize(
    ("at", "time", "exchange", "listed_on", "noted"),
    [
        ("上海证券交易所", "1999-12-31", "上海证券交易所", date(1999, 12, 31), None),
        ("深圳证券交易所", "深圳证券交易所", "深圳证券交易所", Unknown.NOT_SUPPLIED, "listing day holds an exchange"),
        ("深圳证券交易所", "-", "深圳证券交易所", Unknown.NOT_SUPPLIED, "listing day is no day"),
        ("深圳证券交易所", "2001-02-30", "深圳证券交易所", Unknown.NOT_SUPPLIED, "listing day is no day"),
        ("2001-02-03", "2001-02-03", Unknown.NOT_SUPPLIED, date(2001, 2, 3), "exchange holds a day"),
        ("火星交易所", "2001-02-03", Unknown.NOT_SUPPLIED, date(2001, 2, 3), "exchange is not known"),
    ],
)
def test_exchange_and_listing_day_in_the_wrong_cell_are_unknown_and_noted(
    at: str, time: str, exchange: object, listed_on: object, noted: str | None
) -> None:
    notes = Notes()
    (stated,) = company(notes, "000001", at=at, time=time)
    assert isinstance(stated, Enterprise)
    assert (stated.exchange, stated.listed_on) == (exchange, listed_on)
    assert set(notes.noted) - {"code written like dddddd"} == ({noted} if noted else set())


@pytest.mark.parametrize(("name", "marked"), [("ST甲", 1), ("*ST甲", 1), ("S*ST甲", 1), ("SST甲", 1), ("甲ST", 0)])
def test_special_treatment_marks_are_counted_and_kept_in_the_short_name(name: str, marked: int) -> None:
    notes = Notes()
    (stated,) = company(notes, "000001", name=name)
    assert isinstance(stated, Enterprise)
    assert stated.short_name == name
    assert notes.noted["short name with a special-treatment mark (ST)"] == marked


# --- industries -------------------------------------------------------------------------------------------------------


def test_an_industry_code_is_kept_apart_from_the_national_one() -> None:
    notes = Notes()
    assert take("industry", notes, "110100", "种植业") == [
        Industry(key="chain-cn:110100", name="种植业", scheme="chain-cn")
    ]
    assert notes.noted == {"industry code of the source's own scheme, not GB/T 4754": 1}
    take("industry", notes, "110000", "农林牧渔")
    parent = take("industry_industry", notes, "110100", "种植业", "上级行业", "农林牧渔", "110000")
    assert parent == [KindOf(from_ref=Ref("Industry", "chain-cn:110100"), to_ref=Ref("Industry", "chain-cn:110000"))]


def test_a_parent_that_is_no_industry_is_refused() -> None:
    notes = Notes()
    take("industry", notes, "110100", "种植业")
    for field, codes in (("to_code", ("110100", "999999")), ("from_code", ("999999", "110100"))):
        with pytest.raises(Refused) as refused:
            take("industry_industry", notes, codes[0], "x", "上级行业", "y", codes[1])
        assert (refused.value.field, refused.value.value) == (field, "999999")


def in_industry(notes: Notes, name: str = "甲", code: str = "000001.SZ", industry: str = "110100") -> list[Statement]:
    return take("company_industry", notes, code, industry, "种植业", name, "所属行业")


def test_an_enterprise_and_an_industry_that_no_other_file_declares_are_declared_once() -> None:
    notes = Notes()
    link = InIndustry(from_ref=Ref("Enterprise", "000001"), to_ref=Ref("Industry", "chain-cn:110100"))
    first = in_industry(notes)
    assert first == [
        Enterprise(key="000001", short_name="甲", stock_code="000001"),
        Industry(key="chain-cn:110100", name="种植业", scheme="chain-cn"),
        link,
    ]
    assert notes.noted["company not in company.json"] == notes.noted["industry code not in industry.json"] == 1
    assert in_industry(notes)[-1] == link


def test_a_blank_company_name_is_noted_and_states_no_name() -> None:
    notes = Notes()
    (declared, *_) = in_industry(notes, name="")
    assert declared == Enterprise(key="000001", stock_code="000001")
    assert notes.noted["company name blank"] == 1


def test_a_company_name_that_differs_is_another_name_once() -> None:
    notes = Notes()
    company(notes, "000001")
    take("industry", notes, "110100", "种植业")
    (other, _) = in_industry(notes, name="乙")
    assert other == Enterprise(key="000001", part="name:乙", other_names=("乙",))
    assert len(in_industry(notes, name="乙")) == len(in_industry(notes, name="甲")) == 1
    assert notes.noted["company name differs from company.json, kept as another name"] == 1


def test_an_industry_name_that_is_not_in_the_file_is_noted_and_the_code_holds() -> None:
    notes = Notes()
    take("industry", notes, "110100", "农业")
    assert in_industry(notes)[-1] == InIndustry(
        from_ref=Ref("Enterprise", "000001"), to_ref=Ref("Industry", "chain-cn:110100")
    )
    assert notes.noted["industry name not in industry.json"] == 1


INSIDE = "line end inside a product name removed"
OUTER = "outer space or line end of a product name removed"


# --- products ---------------------------------------------------------------------------------------------------------


def test_a_product_of_one_character_is_noted_and_kept() -> None:
    notes = Notes()
    assert take("product", notes, "钢") == [Product(key="钢", name="钢")]
    assert notes.noted == {"product name of one character": 1}


@pytest.mark.parametrize("name", ["平衡项目", "分部间抵销", "内部抵消", "其他调整项目合计"])
def test_accounting_items_are_no_products_in_any_file(name: str) -> None:
    notes = known("钢")
    for act in (
        lambda: take("product", notes, name),
        lambda: sale(notes, name),
        lambda: relation(notes, name, "钢"),
        lambda: relation(notes, "钢", name),
    ):
        with pytest.raises(Skipped, match=ACCOUNTING):
            act()


@pytest.mark.parametrize("name", [" ", "\n", "　", "\x08"])
def test_a_product_name_of_nothing_but_spaces_is_refused_in_every_file(name: str) -> None:
    for act in (
        lambda: take("product", Notes(), name),
        lambda: sale(Notes(), name),
        lambda: relation(known("钢"), name, "钢"),
        lambda: relation(known("钢"), "钢", name),
    ):
        with pytest.raises(Refused):
            act()


@pytest.mark.parametrize(
    ("written", "key", "reasons"),
    [
        ("光纤复合\n架空地线\n", "光纤复合架空地线", {INSIDE, OUTER}),
        (" 航空电子设备", "航空电子设备", {OUTER}),
        ("小\x08大肠", "小大肠", {"control character inside a product name removed"}),
        ('防伪"碘盐标志"', '防伪"碘盐标志"', set()),
    ],
)
def test_a_product_name_is_cleaned_and_each_kind_of_dirt_is_noted(written: str, key: str, reasons: set[str]) -> None:
    notes = Notes()
    (product, *_, link) = sale(notes, written)
    assert product == Product(key=key, name=key)
    assert isinstance(link, Makes)
    assert (link.to_ref.key, clean_product(written)) == (key, key)
    noted = {reason for reason in notes.noted if "product name" in reason}
    assert noted == reasons | {"product name not in the product file"}
    sale(notes, written)
    assert all(notes.noted[reason] == 1 for reason in noted), "each name is noted once"


def test_a_dirty_name_of_a_known_product_is_that_product() -> None:
    notes = known("航空电子设备")
    stated = sale(notes, " 航空电子设备")
    assert [type(s) for s in stated] == [Enterprise, Makes]
    assert stated[-1] == Makes(
        from_ref=Ref("Enterprise", "000001"), to_ref=Ref("Product", "航空电子设备"), part=" 航空电子设备", share=0.5
    )


# --- sales ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "reason"), [(0.0, "share of zero"), (1.01, "share above 1"), (1.0, None)])
def test_odd_shares_are_noted_and_kept(share: float, reason: str | None) -> None:
    notes = known("钢")
    link = sale(notes, "钢", share)[-1]
    assert isinstance(link, Makes)
    assert link.share == share
    assert {r for r in notes.noted if "share" in r} == ({reason} if reason else set())


def test_a_negative_share_is_noted_and_is_no_sale() -> None:
    notes = known("钢")
    with pytest.raises(Skipped, match="negative share"):
        sale(notes, "钢", -0.01)
    assert notes.noted["negative share"] == 1


@pytest.mark.parametrize("item", ["平衡项目", "分部间抵销", "调整项目"])
def test_each_accounting_item_is_counted_by_its_name(item: str) -> None:
    notes = Notes()
    with pytest.raises(Skipped, match=ACCOUNTING):
        sale(notes, f"其他{item}", -3)
    assert notes.noted[f"accounting item {item}"] == notes.noted["negative share"] == 1


def test_a_repeated_pair_is_noted_however_its_code_is_written() -> None:
    notes = known("钢")
    sale(notes, "钢", 0.2)
    sale(notes, "钢", 0.3, code="000001.SZ")
    assert notes.noted["company and product repeat an earlier row"] == 1


def test_companies_whose_shares_sum_to_about_one_are_counted_on_both_edges() -> None:
    notes = known("钢", "铁")
    for code, shares in {
        "000001": (0.4, 0.5),
        "000002": (0.6, 0.5),
        "000003": (0.4, 0.49),
        "000004": (0.6, 0.51),
    }.items():
        for product, share in zip(("钢", "铁"), shares, strict=True):
            sale(notes, product, share, code)
    conclude = DECLARED["company_product"].conclude
    assert conclude is not None
    conclude(notes)
    assert notes.noted["company whose shares sum to 0.9–1.1"] == 2
    assert notes.noted["company whose shares sum to anything else"] == 2


# --- relations --------------------------------------------------------------------------------------------------------

STEEL, IRON = Ref("Product", "钢"), Ref("Product", "铁")


def test_the_three_relations_say_what_they_mean() -> None:
    notes = known("钢", "铁")
    assert relation(notes, "钢", "铁", "上游材料") == [UpstreamOf(from_ref=IRON, to_ref=STEEL)]
    assert relation(notes, "铁", "钢", "下游产品") == [UpstreamOf(from_ref=IRON, to_ref=STEEL)]
    assert relation(notes, "钢", "铁", "产品小类") == [KindOf(from_ref=IRON, to_ref=STEEL, basis=Basis.PREDICTED)]
    assert {r: n for r, n in notes.noted.items() if "relation" in r} == {
        f"product relation {r}": 1 for r in ("上游材料", "下游产品", "产品小类")
    }
    assert notes.noted["下游产品 that an 上游材料 row says the other way round"] == 1


def test_a_narrower_product_by_its_letters_alone_is_noted() -> None:
    notes = known("钢", "不锈钢", "铁")
    relation(notes, "钢", "不锈钢", "产品小类")
    relation(notes, "钢", "铁", "产品小类")
    assert notes.noted["产品小类 that only says the broader name is part of the narrower one"] == 1


def test_a_product_related_to_itself_is_skipped_even_when_written_in_two_ways() -> None:
    for first, second in (("钢", "钢"), ("钢", "钢\n")):
        with pytest.raises(Skipped, match="related to itself"):
            relation(known("钢"), first, second)


def test_a_pair_upstream_of_each_other_is_noted_once_and_kept_both_ways() -> None:
    notes = known("钢", "铁")
    assert relation(notes, "钢", "铁") != relation(notes, "铁", "钢")
    assert notes.noted["pair of products upstream of each other"] == 1


# --- small files through a whole load ---------------------------------------------------------------------------------

SMALL: dict[str, list[tuple[Any, ...]]] = {
    "company": [("甲", "甲股份", "000001.SZ", "深圳证券交易所", "2001-02-03")],
    "industry": [("110000", "农业"), ("110100", "种植业")],
    "industry_industry": [("110100", "种植业", "上级行业", "农业", "110000")],
    "company_industry": [("000001.SZ", "110100", "种植业", "甲", "所属行业")],
    "product": [("钢",), ("铁",)],
    "company_product": [("000001SZ", "钢", "主营产品", 0.5)],
    "product_product": [("钢", "铁", "上游材料")],
}


def write(folder: Path, **more: list[tuple[Any, ...]]) -> Path:
    for name, declared in DECLARED.items():
        rows = SMALL[name] + more.get(name, [])
        lines = (json.dumps(dict(zip(FIELDS[name], row, strict=True)), ensure_ascii=False) for row in rows)
        content = "\n".join(lines).encode()
        file = declared.names[0]
        (folder / file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
    return folder


def test_a_code_is_one_enterprise_and_its_second_name_has_its_own_row(tmp_ledger: "Ledger", tmp_path: Path) -> None:
    second = ("甲", "乙股份", "000001.SZ", "深圳证券交易所", "2001-02-03")
    run_load(tmp_ledger, CHAIN_CN, [write(tmp_path, company=[second])])
    view = build(tmp_ledger)
    (handle,) = view.all_of("Enterprise")
    entity = view.entity(int(handle))
    assert [(s.value, s.source.row) for s in entity.values["name"]] == [("甲股份", 1)]
    assert [(s.value, s.source.row) for s in entity.values["other_names"]] == [(("乙股份",), 2)]
    assert entity.values["name"][0].source.file == "company.json"


def test_two_shares_of_one_sale_are_refused_and_strand_nothing_that_others_name(
    tmp_ledger: "Ledger", tmp_path: Path
) -> None:
    sales = [
        (f"00000{n}SZ", "只在此处的产品", "主营产品", share) for n, share in ((7, 0.1), (7, 0.2), (8, 0.3), (7, 0.4))
    ]
    sales += [("000007SZ", "钢", "主营产品", 0.2)]
    relations = [("只在此处的产品", "钢", "上游材料")]
    outcome = run_load(
        tmp_ledger, CHAIN_CN, [write(tmp_path, company_product=sales[:3] + sales[4:], product_product=relations)]
    )
    assert [(r["file"], r["row"]) for r in outcome.refused] == [
        ("company_product.jsonl.gz", 2),
        ("company_product.jsonl.gz", 3),
    ]
    view = build(tmp_ledger)
    product = view.handle(Ref("Product", "只在此处的产品"))
    assert product is not None
    makers = view.links("Makes", [product], "in", on=None)
    assert [view.ref(int(other)).key for other in makers.other] == ["000008"]
    assert view.handle(Ref("Enterprise", "000007")) is not None
    assert len(view.links("UpstreamOf", [product], "in", on=None)) == 1


@pytest.mark.parametrize("share", ["0.5", True, None, float("nan")])
def test_a_share_that_is_no_number_is_refused_not_converted(
    tmp_ledger: "Ledger", tmp_path: Path, share: object
) -> None:
    with pytest.raises(TooManyRefused, match="rel_weight"):
        run_load(tmp_ledger, CHAIN_CN, [write(tmp_path, company_product=[("000001SZ", "铁", "主营产品", share)])])
    assert tmp_ledger.position() == 0


def test_a_relation_of_another_name_is_refused(tmp_ledger: "Ledger", tmp_path: Path) -> None:
    with pytest.raises(TooManyRefused, match='rel "相关产品" is not a value allowed here') as error:
        run_load(tmp_ledger, CHAIN_CN, [write(tmp_path, product_product=[("钢", "铁", "相关产品")])])
    assert "不是这里允许的值" in error.value.zh


# --- the whole load ---------------------------------------------------------------------------------------------------

ROWS = {
    "company.json": 4654,
    "industry.json": 511,
    "industry_industry.json": 480,
    "company_industry.json": 4430,
    "product.jsonl.gz": 95_559,
    "company_product.jsonl.gz": 45_182,
    "product_product.jsonl.gz": 104_217,
}
NOTED = {
    "row repeats a code": 68,
    "code with two or more full names: the first is taken, the others kept as other names": 53,
    "code with two full names under one short name": 32,
    "code written like dddddd.SZ": 2299,
    "code written like dddddd.SH": 1603,
    "code written like dddddd": 752,
    "listing day holds an exchange": 81,
    "listing day is no day": 5,
    "exchange holds a day": 1,
    "short name with a special-treatment mark (ST)": 190,
    "industry code of the source's own scheme, not GB/T 4754": 511,
    "company name blank": 391,
    "company not in company.json": 103,
    "company name differs from company.json, kept as another name": 7,
    "industry code not in industry.json": 8,
    "industry name not in industry.json": 2,
    "product name of one character": 117,
    "company and product repeat an earlier row": 483,
    "negative share": 763,
    "share of zero": 287,
    "share above 1": 42,
    "accounting item 平衡项目": 1156,
    "accounting item 分部间抵销": 470,
    "accounting item 调整项目": 178,
    "company whose shares sum to 0.9–1.1": 559,
    "company whose shares sum to anything else": 3832 - 559,
    "product name not in the product file": 7 + 8,  # in company_product, in product_product
    "line end inside a product name removed": 4,
    "outer space or line end of a product name removed": 2,
    "control character inside a product name removed": 1,
    "product relation 上游材料": 50_980,
    "product relation 产品小类": 52_937,
    "product relation 下游产品": 300,
    "pair of products upstream of each other": 3,
}


@pytest.fixture(scope="module")
def report(chain_ledger: "Ledger") -> dict[str, Any]:
    return chain_ledger.loads()[0].report


def test_the_files_have_the_rows_that_are_documented(chain_ledger: "Ledger") -> None:
    assert {file["name"]: file["rows"] for file in chain_ledger.loads()[0].files} == ROWS


@pytest.mark.parametrize("reason", NOTED)
def test_the_report_of_the_whole_load_shows_the_documented_count(report: dict[str, Any], reason: str) -> None:
    assert report["noted"][reason] == NOTED[reason]


def test_what_the_report_notes_beyond_the_documented_kinds_is_known(report: dict[str, Any]) -> None:
    # Found by this loader; company_product writes its codes in the fourth form, once in small letters elsewhere.
    assert {reason: count for reason, count in report["noted"].items() if reason not in NOTED} == {
        "company_code written like dddddd.SH": 1957,
        "company_code written like dddddd.SZ": 2472,
        "company_code written like dddddd.sz": 1,
        "company_code written like ddddddSH": 18_601,
        "company_code written like ddddddSZ": 26_581,
        "下游产品 that an 上游材料 row says the other way round": 284,
        "产品小类 that only says the broader name is part of the narrower one": 52_936,
    }


def test_every_row_of_the_whole_load_is_accounted_for(report: dict[str, Any]) -> None:
    assert report["refused"] == []
    assert report["skipped"]["a product related to itself"] == 108
    assert report["rows"] == sum(ROWS.values()) == report["new"] + sum(report["skipped"].values())


def test_the_enterprises_with_two_names_have_both_with_their_rows(chain_ledger: "Ledger") -> None:
    view = build(chain_ledger)
    of_company_file = 0
    for entity in view.entities("Enterprise"):
        rows = [s.source.row for s in entity.values.get("other_names", ()) if s.source.file == "company.json"]
        of_company_file += bool(rows)
        assert len(rows) == len(set(rows))
        assert not any(row == s.source.row for row in rows for s in entity.values.get("name", ()))
    assert of_company_file >= 53
    records: dict[str, int] = {name: len(view.all_of(name)) for name in ("Enterprise", "Industry", "Product")}
    assert records["Enterprise"] == 4654 - 68 + 103
    assert records["Industry"] == 511 + 8


def test_a_second_whole_load_changes_nothing_and_its_undo_neither(
    own_chain_ledger: "Ledger", chain_cn_dir: Path
) -> None:
    first = own_chain_ledger.loads()[0].report
    again = run_load(own_chain_ledger, CHAIN_CN, [chain_cn_dir])
    assert (again.new, again.changed, again.retracted) == (0, 0, 0)
    assert again.unchanged == first["new"]
    assert own_chain_ledger.undo(again.load).noted == {"facts set back to before load 2": 0}
