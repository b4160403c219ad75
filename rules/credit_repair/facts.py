"""The facts of one record, and what of them is known on a day.

Field names, codes and what a blank means are those of the case files, the command and the API. A value outside the
lists, a day that does not exist, a listing without its day and the like are refused with BadFact, never guessed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from graph.identifiers import parse_day
from lianxin.errors import BadFact
from rules.facts import fact, must


class Kind(StrEnum):
    """信用记录类别 Kind of the record."""

    PENALTY = "penalty"  # 行政处罚
    SERIOUS_LISTING = "serious_listing"  # 严重失信主体名单
    ABNORMAL_LISTING = "abnormal_listing"  # 异常名录
    OTHER_DISHONESTY = "other_dishonesty"  # 其他失信信息
    SPOT_CHECK = "spot_check"  # 抽查检查结果
    TAX_CREDIT = "tax_credit"  # 纳税信用
    JUDGMENT_DEFAULTER = "judgment_defaulter"  # 失信被执行人


class System(StrEnum):
    """认定单位所属系统 Which system the recognising authority belongs to."""

    NDRC = "ndrc"  # 信用中国: all that go through Credit China
    SAMR = "samr"  # 市场监管
    TAX = "tax"  # 税务
    COURT = "court"  # 法院


class Sanction(StrEnum):
    """处罚种类 Kinds of sanction."""

    WARNING = "warning"  # 警告
    CRITICISM = "criticism"  # 通报批评
    FINE = "fine"  # 罚款
    CONFISCATE_INCOME = "confiscate_income"  # 没收违法所得
    CONFISCATE_GOODS = "confiscate_goods"  # 没收非法财物
    SUSPEND_LICENCE = "suspend_licence"  # 暂扣许可证件
    DOWNGRADE_QUALIFICATION = "downgrade_qualification"  # 降低资质等级
    REVOKE_LICENCE = "revoke_licence"  # 吊销许可证件
    RESTRICT_BUSINESS = "restrict_business"  # 限制开展生产经营活动
    STOP_PRODUCTION = "stop_production"  # 责令停产停业
    CLOSE = "close"  # 责令关闭
    EMPLOYMENT_BAN = "employment_ban"  # 限制从业
    OTHER = "other"  # any sanction not named here


class Procedure(StrEnum):
    """处罚程序."""

    SIMPLE = "simple"  # 简易程序
    ORDINARY = "ordinary"  # 普通程序


class Band(StrEnum):
    """罚款档次 Band of a fine, as the sector's standard or the authority says."""

    LOW = "low"  # 较低数额
    LARGE = "large"  # 较大数额
    HUGE = "huge"  # 巨额


class Sector(StrEnum):
    """特殊领域."""

    FOOD = "food"  # 食品
    DRUG = "drug"  # 药品
    SPECIAL_EQUIPMENT = "special_equipment"  # 特种设备
    WORK_SAFETY = "work_safety"  # 安全生产
    FIRE = "fire"  # 消防


class Litigation(StrEnum):
    """复议或诉讼."""

    RECONSIDERATION = "reconsideration"  # 行政复议
    LAWSUIT = "lawsuit"  # 行政诉讼
    LAWSUIT_EXECUTION_STAYED = "lawsuit_execution_stayed"  # 诉讼且停止执行


class Bankruptcy(StrEnum):
    """破产程序阶段."""

    PLAN_APPROVED = "plan_approved"  # 批准重整计划
    SETTLEMENT_RECOGNISED = "settlement_recognised"  # 认可和解协议
    COMPLETED = "completed"  # 执行完毕
    TERMINATED = "terminated"  # 终止执行


class Platform(StrEnum):
    """修复渠道."""

    CREDIT_CHINA = "credit_china"  # 信用中国
    GSXT = "gsxt"  # 国家企业信用信息公示系统


