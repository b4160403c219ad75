"""Industry chain of listed companies in mainland China (2021): companies, industries, products and their links.

Seven JSON Lines files, a snapshot. What is wrong in them is known and counted: every kind has its reason below, so
that the load report shows how often it was met.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field

from graph.identifiers import StockCode, parse_day
from graph.ledger.request import REPEATED
from graph.ontology import Basis, Enterprise, Industry, InIndustry, KindOf, Makes, Product, Ref, Unknown, UpstreamOf
from loaders.loader import Format, Notes, Refused, Row, SourceFile, Statement, not_in, skip

Text = Annotated[str, Field(min_length=1)]
SCHEME = "chain-cn"  # the codes are not GB/T 4754: the scheme keeps the two apart

EXCHANGES = frozenset({"上海证券交易所", "深圳证券交易所"})
ACCOUNTING = re.compile(r"平衡项目|抵销|抵消|调整项目")  # lines that balance the accounts; nobody sells them
SPECIAL_TREATMENT = re.compile(r"(S\*?ST|SST|\*?ST)")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
WHOLE = (0.9, 1.1)  # shares of one breakdown sum to 1; most companies mix a breakdown by product and one by region


def clean_product(name: str) -> str:
    """A product name as a key: line ends inside are a cell's wrapping, outer spaces are typing; both go."""
    return CONTROL.sub("", name).strip()


def _product(name: str, notes: Notes) -> tuple[str, list[Statement]]:
    """The product's key, and the product itself where no product file row declared it.

    Every row that names it declares it then: the row that came first may be refused for something else.
    """
    if notes.known("product", name):
        return name, []
    if ACCOUNTING.search(name):
        skip("accounting item, not a product")
    if notes.first("product as written", name):
        notes.note("product name not in the product file")
        if "\n" in name:
            notes.note("line end inside a product name removed")
        elif CONTROL.search(name):
            notes.note("control character inside a product name removed")
        if name != name.strip():
            notes.note("outer space or line end of a product name removed")
    key = clean_product(name)
    if not key:
        raise Refused("product", name, "is empty where a text is required", "必填，不能为空")
    return key, [] if notes.known("product", key) else [Product(key=key, name=key)]


class CompanyRow(Row):
    """company.json: short name, full name, stock code, exchange, listing day."""

    name: Text
    fullname: Text
    code: Text
    location: Text
    time: Text


def company(row: CompanyRow, notes: Notes) -> Iterator[Statement]:
    """One enterprise a code; a further full or short name under the same code is another name of it."""
    code = _code(row.code, "code", notes)
    new_full = notes.first("full name", (code, row.fullname))
    new_short = notes.first("short name", (code, row.name))
    if SPECIAL_TREATMENT.match(row.name):
        notes.note("short name with a special-treatment mark (ST)")
    exchange, listed_on = _exchange(row, notes), _listed_on(row, notes)
    if notes.first("company", code):
        yield Enterprise(
            key=code, name=row.fullname, short_name=row.name, stock_code=code, exchange=exchange, listed_on=listed_on
        )
        return
    notes.note("row repeats a code")
    if not (new_full or new_short):
        skip(REPEATED)
    if new_full and notes.first("code with further names", code):
        notes.note("code with two or more full names: the first is taken, the others kept as other names")
        if not new_short:
            notes.note("code with two full names under one short name")
    others = (row.fullname,) * new_full + (row.name,) * new_short
    yield Enterprise(key=code, part=f"name:{others[0]}", other_names=others)


def _code(text: str, field: str, notes: Notes) -> StockCode:
    code, form = _read_code(text)
    if code is None:
        raise Refused(field, text, form, "不是六位证券代码")
    notes.note(f"{field} written like {form}")
    return code


@lru_cache(maxsize=100_000)  # each company stands in a dozen rows
def _read_code(text: str) -> tuple[StockCode | None, str]:
    """The code and the form it is written in, or None and what is wrong."""
    try:
        return StockCode(text.upper()), re.sub("[0-9]", "d", text)
    except ValueError as error:
        return None, str(error)


