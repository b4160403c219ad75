"""The ontology 本体: the ONE place where record types and link types are declared.

A record type is a frozen dataclass whose fields are its properties, each with its Chinese label (and unit).
A link type is a frozen dataclass that says which record types it may join.
The ledger's JSON bodies, the sections of a page, the documentation table and later the constraints of other
stores derive from these declarations: adding a property is adding a field here.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

import orjson


class Basis(StrEnum):
    """依据 How a link is known. The three are never added together."""

    OBSERVED = "observed"  # 已证实: a document says so
    CLAIMED = "claimed"  # 企业自述: a party says so
    PREDICTED = "predicted"  # 推测: we computed it, with a score and the path


class Unknown(StrEnum):
    """Why a value is not known. A blank never reads as clean."""

    NOT_SUPPLIED = "not_supplied"  # 未报送: the source has the field and left it empty or meaningless
    NOT_OBTAINED = "not_obtained"  # 未取得: no loaded source has the field
    WITHHELD = "withheld"  # 不展示
    NOT_MODELLED = "not_modelled"  # 未建模


class Side(StrEnum):
    """Position of a segment in its chain 上游 中游 下游."""

    UPSTREAM = "upstream"
    MIDSTREAM = "midstream"
    DOWNSTREAM = "downstream"


class Size(StrEnum):
    """Size of an enterprise 企业规模 (large, medium, small, micro)."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class Status(StrEnum):
    """Registration status of an enterprise 登记状态."""

    ACTIVE = "active"  # 存续
    CANCELLED = "cancelled"  # 注销
    REVOKED = "revoked"  # 吊销


class InstitutionKind(StrEnum):
    """Kind of an institution 机构类别."""

    UNIVERSITY = "university"
    INSTITUTE = "institute"
    BANK = "bank"
    GUARANTEE = "guarantee"
    LAW = "law"
    TESTING = "testing"
    ASSOCIATION = "association"
    AGENCY = "agency"
    DEPARTMENT = "department"


class Service(StrEnum):
    """What an institution offers for a product 服务."""

    TESTING = "testing"
    RESEARCH = "research"
    PILOT = "pilot"


class YesNo(StrEnum):
    """Yes or no 是否, where a source states it: what it does not state is Unknown, never no."""

    YES = "yes"
    NO = "no"


class PartyKind(StrEnum):
    """当事人类别 Whom a credit event is about. Events of natural persons (自然人) are not stored."""

    ORGANISATION = "organisation"  # 法人及非法人组织
    SOLE_TRADER = "sole_trader"  # 个体工商户: its name is personal data and is not stored


class Sanction(StrEnum):
    """处罚种类 The kinds of administrative penalty (行政处罚法 2021, art. 9), and what is none of them."""

    WARNING = "warning"
    CRITICISM = "criticism"
    FINE = "fine"
    CONFISCATE_INCOME = "confiscate_income"
    CONFISCATE_GOODS = "confiscate_goods"
    SUSPEND_LICENCE = "suspend_licence"
    DOWNGRADE_QUALIFICATION = "downgrade_qualification"
    REVOKE_LICENCE = "revoke_licence"
    RESTRICT_BUSINESS = "restrict_business"
    STOP_PRODUCTION = "stop_production"
    CLOSE = "close"
    EMPLOYMENT_BAN = "employment_ban"
    OTHER = "other"


class Term(StrEnum):
    """期限 Whether something ends on a day or has no end (长期; registers write 2099/12/31)."""

    UNTIL = "until"
    NO_END = "no_end"


class ListingState(StrEnum):
    """名录状态 Whether the party still stands on the list, as the source says."""

    LISTED = "listed"
    REMOVED = "removed"


class TiedBy(StrEnum):
    """关联依据 By what a credit event was tied to an enterprise."""

    USCC = "uscc"
    NAME = "name"  # its full name, borne on the day by it alone
    FORMER_NAME = "former_name"  # the name that it bore on the day, and it alone