CHINESE: Mapping[StrEnum, str] = {
    Kind.PENALTY: "行政处罚",
    Kind.SERIOUS_LISTING: "严重失信主体名单",
    Kind.ABNORMAL_LISTING: "异常名录",
    Kind.OTHER_DISHONESTY: "其他失信信息",
    Kind.SPOT_CHECK: "抽查检查结果",
    Kind.TAX_CREDIT: "纳税信用",
    Kind.JUDGMENT_DEFAULTER: "失信被执行人",
    System.NDRC: "信用中国",
    System.SAMR: "市场监管",
    System.TAX: "税务",
    System.COURT: "法院",
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
    Procedure.SIMPLE: "简易程序",
    Procedure.ORDINARY: "普通程序",
    Band.LOW: "较低数额",
    Band.LARGE: "较大数额",
    Band.HUGE: "巨额",
    Sector.FOOD: "食品",
    Sector.DRUG: "药品",
    Sector.SPECIAL_EQUIPMENT: "特种设备",
    Sector.WORK_SAFETY: "安全生产",
    Sector.FIRE: "消防",
    Litigation.RECONSIDERATION: "行政复议",
    Litigation.LAWSUIT: "行政诉讼",
    Litigation.LAWSUIT_EXECUTION_STAYED: "行政诉讼，停止执行",
    Bankruptcy.PLAN_APPROVED: "批准重整计划",
    Bankruptcy.SETTLEMENT_RECOGNISED: "认可和解协议",
    Bankruptcy.COMPLETED: "执行完毕",
    Bankruptcy.TERMINATED: "终止执行",
    Platform.CREDIT_CHINA: "信用中国",
    Platform.GSXT: "国家企业信用信息公示系统",
}
"""The Chinese word of every member of the closed lists (a test holds it complete)."""