def _exchange(row: CompanyRow, notes: Notes) -> str | Unknown:
    if row.location in EXCHANGES:
        return row.location
    notes.note("exchange holds a day" if row.location[:1].isdigit() else "exchange is not known")
    return Unknown.NOT_SUPPLIED


def _listed_on(row: CompanyRow, notes: Notes) -> date | Unknown:
    try:
        return parse_day(row.time)
    except ValueError:
        notes.note("listing day holds an exchange" if row.time in EXCHANGES else "listing day is no day")
        return Unknown.NOT_SUPPLIED


class IndustryRow(Row):
    """industry.json: code and name of an industry."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    name: Text


def industry(row: IndustryRow, notes: Notes) -> Iterator[Statement]:
    """An industry of the scheme's tree."""
    notes.first("industry", row.code)
    notes.first("industry name", row.name)
    notes.note("industry code of the source's own scheme, not GB/T 4754")
    yield _industry(row.code, row.name)


def _industry(code: str, name: str) -> Industry:
    return Industry(key=f"{SCHEME}:{code}", name=name, scheme=SCHEME)


class IndustryParentRow(Row):
    """industry_industry.json: an industry and its parent."""

    from_code: Text
    from_industry: str
    rel: Literal["上级行业"]
    to_industry: str
    to_code: Text


def industry_parent(row: IndustryParentRow, notes: Notes) -> Iterator[Statement]:
    """The narrower industry is a kind of its parent."""
    for field, code in (("from_code", row.from_code), ("to_code", row.to_code)):
        if not notes.known("industry", code):
            raise not_in(field, code, "industry.json")
    yield KindOf(
        from_ref=Ref("Industry", f"{SCHEME}:{row.from_code}"), to_ref=Ref("Industry", f"{SCHEME}:{row.to_code}")
    )


class CompanyIndustryRow(Row):
    """company_industry.json: the industry of a company. The company's name may be blank."""

    company_code: Text
    industry_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    industry_name: Text
    company_name: str
    rel: Literal["所属行业"]


def company_industry(row: CompanyIndustryRow, notes: Notes) -> Iterator[Statement]:
    """An enterprise's industry; enterprises and industries that only this file names are declared by it."""
    code = _code(row.company_code, "company_code", notes)
    if not row.company_name:
        notes.note("company name blank")
    if notes.first("company", code):
        notes.note("company not in company.json")
        yield Enterprise(key=code, short_name=row.company_name or None, stock_code=code)
    elif row.company_name and notes.first("short name", (code, row.company_name)):
        notes.note("company name differs from company.json, kept as another name")
        yield Enterprise(key=code, part=f"name:{row.company_name}", other_names=(row.company_name,))
    if notes.first("industry", row.industry_code):
        notes.note("industry code not in industry.json")
        yield _industry(row.industry_code, row.industry_name)
    elif notes.first("industry name", row.industry_name):
        notes.note("industry name not in industry.json")
    yield InIndustry(from_ref=Ref("Enterprise", code), to_ref=Ref("Industry", f"{SCHEME}:{row.industry_code}"))


class ProductRow(Row):
    """product.jsonl.gz: the name of a product."""

    name: Text


def product(row: ProductRow, notes: Notes) -> Iterator[Statement]:
    """A product; accounting items are no products."""
    notes.first("product as written", row.name)
    if ACCOUNTING.search(row.name):
        skip("accounting item, not a product")
    key = clean_product(row.name)
    if not key:
        raise Refused("name", row.name, "is empty where a text is required", "必填，不能为空")
    if len(key) == 1:
        notes.note("product name of one character")
    notes.first("product", key)
    yield Product(key=key, name=key)


class CompanyProductRow(Row):
    """company_product.jsonl.gz: a main product of a company with its share of turnover."""

    company_code: Text
    product_name: Text
    rel: Literal["主营产品"]
    rel_weight: Annotated[float, Field(allow_inf_nan=False, strict=True)]