class OutcomeKind(StrEnum):
    """办理结果 What came of an act in a case, for the record that the case is about."""

    APPLIED = "applied"
    NOT_ACCEPTED = "not_accepted"
    REJECTED = "rejected"
    REPAIRED = "repaired"
    STILL_SHOWN = "still_shown"  # a copy is still displayed somewhere
    TAKEN_DOWN = "taken_down"
    REPAIR_REVOKED = "repair_revoked"
    EXCLUDED = "excluded"  # no application is taken for some time
    EXCLUSION_OVER = "exclusion_over"
    SHIELDED = "shielded"  # not displayed while a plan or settlement of a bankruptcy is carried out
    SHIELD_ENDED = "shield_ended"
    OBJECTED = "objected"
    OBJECTION_DISMISSED = "objection_dismissed"
    CORRECTED = "corrected"  # the decision was revoked or changed
    DISPLAY_ENDED = "display_ended"  # the maximum period is over
    LEFT_TO_SECTOR = "left_to_sector"
    NOT_PUBLISHED = "not_published"


CHINESE: Mapping[StrEnum, str] = {
    Basis.OBSERVED: "已证实",
    Basis.CLAIMED: "企业自述",
    Basis.PREDICTED: "推测",
    Unknown.NOT_SUPPLIED: "未报送",
    Unknown.NOT_OBTAINED: "未取得",
    Unknown.WITHHELD: "不展示",
    Unknown.NOT_MODELLED: "未建模",
    Side.UPSTREAM: "上游",
    Side.MIDSTREAM: "中游",
    Side.DOWNSTREAM: "下游",
    Size.LARGE: "大型",
    Size.MEDIUM: "中型",
    Size.SMALL: "小型",
    Size.MICRO: "微型",
    Status.ACTIVE: "存续",
    Status.CANCELLED: "注销",
    Status.REVOKED: "吊销",
    InstitutionKind.UNIVERSITY: "高校",
    InstitutionKind.INSTITUTE: "科研院所",
    InstitutionKind.BANK: "银行",
    InstitutionKind.GUARANTEE: "担保机构",
    InstitutionKind.LAW: "律师事务所",
    InstitutionKind.TESTING: "检验检测机构",
    InstitutionKind.ASSOCIATION: "行业协会",
    InstitutionKind.AGENCY: "服务机构",
    InstitutionKind.DEPARTMENT: "政府部门",
    Service.TESTING: "检验检测",
    Service.RESEARCH: "联合研发",
    Service.PILOT: "中试",
    YesNo.YES: "是",
    YesNo.NO: "否",
    PartyKind.ORGANISATION: "法人及非法人组织",
    PartyKind.SOLE_TRADER: "个体工商户",
    Sanction.WARNING: "警告",
    Sanction.CRITICISM: "通报批评",
    Sanction.FINE: "罚款",
    Sanction.CONFISCATE_INCOME: "没收违法所得",
    Sanction.CONFISCATE_GOODS: "没收非法财物",
    Sanction.SUSPEND_LICENCE: "暂扣许可证件",
    Sanction.DOWNGRADE_QUALIFICATION: "降低资质等级",
    Sanction.REVOKE_LICENCE: "吊销许可证件",
    Sanction.RESTRICT_BUSINESS: "限制开展生产经营活动",
    Sanction.STOP_PRODUCTION: "责令停产停业",
    Sanction.CLOSE: "责令关闭",
    Sanction.EMPLOYMENT_BAN: "限制从业",
    Sanction.OTHER: "其他处罚",
    Term.UNTIL: "至期",
    Term.NO_END: "长期",
    ListingState.LISTED: "在列",
    ListingState.REMOVED: "已移出",
    TiedBy.USCC: "统一社会信用代码",
    TiedBy.NAME: "全称",
    TiedBy.FORMER_NAME: "曾用名",
    OutcomeKind.APPLIED: "已提交修复申请",
    OutcomeKind.NOT_ACCEPTED: "不予受理",
    OutcomeKind.REJECTED: "不予修复",
    OutcomeKind.REPAIRED: "已修复",
    OutcomeKind.STILL_SHOWN: "仍有平台显示",
    OutcomeKind.TAKEN_DOWN: "已撤下",
    OutcomeKind.REPAIR_REVOKED: "修复被撤销",
    OutcomeKind.EXCLUDED: "限制申请",
    OutcomeKind.EXCLUSION_OVER: "限制申请期满",
    OutcomeKind.SHIELDED: "临时屏蔽",
    OutcomeKind.SHIELD_ENDED: "恢复公示",
    OutcomeKind.OBJECTED: "提出异议",
    OutcomeKind.OBJECTION_DISMISSED: "异议不成立",
    OutcomeKind.CORRECTED: "已更正",
    OutcomeKind.DISPLAY_ENDED: "最长公示期满，停止公示",
    OutcomeKind.LEFT_TO_SECTOR: "按领域规定处理",
    OutcomeKind.NOT_PUBLISHED: "未公示",
}
"""The Chinese word of every member of the closed lists (a test holds it complete)."""


