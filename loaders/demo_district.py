"""The format `demo-district` 演示区: thirteen small tables about an invented district, every row marked 合成数据.

The headings of a file are the fields of its row model, in order; an empty cell means 未报送 (not supplied).
Files are read in the declared order, and a row may only speak of what an earlier file (or row) declared: a demo
that teaches how a district's tables fit together must not contain a dangling key. `docs/demo-district.md` is
written from the titles and descriptions given here.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from graph.identifiers import Division, Uscc, parse_day
from graph.ontology import (
    Basis,
    Chain,
    Enterprise,
    FormerName,
    InSegment,
    Institution,
    InstitutionKind,
    KindOf,
    Makes,
    Need,
    Offers,
    PartOf,
    Product,
    RaisedBy,
    Record,
    Ref,
    Segment,
    Service,
    Side,
    Size,
    Status,
    Supplies,
    UpstreamOf,
    Wants,
)
from loaders.loader import Format, Notes, Refused, Row, SourceFile, Statement, not_in

MARK: Literal["合成数据"] = "合成数据"
"""First cell of every row: no file, and no fragment of one, can be taken for real."""


class Relation(StrEnum):
    """产品关系 How the other product of a row relates to the first."""

    MATERIAL = "material"  # 原料: the other goes into the first
    NARROWER = "narrower"  # 小类: the other is a narrower kind of the first


# --- cells ------------------------------------------------------------------------------------------------------------
# A cell arrives as text, or as None where it is empty. The generator builds the same rows from typed values.


def _text(value: str) -> str:
    if not value or value != value.strip():
        raise ValueError("has spaces around it or is blank")
    return value


def _day(value: object) -> object:
    return parse_day(value) if isinstance(value, str) else value


def _count(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{1,9}", value):
        raise ValueError("is not a whole number")
    return value


def _amount(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value):
        raise ValueError("is not an amount (digits, at most six decimals)")
    return value


def _share(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"0(\.\d{1,6})?|1(\.0{1,6})?", value):
        raise ValueError("is not a share from 0 to 1")
    return value


def _stated(value: Basis) -> Basis:
    if value is Basis.PREDICTED:
        raise ValueError("is not a basis that a file may state (observed or claimed): predictions are computed")
    return value


Mark = Annotated[Literal["合成数据"], Field(title="数据标记", description="always 合成数据 (synthetic data)")]
Text = Annotated[str, AfterValidator(_text)]
Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(_count)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1)]
UsccCell = Annotated[str, AfterValidator(Uscc)]
DivisionCell = Annotated[str, AfterValidator(Division)]
StatedBasis = Annotated[Basis, AfterValidator(_stated)]


def _column(title: str, description: str) -> Any:
    return Field(title=title, description=description)


_STATED_ON = "day on which the document or the party said so; the link holds from then on"


# --- rows -------------------------------------------------------------------------------------------------------------


class ChainRow(Row):
    """产业链 One industry chain."""

    mark: Mark
    chain: Text = _column("产业链代码", "key of the chain")
    name: Text = _column("产业链名称", "name of the chain")


class SegmentRow(Row):
    """环节 One segment of a chain."""

    mark: Mark
    segment: Text = _column("环节代码", "key of the segment")
    chain: Text = _column("产业链代码", "chain that the segment is part of")
    name: Text = _column("环节名称", "name of the segment")
    side: Side = _column("位置", "upstream 上游, midstream 中游 or downstream 下游")
    order: Count = _column("序号", "place within the chain, from 1")


class SegmentLinkRow(Row):
    """环节上下游 One segment delivers to another."""

    mark: Mark
    upstream: Text = _column("上游环节代码", "the segment that delivers")
    downstream: Text = _column("下游环节代码", "the segment that receives")


class ProductRow(Row):
    """产品 One product or service of a segment."""

    mark: Mark
    product: Text = _column("产品名称", "name of the product, which is also its key")
    segment: Text = _column("环节代码", "segment that the product belongs to")


class ProductLinkRow(Row):
    """产品关系 What goes into a product, and its narrower kinds."""

    mark: Mark
    product: Text = _column("产品名称", "the product spoken of")
    relation: Relation = _column(
        "关系", "material 原料: the other goes into the product; narrower 小类: the other is a kind of the product"
    )
    other: Text = _column("另一产品", "the material, or the narrower product")


class EnterpriseRow(Row):
    """企业 One enterprise."""

    mark: Mark
    uscc: UsccCell = _column("统一社会信用代码", "18 characters; those of the demo spell YANG (样, sample) inside")
    name: Text = _column("企业全称", "full name, always with （示例）")
    short_name: Text | None = _column("企业简称", "short name")
    status: Status | None = _column("登记状态", "active 存续, cancelled 注销 or revoked 吊销")
    established_on: Day | None = _column("成立日期", "day of establishment")
    capital_wan: Amount | None = _column("注册资本（万元）", "registered capital in units of 10,000 yuan")
    division: DivisionCell | None = _column("行政区划代码", "division of the registered address (GB/T 2260)")
    address: Text | None = _column("住所", "registered address")
    size: Size | None = _column("企业规模", "large 大型, medium 中型, small 小型 or micro 微型")
    employees: Count | None = _column("从业人数", "number of people employed")


class FormerNameRow(Row):
    """曾用名 A name that an enterprise no longer bears."""

    mark: Mark
    uscc: UsccCell = _column("统一社会信用代码", "the enterprise")
    former_name: Text = _column("曾用名", "its former full name")
    until: Day | None = _column("使用至", "last day on which the name was borne")


class EnterpriseSegmentRow(Row):
    """企业所在环节 An enterprise works in a segment."""

    mark: Mark
    uscc: UsccCell = _column("统一社会信用代码", "the enterprise")
    segment: Text = _column("环节代码", "the segment that it works in")
    basis: StatedBasis = _column("依据", "observed 已证实 or claimed 企业自述")
    stated_on: Day | None = _column("说明日期", _STATED_ON)


class EnterpriseProductRow(Row):
    """企业产品 An enterprise makes and sells a product."""

    mark: Mark
    uscc: UsccCell = _column("统一社会信用代码", "the enterprise")
    product: Text = _column("产品名称", "the product that it makes")
    share: Share | None = _column("营业收入占比", "share of its turnover, from 0 to 1")
    basis: StatedBasis = _column("依据", "observed 已证实 or claimed 企业自述")
    stated_on: Day | None = _column("说明日期", _STATED_ON)


class SupplyRow(Row):
    """供货 One enterprise supplies another with a product."""

    mark: Mark
    supplier: UsccCell = _column("供货方代码", "USCC of the supplier")
    buyer: UsccCell = _column("采购方代码", "USCC of the buyer")
    product: Text = _column("产品名称", "what is supplied")
    basis: StatedBasis = _column("依据", "observed 已证实 or claimed 企业自述")
    valid_from: Day | None = _column("供货起始日", "first day of the relation")
    valid_to: Day | None = _column("供货终止日", "last day of the relation; empty while no end is known")


class InstitutionRow(Row):
    """机构 A university, institute, testing body, bank or the like."""

    mark: Mark
    institution: Text = _column("机构代码", "key of the institution")
    name: Text = _column("机构名称", "full name, always with （示例）")
    short_name: Text | None = _column("机构简称", "short name")
    kind: InstitutionKind | None = _column("机构类别", "university 高校, institute 科研院所, testing 检验检测机构 …")
    division: DivisionCell | None = _column("行政区划代码", "division of its address (GB/T 2260)")
    address: Text | None = _column("地址", "address")


class InstitutionServiceRow(Row):
    """机构服务 What an institution does for a product."""

    mark: Mark
    institution: Text = _column("机构代码", "the institution")
    product: Text = _column("产品名称", "the product that the service is for")
    service: Service = _column("服务", "testing 检验检测, research 联合研发 or pilot 中试")


class NeedRow(Row):
    """需求 What an enterprise looks for."""

    mark: Mark
    need: Text = _column("需求编号", "key of the need")
    title: Text = _column("需求内容", "what is looked for, in one line")
    uscc: UsccCell = _column("提出企业代码", "USCC of the enterprise that raised it")
    product: Text = _column("所需产品", "the product that is looked for")
    raised_on: Day | None = _column("提出日期", "day on which it was raised")
    until: Day | None = _column("有效期至", "last day on which it is open")


# --- from rows to records and links -----------------------------------------------------------------------------------


def _declared(notes: Notes, field: str, kind: str, key: str) -> None:
    """Refuse a row that speaks of something no earlier row declared."""
    if not notes.known(kind, key):
        raise not_in(field, key, _DECLARED_IN[kind])


def _alone(row: Row, notes: Notes, field: str, kind: str, *keys: str) -> None:
    """Refuse rows that say different things of one key: none of them can be the row that a value is read from."""
    notes.first(kind, "\t".join(keys))
    notes.alone(row, field, kind, keys, keys[-1])


def _different(field: str, one: str, other: str) -> None:
    if one == other:
        raise Refused(field, other, "is the same as the other end", "两端相同")


def _in_order(field: str, first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise Refused(field, last, f"is before {first}", f"早于 {first}")


def _ref(declared: type[Record], key: str) -> Ref:
    return Ref(declared.__name__, key)


def take_chain(row: ChainRow, notes: Notes) -> Iterator[Statement]:
    _alone(row, notes, "chain", "chain", row.chain)
    yield Chain(key=row.chain, name=row.name)


def take_segment(row: SegmentRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "chain", "chain", row.chain)
    _alone(row, notes, "segment", "segment", row.segment)
    segment = Segment(key=row.segment, name=row.name, side=row.side, order=row.order)
    yield segment
    yield PartOf(from_ref=segment.ref, to_ref=_ref(Chain, row.chain), basis=Basis.OBSERVED)


def take_segment_link(row: SegmentLinkRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "upstream", "segment", row.upstream)
    _declared(notes, "downstream", "segment", row.downstream)
    _different("downstream", row.upstream, row.downstream)
    _alone(row, notes, "downstream", "segment link", row.upstream, row.downstream)
    yield UpstreamOf(from_ref=_ref(Segment, row.upstream), to_ref=_ref(Segment, row.downstream), basis=Basis.OBSERVED)


def take_product(row: ProductRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "segment", "segment", row.segment)
    _alone(row, notes, "product", "product", row.product)
    product = Product(key=row.product, name=row.product)
    yield product
    yield InSegment(from_ref=product.ref, to_ref=_ref(Segment, row.segment), basis=Basis.OBSERVED)


def take_product_link(row: ProductLinkRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "product", "product", row.product)
    _declared(notes, "other", "product", row.other)
    _different("other", row.product, row.other)
    _alone(row, notes, "other", "product link", row.product, row.relation, row.other)
    link = UpstreamOf if row.relation is Relation.MATERIAL else KindOf
    yield link(from_ref=_ref(Product, row.other), to_ref=_ref(Product, row.product), basis=Basis.OBSERVED)


def take_enterprise(row: EnterpriseRow, notes: Notes) -> Iterator[Statement]:
    _alone(row, notes, "uscc", "uscc", row.uscc)
    yield Enterprise(
        key=row.uscc,
        uscc=row.uscc,
        name=row.name,
        short_name=row.short_name,
        status=row.status,
        established_on=row.established_on,
        registered_capital=row.capital_wan,
        division=row.division,
        address=row.address,
        size=row.size,
        employees=row.employees,
    )


def take_former_name(row: FormerNameRow, notes: Notes) -> Iterator[Statement]:
    """A part of its own, so that the former name keeps its row beside the row of the other properties."""
    _declared(notes, "uscc", "uscc", row.uscc)
    _alone(row, notes, "former_name", "former name", row.uscc, row.former_name)
    former = FormerName(row.former_name, row.until)
    yield Enterprise(key=row.uscc, part=f"former:{row.former_name}", former_names=(former,))


def take_enterprise_segment(row: EnterpriseSegmentRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "uscc", "uscc", row.uscc)
    _declared(notes, "segment", "segment", row.segment)
    _alone(row, notes, "segment", "enterprise segment", row.uscc, row.segment)
    yield InSegment(
        from_ref=_ref(Enterprise, row.uscc),
        to_ref=_ref(Segment, row.segment),
        basis=row.basis,
        valid_from=row.stated_on,
    )


def take_enterprise_product(row: EnterpriseProductRow, notes: Notes) -> Iterator[Statement]:
    _declared(notes, "uscc", "uscc", row.uscc)
    _declared(notes, "product", "product", row.product)
    _alone(row, notes, "product", "enterprise product", row.uscc, row.product)
    yield Makes(
        from_ref=_ref(Enterprise, row.uscc),
        to_ref=_ref(Product, row.product),
        basis=row.basis,
        valid_from=row.stated_on,
        share=row.share,
    )


def take_supply(row: SupplyRow, notes: Notes) -> Iterator[Statement]:
    """One link for each product: `part` keeps two products between the same two enterprises apart."""
    _declared(notes, "supplier", "uscc", row.supplier)
    _declared(notes, "buyer", "uscc", row.buyer)
    _declared(notes, "product", "product", row.product)
    _different("buyer", row.supplier, row.buyer)
    _in_order("valid_to", row.valid_from, row.valid_to)
    _alone(row, notes, "product", "supply", row.supplier, row.buyer, row.product)
    yield Supplies(
        from_ref=_ref(Enterprise, row.supplier),
        to_ref=_ref(Enterprise, row.buyer),
        part=row.product,
        basis=row.basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        product=row.product,
    )


def take_institution(row: InstitutionRow, notes: Notes) -> Iterator[Statement]:
    _alone(row, notes, "institution", "institution", row.institution)
    yield Institution(
        key=row.institution,
        name=row.name,
        short_name=row.short_name,
        kind=row.kind,
        division=row.division,
        address=row.address,
    )


def take_institution_service(row: InstitutionServiceRow, notes: Notes) -> Iterator[Statement]:
    """Observed: the file stands for the district's directory of services (服务目录), not for an advertisement."""
    _declared(notes, "institution", "institution", row.institution)
    _declared(notes, "product", "product", row.product)
    _alone(row, notes, "product", "service", row.institution, row.service, row.product)
    yield Offers(
        from_ref=_ref(Institution, row.institution),
        to_ref=_ref(Product, row.product),
        part=row.service,
        basis=Basis.OBSERVED,
        service=row.service,
    )