def company_product(row: CompanyProductRow, notes: Notes) -> Iterator[Statement]:
    """What an enterprise sells. A negative share is a correction of the accounts, not a sale."""
    code = _code(row.company_code, "company_code", notes)
    notes.sums["turnover share"][code] += row.rel_weight
    if not notes.first("sale", (code, row.product_name)):
        notes.note("company and product repeat an earlier row")
    if row.rel_weight < 0:
        notes.note("negative share")
    elif row.rel_weight == 0:
        notes.note("share of zero")
    elif row.rel_weight > 1:
        notes.note("share above 1")
    if ACCOUNTING.search(row.product_name):
        _note_accounting(row.product_name, notes)
        skip("accounting item, not a product")
    if row.rel_weight < 0:
        skip("negative share: a correction of the accounts")
    key, declared = _product(row.product_name, notes)
    yield from declared
    if not notes.known("company", code):
        if notes.first("company of the product file", code):
            notes.note("company not in company.json")
        yield Enterprise(key=code, stock_code=code)
    # One product written in two ways is stated in two breakdowns of the turnover: both shares are kept.
    part = "" if key == row.product_name else row.product_name
    yield Makes(from_ref=Ref("Enterprise", code), to_ref=Ref("Product", key), part=part, share=row.rel_weight)


def _note_accounting(name: str, notes: Notes) -> None:
    for item in ("平衡项目", "分部间抵销", "调整项目"):
        if item in name:
            notes.note(f"accounting item {item}")


def shares_summed(notes: Notes) -> None:
    """Say how many companies' shares sum to about 1, once the file is read."""
    sums = notes.sums["turnover share"].values()
    whole = sum(WHOLE[0] <= total <= WHOLE[1] for total in sums)
    notes.noted["company whose shares sum to 0.9–1.1"] = whole
    notes.noted["company whose shares sum to anything else"] = len(sums) - whole


class ProductProductRow(Row):
    """product_product.jsonl.gz: from needs to (上游材料), from contains to (产品小类), from goes into to (下游产品)."""

    from_entity: Text
    to_entity: Text
    rel: Literal["上游材料", "产品小类", "下游产品"]


def product_product(row: ProductProductRow, notes: Notes) -> Iterator[Statement]:
    """How two products are related. The source derives 产品小类 from substrings: such a link is predicted."""
    source, source_declared = _product(row.from_entity, notes)
    target, target_declared = _product(row.to_entity, notes)
    yield from source_declared
    yield from target_declared
    notes.note(f"product relation {row.rel}")
    if source == target:
        skip("a product related to itself")
    first, second = Ref("Product", source), Ref("Product", target)
    if row.rel == "产品小类":
        if row.from_entity in row.to_entity:
            notes.note("产品小类 that only says the broader name is part of the narrower one")
        yield KindOf(from_ref=second, to_ref=first, basis=Basis.PREDICTED)
        return
    material, made = (second, first) if row.rel == "上游材料" else (first, second)
    _note_mutual(row.rel, material.key, made.key, notes)
    yield UpstreamOf(from_ref=material, to_ref=made)


def _note_mutual(relation: str, material: str, made: str, notes: Notes) -> None:
    if not notes.first("upstream", (material, made)):
        notes.note("下游产品 that an 上游材料 row says the other way round")
    elif relation == "上游材料" and notes.known("upstream", (made, material)):
        notes.note("pair of products upstream of each other")


CHAIN_CN = Format(
    name="chain-cn",
    label="上市公司产业链（2021）",
    files=(
        SourceFile(("company.json",), CompanyRow, company),
        SourceFile(("industry.json",), IndustryRow, industry),
        SourceFile(("industry_industry.json",), IndustryParentRow, industry_parent),
        SourceFile(("company_industry.json",), CompanyIndustryRow, company_industry),
        SourceFile(("product.jsonl.gz", "product.jsonl"), ProductRow, product),
        SourceFile(
            ("company_product.jsonl.gz", "company_product.jsonl"),
            CompanyProductRow,
            company_product,
            conclude=shares_summed,
        ),
        SourceFile(("product_product.jsonl.gz", "product_product.jsonl"), ProductProductRow, product_product),
    ),
)