class Ref(NamedTuple):
    """Names one record: its type and its key within the type."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class FormerName:
    """曾用名 A name that the party no longer bears. `until`: last day of use, None where no source says it."""

    name: str
    until: date | None = None


def prop(label: str, *, unit: str | None = None, name: bool = False) -> Any:
    """Declare an optional property: Chinese label, unit of its number, and whether the value names the record."""
    return field(default=None, metadata={"label": label, "unit": unit, "name": name})


def props(label: str, *, name: bool = False) -> Any:
    """Declare a property that may have several values; values of several sources are united."""
    return field(default=(), metadata={"label": label, "unit": None, "name": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something the graph holds. `key` identifies it within its type.

    `part`: which contribution of one data set this is. One source row states one part; a data set that speaks of
    the same record in several rows (a second name, say) gives each its part, so that every value keeps its row.
    """

    label: ClassVar[str]
    key: str
    part: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(type(self).__name__, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise(Record):
    """企业. Key: the unified social credit code, or the six-digit stock code where a source has no other."""

    label = "企业"
    name: str | None = prop("全称", name=True)
    short_name: str | None = prop("简称", name=True)
    former_names: tuple[FormerName, ...] = props("曾用名", name=True)
    other_names: tuple[str, ...] = props("其他名称", name=True)
    uscc: str | None = prop("统一社会信用代码")
    stock_code: str | None = prop("证券代码")
    exchange: str | Unknown | None = prop("上市交易所")
    listed_on: date | Unknown | None = prop("上市日期")
    status: Status | None = prop("登记状态")
    established_on: date | None = prop("成立日期")
    registered_capital: Decimal | None = prop("注册资本", unit="万元")
    division: str | None = prop("行政区划")
    address: str | None = prop("住所")
    size: Size | None = prop("企业规模")
    employees: int | None = prop("从业人数", unit="人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution(Record):
    """机构: universities, institutes, testing bodies, banks and the like."""

    label = "机构"
    name: str | None = prop("名称", name=True)
    short_name: str | None = prop("简称", name=True)
    kind: InstitutionKind | None = prop("类别")
    division: str | None = prop("行政区划")
    address: str | None = prop("地址")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(Record):
    """产业链."""

    label = "产业链"
    name: str | None = prop("名称", name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Record):
    """环节 of a chain."""

    label = "环节"
    name: str | None = prop("名称", name=True)
    side: Side | None = prop("位置")
    order: int | None = prop("序号")


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry(Record):
    """行业. Key: the code within its scheme, prefixed with the scheme where it is not GB/T 4754."""

    label = "行业"
    name: str | None = prop("名称", name=True)
    scheme: str | None = prop("分类体系")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Record):
    """产品. Key: its name as the source writes it, without line ends and outer spaces."""

    label = "产品"
    name: str | None = prop("名称", name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Record):
    """需求 that an enterprise has put up."""

    label = "需求"
    title: str | None = prop("内容")
    raised_on: date | None = prop("提出日期")
    until: date | None = prop("有效期至")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditEvent(Record):
    """信用事件 What an authority decided about a party: the base of the three kinds below, itself no record type.

    The party as the source states it stays on the event; which enterprise that is, the link Against says. Nothing
    of a natural person is stored, and of a sole trader no name.
    """

    label = "信用事件"
    party_name: str | Unknown | None = prop("当事人名称")
    party_kind: PartyKind | Unknown | None = prop("当事人类别")
    party_uscc: str | Unknown | None = prop("当事人统一社会信用代码")
    registration_no: str | Unknown | None = prop("当事人工商注册号")
    authority: str | Unknown | None = prop("作出机关")
    published: YesNo | Unknown | None = prop("已公示")


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty(CreditEvent):
    """行政处罚. Key: the code of the authority (its name where it has none) and the number of the decision.

    Each authority numbers its own decisions: the number alone would make one record of two authorities' penalties.
    """

    label = "行政处罚"
    authority_uscc: str | Unknown | None = prop("处罚机关统一社会信用代码")
    organisation_code: str | Unknown | None = prop("当事人组织机构代码")
    document_no: str | Unknown | None = prop("行政处罚决定书文号")
    document_date: date | Unknown | None = prop("处罚决定日期")
    offence: str | Unknown | None = prop("违法行为类型")
    offence_facts: str | Unknown | None = prop("违法事实")
    grounds: str | Unknown | None = prop("处罚依据")
    kinds: str | Unknown | None = prop("处罚类别")
    sanctions: tuple[Sanction, ...] = props("处罚种类")
    content: str | Unknown | None = prop("处罚内容")
    fine: Decimal | Unknown | None = prop("罚款金额", unit="元")
    confiscated: Decimal | Unknown | None = prop("没收违法所得、没收非法财物的金额", unit="元")
    licence: str | Unknown | None = prop("暂扣或吊销证照名称及编号")
    effective: Term | Unknown | None = prop("处罚有效期")
    effective_until: date | Unknown | None = prop("处罚有效期至")
    publication: Term | Unknown | None = prop("公示期限")
    publication_until: date | Unknown | None = prop("公示截止期")
    source_unit: str | Unknown | None = prop("数据来源单位")
    source_unit_uscc: str | Unknown | None = prop("数据来源单位统一社会信用代码")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbnormalListing(CreditEvent):
    """经营异常 An entry in the list of abnormal operation (经营异常名录). Key: party, day of listing and reason."""

    label = "经营异常"
    list_id: str | Unknown | None = prop("经营异常名录编号")
    authority_division: str | Unknown | None = prop("列入决定机关区划")
    listed_on: date | Unknown | None = prop("列入日期")
    reason_code: str | Unknown | None = prop("列入原因类型代码")
    reason: str | Unknown | None = prop("列入原因")
    updated_on: date | Unknown | None = prop("最新更新日期")
    state: ListingState | Unknown | None = prop("名录状态")
    removed_on: date | Unknown | None = prop("移出日期")
    removal_reason: str | Unknown | None = prop("移出原因")
    removal_authority: str | Unknown | None = prop("移出决定机关")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriousListing(CreditEvent):
    """严重失信 An entry in a list of seriously dishonest parties (严重失信主体名单). Key: party, day and list."""

    label = "严重失信"
    list_name: str | Unknown | None = prop("名单")
    listed_on: date | Unknown | None = prop("列入日期")
    reason: str | Unknown | None = prop("列入原因")
    state: ListingState | Unknown | None = prop("名单状态")
    removed_on: date | Unknown | None = prop("移出日期")
    removal_reason: str | Unknown | None = prop("移出原因")
    removal_authority: str | Unknown | None = prop("移出决定机关")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorStandard(Record):
    """分类标准 Which fine is lower, larger or very large in a field. Key: field, authority and first day.

    `authority` None: for every authority of the field. `last_day` None: until further notice.
    """

    label = "分类标准"
    field: str | None = prop("领域")
    authority: str | None = prop("机关")
    first_day: date | None = prop("施行首日")
    last_day: date | None = prop("施行末日")
    low_up_to: Decimal | None = prop("较低数额，至（含）", unit="元")
    huge_from: Decimal | None = prop("巨额，自（含）", unit="元")
    citation: str | None = prop("依据")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Record):
    """办理结果 What came of one act in a case. Key: the number of the case and of its event."""

    label = "办理结果"
    title: str | None = prop("内容")
    kind: OutcomeKind | None = prop("结果")
    decided_on: date | None = prop("结果日期")
    until: date | None = prop("到哪天为止")
    authority: str | None = prop("办理机关")
    case_no: int | None = prop("案件编号")
    event_no: int | None = prop("事件序号")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A relation between two records, with its basis and the days on which it holds (None: no bound is known).

    `part` tells parallel links of one type between the same two records apart.
    """

    label: ClassVar[str]
    ends: ClassVar[tuple[tuple[str, str], ...]]
    from_ref: Ref
    to_ref: Ref
    part: str = ""
    basis: Basis = Basis.OBSERVED
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies(Link):
    """供货 An enterprise supplies another. `product`: key of the product where the source names it."""

    label = "供货"
    ends = (("Enterprise", "Enterprise"),)
    product: str | None = prop("产品")


@dataclass(frozen=True, slots=True, kw_only=True)
class Makes(Link):
    """能生产 An enterprise sells a product of its own. `share` of turnover, from 0 to 1 as the source states it."""

    label = "能生产"
    ends = (("Enterprise", "Product"),)
    share: float | None = prop("营业收入占比")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamOf(Link):
    """上游 A material is upstream of a product; a segment is upstream of another."""

    label = "上游"
    ends = (("Product", "Product"), ("Segment", "Segment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf(Link):
    """小类 From the narrower to the broader."""

    label = "属于"
    ends = (("Product", "Product"), ("Industry", "Industry"))


@dataclass(frozen=True, slots=True, kw_only=True)
class InIndustry(Link):
    """所属行业."""

    label = "所属行业"
    ends = (("Enterprise", "Industry"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class InSegment(Link):
    """所在环节 An enterprise works in a segment; a product belongs to one."""

    label = "所在环节"
    ends = (("Enterprise", "Segment"), ("Product", "Segment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf(Link):
    """组成 A segment is part of a chain."""

    label = "组成"
    ends = (("Segment", "Chain"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers(Link):
    """提供服务 What an institution can do for a product."""

    label = "提供服务"
    ends = (("Institution", "Product"),)
    service: Service | None = prop("服务")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants(Link):
    """求购 A need asks for a product."""

    label = "求购"
    ends = (("Need", "Product"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedBy(Link):
    """提出方 Whose need it is."""

    label = "提出方"
    ends = (("Need", "Enterprise"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Against(Link):
    """针对 A credit event is about an enterprise. `tied_by`: how we know which; valid from the day of the decision."""

    label = "针对"
    ends = (("Penalty", "Enterprise"), ("AbnormalListing", "Enterprise"), ("SeriousListing", "Enterprise"))
    tied_by: TiedBy | None = prop("关联依据")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedBy(Link):
    """作出 Which authority decided, where the source gives its code."""

    label = "作出"
    ends = (("Penalty", "Institution"), ("AbnormalListing", "Institution"), ("SeriousListing", "Institution"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settles(Link):
    """结果针对 The record, or the enterprise, for which an outcome holds; valid from its day.

    Observed where whoever decides it did so, claimed where only the party says it.
    """

    label = "结果针对"
    ends = (
        ("Outcome", "Penalty"),
        ("Outcome", "AbnormalListing"),
        ("Outcome", "SeriousListing"),
        ("Outcome", "Enterprise"),
    )


RECORD_TYPES: Mapping[str, type[Record]] = {
    t.__name__: t
    for t in (
        *(Enterprise, Institution, Chain, Segment, Industry, Product, Need),
        *(Penalty, AbnormalListing, SeriousListing, SectorStandard, Outcome),
    )
}
LINK_TYPES: Mapping[str, type[Link]] = {
    t.__name__: t
    for t in (
        *(Supplies, Makes, UpstreamOf, KindOf, InIndustry, InSegment, PartOf, Offers, Wants, RaisedBy),
        *(Against, IssuedBy, Settles),
    )
}
CREDIT_EVENTS: Sequence[type[CreditEvent]] = (Penalty, AbnormalListing, SeriousListing)


@dataclass(frozen=True, slots=True)
class Property:
    """One declared property of a record or link type, as the derivations read it."""

    name: str
    label: str
    unit: str | None
    names_record: bool
    many: bool
    annotation: Any


def properties(declared: type[Record] | type[Link]) -> tuple[Property, ...]:
    """The declared properties of a type, in their order (key, part and the ends of a link are not properties)."""
    hints = typing.get_type_hints(declared)
    return tuple(
        Property(f.name, f.metadata["label"], f.metadata["unit"], f.metadata["name"], f.default == (), hints[f.name])
        for f in dataclasses.fields(declared)
        if "label" in f.metadata
    )


PROPERTIES: Mapping[str, tuple[Property, ...]] = {
    **{name: properties(declared) for name, declared in RECORD_TYPES.items()},
    **{name: properties(declared) for name, declared in LINK_TYPES.items()},
}


def chinese(value: StrEnum) -> str:
    """The Chinese word for a member of a closed list."""
    return CHINESE[value]


def link_name(link_type: str) -> str:
    """The name of a link type as interchange formats write it: UpstreamOf → UPSTREAM_OF."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", link_type).upper()