def take_need(row: NeedRow, notes: Notes) -> Iterator[Statement]:
    """That the enterprise raised the need is observed in the list of needs; what it wants is its own word."""
    _declared(notes, "uscc", "uscc", row.uscc)
    _declared(notes, "product", "product", row.product)
    _in_order("until", row.raised_on, row.until)
    _alone(row, notes, "need", "need", row.need)
    need = Need(key=row.need, title=row.title, raised_on=row.raised_on, until=row.until)
    yield need
    yield RaisedBy(from_ref=need.ref, to_ref=_ref(Enterprise, row.uscc), basis=Basis.OBSERVED, valid_from=row.raised_on)
    yield Wants(
        from_ref=need.ref,
        to_ref=_ref(Product, row.product),
        basis=Basis.CLAIMED,
        valid_from=row.raised_on,
        valid_to=row.until,
    )


DEMO_DISTRICT = Format(
    name="demo-district",
    label="演示区",
    mode="snapshot",
    synthetic=True,
    files=(
        SourceFile(("chains.csv",), ChainRow, take_chain),
        SourceFile(("segments.csv",), SegmentRow, take_segment),
        SourceFile(("segment_links.csv",), SegmentLinkRow, take_segment_link),
        SourceFile(("products.csv",), ProductRow, take_product),
        SourceFile(("product_links.csv",), ProductLinkRow, take_product_link),
        SourceFile(("enterprises.csv",), EnterpriseRow, take_enterprise),
        SourceFile(("former_names.csv",), FormerNameRow, take_former_name),
        SourceFile(("enterprise_segments.csv",), EnterpriseSegmentRow, take_enterprise_segment),
        SourceFile(("enterprise_products.csv",), EnterpriseProductRow, take_enterprise_product),
        SourceFile(("supplies.csv",), SupplyRow, take_supply),
        SourceFile(("institutions.csv",), InstitutionRow, take_institution),
        SourceFile(("institution_services.csv",), InstitutionServiceRow, take_institution_service),
        SourceFile(("needs.csv",), NeedRow, take_need),
    ),
)

_DECLARED_IN = {
    "chain": "chains.csv",
    "segment": "segments.csv",
    "product": "products.csv",
    "uscc": "enterprises.csv",
    "institution": "institutions.csv",
}