MARKET_REGULATION = frozenset({Kind.PENALTY, Kind.SERIOUS_LISTING, Kind.ABNORMAL_LISTING, Kind.SPOT_CHECK})
LISTINGS = frozenset({Kind.SERIOUS_LISTING, Kind.ABNORMAL_LISTING})
OWN_SYSTEM = {Kind.TAX_CREDIT: System.TAX, Kind.JUDGMENT_DEFAULTER: System.COURT}
"""Kinds that belong to one system only, and that system to them only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """信用记录的事实 One record, as known. Money in yuan 元. Raises BadFact for what contradicts itself."""

    kind: Kind = must("信用记录类别")
    authority_system: System = must("认定单位所属系统")
    field: str | None = fact("领域", "未填")
    sanctions: frozenset[Sanction] = fact("处罚种类", "没有（行政处罚不得为空）", many=True)
    procedure: Procedure | None = fact("处罚程序", "普通程序")
    fine_yuan: Decimal | None = fact("罚款金额（元）", "未知")
    fine_band: Band | None = fact("罚款档次", "未分档")
    published: bool | None = fact("是否公示", "未知")
    document_date: date | None = fact("文书日期", "见起算日")
    published_on: date | None = fact("公示日期", "见起算日")
    listed_on: date | None = fact("列入日期", "见起算日")
    duties_done: bool | None = fact("义务是否履行完毕", "两项都空为未知")
    duties_done_on: date | None = fact("义务履行完毕日", "两项都空为未知")
    public_commitment: bool | None = fact("是否作出公开信用承诺", "尚未作出，同“否”")
    measure_ends_on: date | None = fact("限制措施最后一天", "没有")
    special_sector: Sector | None = fact("特殊领域", "没有")
    non_repairable_basis: str | None = fact("不予修复的法律依据", "没有")
    litigation: Litigation | None = fact("复议或诉讼", "没有")
    decision_revoked_on: date | None = fact("决定撤销日", "没有")
    bankruptcy_stage: Bankruptcy | None = fact("破产程序阶段", "没有")
    bankruptcy_on: date | None = fact("破产程序阶段日期", "没有")
    exclusion_decided_on: date | None = fact("因虚假材料或失诺被限制申请的决定日", "没有")
    application_filed_on: date | None = fact("申请提交日", "没有")
    repeat_penalised_on: date | None = fact("同类行为再次受罚日", "没有")
    repaired_on: date | None = fact("修复日", "没有")
    repaired_through: Platform | None = fact("修复渠道", "未填")
    tax_cured_within_days: int | None = fact("纳税失信几天内纠正", "未纠正")

    def __reduce__(self) -> tuple[Any, ...]:
        # Thousands of records go to the processes of a pool: as plain values they go four times as fast.
        return _facts_again, _VALUES(self)

    def __post_init__(self) -> None:
        if self.kind is Kind.PENALTY and not self.sanctions:
            raise BadFact(
                "sanctions", "", "is blank; a penalty has at least one sanction", "为空；行政处罚至少有一种处罚"
            )
        own = OWN_SYSTEM.get(self.kind)
        if (own or self.authority_system) is not self.authority_system:
            raise _mismatch(
                self.authority_system,
                f"{self.kind} belongs to {own}",
                f"{CHINESE[self.kind]}属于{CHINESE[own or self.authority_system]}",
            )
        if own is None and self.authority_system in OWN_SYSTEM.values():
            kind = next(kind for kind, system in OWN_SYSTEM.items() if system is self.authority_system)
            raise _mismatch(self.authority_system, f"has only {kind}", f"只能用于{CHINESE[kind]}")
        if self.kind in LISTINGS and self.listed_on is None:
            raise BadFact("listed_on", "", "is blank; a listing has its day", "为空；列入名单须有列入日期")
        if self.bankruptcy_stage is not None and self.bankruptcy_on is None:
            raise BadFact("bankruptcy_on", "", "is blank; a stage has its day", "为空；破产程序阶段须有日期")
        self._has_start()

    def _has_start(self) -> None:
        if self.document_date is None and self.listed_on is None:
            if self.authority_system is System.NDRC:
                problem = "is blank, and so is listed_on; a record of Credit China has one of them"
                raise BadFact("document_date", "", problem, "与 listed_on 都为空；信用中国的记录至少有一个")
            if self.published_on is None:
                problem = "is blank, and so are published_on and listed_on; there is no start day"
                raise BadFact("document_date", "", problem, "与 published_on、listed_on 都为空，没有起算日")


def _mismatch(system: System, en: str, zh: str) -> BadFact:
    return BadFact("authority_system", system.value, en, zh)


_NAMES = tuple(each.name for each in fields(Facts))
_VALUES: Callable[[Facts], tuple[Any, ...]] = attrgetter(*_NAMES)


def _facts_again(*values: Any) -> Facts:
    return Facts(**dict(zip(_NAMES, values, strict=True)))


# --- Reading a row of text --------------------------------------------------------------------------------------------


def read_facts(row: Mapping[str, str]) -> Facts:
    """Read the facts of a row of text; blank cells may be missing. Raises BadFact for the first value refused."""
    values: dict[str, Any] = {}
    for name, read in READERS.items():
        text = row.get(name, "").strip()
        if text:
            values[name] = _read(name, text, read)
    for name in ("kind", "authority_system"):
        if name not in values:
            raise BadFact(name, "", "is blank", "为空")
    return Facts(**values)


def _read(name: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        problem = str(error)
        codes = problem.removeprefix("is none of ")
        raise BadFact(name, text, problem, _ZH.get(problem, f"不在代码表内：{codes}")) from error


def write_facts(facts: Facts) -> dict[str, str]:
    """The facts as a row of text, without its blank cells: what `read_facts` reads back to the same facts."""
    cells = {name: _text(getattr(facts, name)) for name in READERS}
    return {name: cell for name, cell in cells.items() if cell}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ";".join(sorted(value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def read_day(name: str, text: str) -> date:
    """Read a day, naming its field. Raises BadFact."""
    if not text.strip():
        raise BadFact(name, "", "is blank", "为空")
    day: date = _read(name, text.strip(), _day)
    return day


def _day(text: str) -> date:
    day = parse_day(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(_NO_SUCH_YEAR)
    return day


def _one_of(codes: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(text: str) -> StrEnum:
        try:
            return codes(text)
        except ValueError:
            raise ValueError(f"is none of {', '.join(codes)}") from None

    return read


def _sanctions(text: str) -> frozenset[StrEnum]:
    one = _one_of(Sanction)
    return frozenset(one(each.strip()) for each in text.split(";"))


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("is none of yes, no")
    return text == "yes"


def _yuan(text: str) -> Decimal:
    if "万" in text:
        raise ValueError("counts in 万元; write yuan")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError("is no amount in yuan")
    return Decimal(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text):
        raise ValueError("is no whole number")
    return int(text)


FIRST_YEAR, LAST_YEAR = 1949, 2200  # periods are counted from these days on: far enough from the calendar's ends
_NO_SUCH_YEAR = f"should lie between {FIRST_YEAR} and {LAST_YEAR}"
_ZH = {
    _NO_SUCH_YEAR: f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间",
    "is not a day (YYYY-MM-DD)": "不是日期（YYYY-MM-DD）",
    "is not a day of the calendar": "不是真实的日期",
    "counts in 万元; write yuan": "以万元计；请写成元",
    "is no amount in yuan": "不是以元计的金额",
    "is no whole number": "不是整数",
}

READERS: Mapping[str, Callable[[str], Any]] = {
    "kind": _one_of(Kind),
    "field": str,
    "authority_system": _one_of(System),
    "sanctions": _sanctions,
    "procedure": _one_of(Procedure),
    "fine_yuan": _yuan,
    "fine_band": _one_of(Band),
    "published": _yes_no,
    "document_date": _day,
    "published_on": _day,
    "listed_on": _day,
    "duties_done": _yes_no,
    "duties_done_on": _day,
    "public_commitment": _yes_no,
    "measure_ends_on": _day,
    "special_sector": _one_of(Sector),
    "non_repairable_basis": str,
    "litigation": _one_of(Litigation),
    "decision_revoked_on": _day,
    "bankruptcy_stage": _one_of(Bankruptcy),
    "bankruptcy_on": _day,
    "exclusion_decided_on": _day,
    "application_filed_on": _day,
    "repeat_penalised_on": _day,
    "repaired_on": _day,
    "repaired_through": _one_of(Platform),
    "tax_cured_within_days": _count,
}
"""Column → how its text is read: the columns of the case files, in their order (without case_id and as_of)."""


# --- What is known on a day -------------------------------------------------------------------------------------------


class Known(NamedTuple):
    """What of the facts exists on a day: whatever is dated later does not exist yet.

    `done`: whether the duties are done; None: not known. `start`: the start day 起算日; `assumed`: it is only the
    earliest possible one, since a record of market regulation lacks its day of publication.
    """

    facts: Facts
    on: date
    market_regulation: bool
    start: date
    assumed: bool
    done: bool | None
    filed_on: date | None
    revoked: bool
    repaired: bool
    repeated: bool
    bankruptcy: Bankruptcy | None
    excluded_on: date | None


def known_on(facts: Facts, on: date) -> Known:
    """The facts as known on a day. Raises BadFact where no start day on or before it is left."""
    market = facts.authority_system is System.SAMR and facts.kind in MARKET_REGULATION
    listed, published, document = _by(facts.listed_on, on), _by(facts.published_on, on), _by(facts.document_date, on)
    start = listed or (published if market else None) or document
    if start is None or (listed is None and facts.kind in LISTINGS):
        start = _other_start(facts, on, published)
    return Known(
        facts,
        on,
        market,
        start,
        market and listed is None and published is None,
        facts.duties_done if facts.duties_done_on is None else facts.duties_done_on <= on,  # the day decides
        _by(facts.application_filed_on, on),
        _by(facts.decision_revoked_on, on) is not None,
        _by(facts.repaired_on, on) is not None,
        _by(facts.repeat_penalised_on, on) is not None,
        facts.bankruptcy_stage if _by(facts.bankruptcy_on, on) is not None else None,
        _by(facts.exclusion_decided_on, on),
    )


def _by(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def _other_start(facts: Facts, on: date, published: date | None) -> date:
    """The start day where only the day of publication is left: of tax and court, where it decides nothing."""
    if facts.kind in LISTINGS:
        raise _later("listed_on", facts.listed_on, on)
    if facts.kind in OWN_SYSTEM and published is not None:
        return published
    stated = {name: getattr(facts, name) for name in ("listed_on", "published_on", "document_date")}
    for name in ("document_date", "published_on", "listed_on"):
        if stated[name] is not None and stated[name] > on:
            raise _later(name, stated[name], on)
    problem = "is blank; the period of this record starts with its document"
    raise BadFact("document_date", "", problem, "为空；这条记录从文书日期起算")


def _later(name: str, day: date | None, on: date) -> BadFact:
    problem = f"lies after the day asked for ({on}); no start day is left"
    return BadFact(name, "" if day is None else day.isoformat(), problem, f"晚于查询日 {on}，没有起算日")


_AFTER_THE_DOCUMENT = ("published_on", "duties_done_on", "measure_ends_on", "application_filed_on")


def before_document(facts: Facts) -> dict[str, date]:
    """Days that lie before the document from which they should follow. The procedure takes them as they are and
    refuses none of them, since no column says when a measure or a performance began; whoever reads is told."""
    document = facts.document_date
    stated = {name: getattr(facts, name) for name in _AFTER_THE_DOCUMENT} if document is not None else {}
    return {name: day for name, day in stated.items() if day is not None and document is not None and day < document}