# --- JSON bodies, as the ledger stores them ---------------------------------------------------------------------------


def body(statement: Record | Link) -> str:
    """Canonical JSON of the properties that have a value, keys in declared order; equal values give equal bytes."""
    declared = PROPERTIES[type(statement).__name__]
    if not declared:
        return "{}"
    values = {}
    for p in declared:
        value = getattr(statement, p.name)
        if value is not None and value != ():
            values[p.name] = {"unknown": value.value} if isinstance(value, Unknown) else value
    return orjson.dumps(values, default=str).decode()  # Decimal as text: 3000.50 stays 3000.50


def read_body(type_name: str, text: str) -> dict[str, Any]:
    """Read a JSON body back into typed values (days, decimals, members of closed lists)."""
    readers = _READERS[type_name]
    return {name: readers[name](value) for name, value in orjson.loads(text).items() if name in readers}


def _reader(annotation: Any, many: bool) -> typing.Callable[[Any], Any]:
    if many:
        item = typing.get_args(annotation)[0]
        read: typing.Callable[[Any], Any] = _identity
        if item is FormerName:
            read = _read_former_name
        elif issubclass(item, StrEnum):
            read = item
        return lambda values: tuple(read(v) for v in values)
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    plain = next(o for o in options if o is not type(None) and o is not Unknown)
    convert: typing.Callable[[Any], Any] = _identity
    if plain is date:
        convert = date.fromisoformat
    elif plain is Decimal or issubclass(plain, StrEnum):
        convert = plain
    if Unknown in options:
        return lambda value: Unknown(value["unknown"]) if isinstance(value, dict) else convert(value)
    return convert


def _identity(value: Any) -> Any:
    return value


def _read_former_name(value: Mapping[str, Any]) -> FormerName:
    until = value["until"]
    return FormerName(value["name"], date.fromisoformat(until) if until else None)


_READERS: Mapping[str, Mapping[str, typing.Callable[[Any], Any]]] = {
    name: {p.name: _reader(p.annotation, p.many) for p in declared} for name, declared in PROPERTIES.items()
}
