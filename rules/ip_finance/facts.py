"""The facts of a request: may this right back this loan?

Field names, codes and what a blank means are those of the case files, the command and the API. `null` (None) is not
known. A fact that is not stated at all is "not there" for flags, lists, statements and events, and not known for all
that a rule needs. A dated fact after the day asked for does not exist yet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from lianxin.errors import BadFact
from rules.facts import Number, fact
from rules.ip_finance import terms
from rules.ip_finance.terms import PATENTS, AssetKind, HolderType, patent_years
from rules.json_facts import read_json


class Consent(StrEnum):
    """授权状态 Whether the enterprise lets this bank ask."""

    GRANTED = "granted"  # 已授权
    REVOKED = "revoked"  # 已撤回
    ABSENT = "absent"  # 没有


class PatentStatus(StrEnum):
    """专利法律状态."""

    PENDING = "PENDING"  # 申请中
    GRANTED = "GRANTED"  # 已授权
    REJECTED = "REJECTED"  # 驳回
    WITHDRAWN = "WITHDRAWN"  # 撤回
    ABANDONED = "ABANDONED"  # 书面放弃
    INVALIDATED_WHOLE = "INVALIDATED_WHOLE"  # 全部无效
    INVALIDATED_PARTIAL = "INVALIDATED_PARTIAL"  # 部分无效


class MarkStatus(StrEnum):
    """商标法律状态."""

    PENDING = "PENDING"  # 申请中
    REGISTERED = "REGISTERED"  # 已注册
    REVOKED = "REVOKED"  # 被撤销
    INVALIDATED = "INVALIDATED"  # 无效
    CANCELLED = "CANCELLED"  # 已注销


class CoOwnerConsent(StrEnum):
    """其他共有人的意见."""

    ALL = "all"  # 全部同意
    AGREEMENT_OTHERWISE = "agreement_otherwise"  # 共有人另有约定
    PARTIAL = "partial"  # 部分同意
    NONE = "none"  # 还没有同意
    REFUSED = "refused"  # 不同意


class Compensation(StrEnum):
    """专利权期限补偿."""

    NONE = "none"  # 没有
    PENDING = "pending"  # 已请求，未决定
    GRANTED = "granted"  # 已批准


class Licence(StrEnum):
    """已有许可的种类."""

    ORDINARY = "ordinary"  # 普通许可
    SOLE = "sole"  # 排他许可
    EXCLUSIVE = "exclusive"  # 独占许可
    OPEN = "open"  # 开放许可


class Report(StrEnum):
    """专利权评价报告."""

    POSITIVE = "positive"  # 肯定
    NEGATIVE = "negative"  # 否定
    NONE = "none"  # 没有


class Renewal(StrEnum):
    """商标续展."""

    NONE = "none"  # 没有申请
    FILED = "filed"  # 已申请


class EntityStatus(StrEnum):
    """主体状态."""

    OPERATING = "OPERATING"  # 存续
    REVOKED = "REVOKED"  # 吊销
    DEREGISTERED = "DEREGISTERED"  # 注销


class Bankruptcy(StrEnum):
    """破产程序."""

    NONE = "none"  # 没有
    ACCEPTED = "accepted"  # 已受理
    REORGANISATION_NEW_LOAN = "reorganisation_new_loan"  # 重整期间为新借款担保


class Resolution(StrEnum):
    """公司决议."""

    YES = "yes"  # 有
    NO = "no"  # 没有


class Penalties(StrEnum):
    """公示中的行政处罚."""

    NONE = "none"  # 没有
    MINOR = "minor"  # 轻微
    GENERAL = "general"  # 一般
    SERIOUS = "serious"  # 严重


class Mode(StrEnum):
    """多项权利怎么合并."""

    BEST_SUBSET = "best_subset"  # 取可以的部分
    ALL_MUST_PASS = "ALL_MUST_PASS"  # 全部都要可以


class BankRule(StrEnum):
    """可设为硬性的银行条款."""

    K_01 = "K-01"
    K_02 = "K-02"
    K_03 = "K-03"
    K_04 = "K-04"
    K_05 = "K-05"
    K_06 = "K-06"


class Nothing(StrEnum):
    """没有."""

    NONE = "none"


class Undrafted(StrEnum):
    """合同还没有起草."""

    NOT_DRAFTED = "not_drafted"


class Unpublished(StrEnum):
    """没有发表."""

    UNPUBLISHED = "unpublished"


class Alive(StrEnum):
    """在世."""

    ALIVE = "alive"


CHINESE: Final[Mapping[StrEnum, str]] = {
    AssetKind.INVENTION: "发明",
    AssetKind.UTILITY_MODEL: "实用新型",
    AssetKind.DESIGN: "外观设计",
    AssetKind.TRADEMARK: "商标",
    AssetKind.SOFTWARE_COPYRIGHT: "软件著作权",
    AssetKind.WORK_COPYRIGHT: "作品著作权",
    AssetKind.IC_LAYOUT: "集成电路布图设计",
    AssetKind.DATA_IP: "数据知识产权",
    AssetKind.TRADE_SECRET: "商业秘密",
    AssetKind.GEOGRAPHICAL_INDICATION: "地理标志",
    AssetKind.OTHER: "其他",
    HolderType.LEGAL_PERSON: "法人",
    HolderType.NATURAL_PERSON: "自然人",
    Consent.GRANTED: "已授权",
    Consent.REVOKED: "已撤回",
    Consent.ABSENT: "没有授权",
    PatentStatus.PENDING: "申请中",
    PatentStatus.GRANTED: "已授权",
    PatentStatus.REJECTED: "驳回",
    PatentStatus.WITHDRAWN: "撤回",
    PatentStatus.ABANDONED: "书面放弃",
    PatentStatus.INVALIDATED_WHOLE: "全部无效",
    PatentStatus.INVALIDATED_PARTIAL: "部分无效",
    MarkStatus.PENDING: "申请中",
    MarkStatus.REGISTERED: "已注册",
    MarkStatus.REVOKED: "被撤销",
    MarkStatus.INVALIDATED: "宣告无效",
    MarkStatus.CANCELLED: "已注销",
    CoOwnerConsent.ALL: "全部同意",
    CoOwnerConsent.AGREEMENT_OTHERWISE: "共有人另有约定",
    CoOwnerConsent.PARTIAL: "部分同意",
    CoOwnerConsent.NONE: "还没有同意",
    CoOwnerConsent.REFUSED: "不同意",
    Compensation.NONE: "没有",
    Compensation.PENDING: "已请求，未决定",
    Compensation.GRANTED: "已批准",
    Licence.ORDINARY: "普通许可",
    Licence.SOLE: "排他许可",
    Licence.EXCLUSIVE: "独占许可",
    Licence.OPEN: "开放许可",
    Report.POSITIVE: "肯定",
    Report.NEGATIVE: "否定",
    Report.NONE: "没有",
    Renewal.NONE: "没有申请",
    Renewal.FILED: "已申请",
    EntityStatus.OPERATING: "存续",
    EntityStatus.REVOKED: "吊销",
    EntityStatus.DEREGISTERED: "注销",
    Bankruptcy.NONE: "没有",
    Bankruptcy.ACCEPTED: "已受理",
    Bankruptcy.REORGANISATION_NEW_LOAN: "重整期间为新借款担保",
    Resolution.YES: "有",
    Resolution.NO: "没有",
    Penalties.NONE: "没有",
    Penalties.MINOR: "轻微",
    Penalties.GENERAL: "一般",
    Penalties.SERIOUS: "严重",
    Mode.BEST_SUBSET: "取可以的部分",
    Mode.ALL_MUST_PASS: "全部都要可以",
    BankRule.K_01: "贷款到期后的剩余期限",
    BankRule.K_02: "贷款期限",
    BankRule.K_03: "内部评估额度",
    BankRule.K_04: "质押率",
    BankRule.K_05: "评价报告",
    BankRule.K_06: "评估时效",
    Nothing.NONE: "没有",
    Undrafted.NOT_DRAFTED: "还没有起草",
    Unpublished.UNPUBLISHED: "没有发表",
    Alive.ALIVE: "在世",
}
"""The Chinese word of every member of the closed lists (a test holds it complete)."""


def _ends_after(start: date | None, name: str, end: date | None) -> None:
    if start is not None and end is not None and end < start:
        raise BadFact(name, end.isoformat(), f"lies before it begins ({start})", f"早于开始日 {start}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """权属纠纷中止."""

    requested_on: date | None = fact("请求日", "未知")
    extended_until: date | None = fact("延长至", "没有延长")
    lifted_on: date | None = fact("恢复日", "没有恢复")

    def __post_init__(self) -> None:
        _ends_after(self.requested_on, "extended_until", self.extended_until)
        _ends_after(self.requested_on, "lifted_on", self.lifted_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preservation:
    """财产保全."""

    received_on: date | None = fact("收到协助执行通知日", "未知")
    months: int | None = fact("保全月数", "最长期限")
    lifted_on: date | None = fact("解除日", "没有解除")

    def __post_init__(self) -> None:
        _ends_after(self.received_on, "lifted_on", self.lifted_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """已登记的质押."""

    id: str | None = fact("登记号", "未填")
    registered_on: date | None = fact("登记日", "未知")
    cancelled_on: date | None = fact("注销日", "没有注销")
    pledgee: str | None = fact("质权人", "未填")
    debt_repaid: bool | None = fact("债务是否还清（不改变登记）", "未填")

    def __post_init__(self) -> None:
        _ends_after(self.registered_on, "cancelled_on", self.cancelled_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """质押合同."""

    required_items_complete: bool | None = fact("必备条款是否齐全", "未知")
    forfeiture_clause: bool | None = fact("有没有流质条款", "没有", absent=False)
    breaks_mandatory_law: bool | None = fact("是否违反强制性规定", "没有", absent=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarMarks:
    """相同近似商标."""

    exist: bool | None = fact("有没有相同近似商标", "未知")
    all_included: bool | None = fact("是否一并质押", "没有", absent=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """银行产品条款 A bank's own terms. A term that is blank is not set."""

    id: str | None = fact("产品编号", "未填")
    ltv_caps: Mapping[AssetKind, Decimal] | None = fact("各种权利的质押率上限", "没有上限的种类由人判定")
    max_term_months: int | None = fact("最长贷款月数", "不设")
    internal_valuation_max: Number | None = fact("内部评估的最高贷款额（元）", "不设")
    min_months_after_debt_end: int | None = fact("贷款到期后最少剩余月数", "不设")
    valuation_max_age_months: int | None = fact("评估最长有效月数", "不设")
    evaluation_report_for: frozenset[AssetKind] = fact("须有评价报告的种类", "没有", many=True)
    hard: frozenset[BankRule] = fact("硬性条款", "没有，都由人判定", many=True)


_NOT_THERE = "没有"
_UNKNOWN = "未知"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """知识产权质押的事实 One right, its owner and the loan, as known. Raises BadFact for what contradicts itself."""

    asset_kind: AssetKind | None = fact("知识产权种类", _UNKNOWN)
    consent_status: Consent | None = fact("授权状态", "没有授权")
    consent_scope: frozenset[str] | None = fact("授权用途", "没有授权")
    consent_valid_until: date | None = fact("授权最后一天", "没有授权")
    register_owners: frozenset[str] | None = fact("登记的权利人", _UNKNOWN)
    pledgors: frozenset[str] | None = fact("出质人", _UNKNOWN)
    owner_recordal_pending: bool | None = fact("变更登记是否办理中", _NOT_THERE, absent=False)
    co_owner_consent: CoOwnerConsent | None = fact("其他共有人的意见", _UNKNOWN)
    legal_status: PatentStatus | None = fact("专利法律状态", _UNKNOWN)
    filing_date: date | None = fact("申请日", _UNKNOWN)
    grant_announcement_date: date | None = fact("授权公告日", _UNKNOWN)
    fees_paid_through_year: int | None = fact("年费缴到第几年度", _UNKNOWN)
    termination_notice_received: date | None = fact("收到终止通知日", _NOT_THERE)
    restored_on: date | None = fact("恢复权利日（以缴费年度为准）", _NOT_THERE)
    term_compensation_status: Compensation | None = fact("期限补偿", _UNKNOWN)
    term_compensation_days: int | None = fact("补偿天数", _UNKNOWN)
    ownership_suspension: Suspension | Nothing | None = fact("权属中止", _NOT_THERE, absent=Nothing.NONE)
    preservation: Preservation | Nothing | None = fact("财产保全", _NOT_THERE, absent=Nothing.NONE)
    active_pledges: tuple[Pledge, ...] | None = fact("质押登记", _NOT_THERE, absent=())
    licences: frozenset[Licence] | None = fact("已有许可", _NOT_THERE, absent=frozenset())
    contract: Contract | Undrafted | None = fact("质押合同", "还没有起草", absent=Undrafted.NOT_DRAFTED)
    same_day_invention_application: bool | None = fact("有没有同日发明申请", _NOT_THERE, absent=False)
    twin_statement_signed: bool | None = fact("双方是否签署同日申请声明", _NOT_THERE, absent=False)
    invalidation_pending: bool | None = fact("是否在无效程序中", _NOT_THERE, absent=False)
    invalidation_statement_signed: bool | None = fact("双方是否签署无效程序声明", _NOT_THERE, absent=False)
    evaluation_report: Report | None = fact("专利权评价报告", _UNKNOWN)
    tm_status: MarkStatus | None = fact("商标法律状态", _UNKNOWN)
    registration_date: date | None = fact("商标注册日", _UNKNOWN)
    renewal: Renewal | None = fact("商标续展", _NOT_THERE, absent=Renewal.NONE)
    similar_marks: SimilarMarks | None = fact("相同近似商标", _UNKNOWN)
    tm_proceeding_pending: bool | None = fact("有没有撤销或无效程序", _NOT_THERE, absent=False)
    holder_type: HolderType | None = fact("著作权人类型", _UNKNOWN)
    first_publication_date: date | Unpublished | None = fact("首次发表日", _UNKNOWN)
    completion_date: date | None = fact("创作完成日", _UNKNOWN)
    author_death_year: int | Alive | None = fact("作者去世年", _UNKNOWN)
    ownership_dispute: bool | None = fact("有没有权属争议", _NOT_THERE, absent=False)
    registration_certificate: bool | None = fact("有没有登记证书", _NOT_THERE, absent=False)
    entity_status: EntityStatus | None = fact("主体状态", _UNKNOWN)
    bankruptcy: Bankruptcy | None = fact("破产程序", _UNKNOWN)
    debtor_is_pledgor: bool | None = fact("债务人是否就是出质人", "不是", absent=False)
    corporate_resolution: Resolution | None = fact("公司决议", _UNKNOWN)
    judgment_defaulter: bool | None = fact("是否失信被执行人", _NOT_THERE, absent=False)
    serious_dishonest_list: bool | None = fact("是否在严重失信名单", _NOT_THERE, absent=False)
    serious_repairable: bool | None = fact("严重失信能否修复", _UNKNOWN)
    abnormal_list: bool | None = fact("是否在异常名录", _NOT_THERE, absent=False)
    penalties_displayed: Penalties | None = fact("公示中的行政处罚", _UNKNOWN)
    penalty_repairable: bool | None = fact("处罚能否修复", _UNKNOWN)
    cnipa_dishonest: bool | None = fact("有没有知识产权失信记录", _NOT_THERE, absent=False)
    debt_start: date | None = fact("贷款起始日", _UNKNOWN)
    debt_end: date | None = fact("贷款到期日", _UNKNOWN)
    loan_amount: Number | None = fact("贷款金额（元）", _UNKNOWN)
    value_low: Number | None = fact("估值下限（元）", _UNKNOWN)
    value_high: Number | None = fact("估值上限（元）", _UNKNOWN)
    valuation_date: date | None = fact("评估日", _UNKNOWN)
    product: Product | None = fact("银行产品", "没有银行条款")

    def __post_init__(self) -> None:
        _ends_after(self.debt_start, "debt_end", self.debt_end)
        _ends_after(self.filing_date, "grant_announcement_date", self.grant_announcement_date)
        self._fees_within_the_term()
        if isinstance(self.author_death_year, int):
            terms.check_year("author_death_year", self.author_death_year)

    def _fees_within_the_term(self) -> None:
        kind, filed, paid = self.asset_kind, self.filing_date, self.fees_paid_through_year
        if kind is None or kind not in PATENTS or filed is None or paid is None:
            return
        last = patent_years(kind, filed) + -(-self.compensation_days // 365)
        if paid > last:
            problem = f"lies beyond the last patent year, {last}"
            raise BadFact("fees_paid_through_year", str(paid), problem, f"超过最后一个专利年度 {last}")

    @property
    def compensation_days(self) -> int:
        """Days that are added to the term: only what is granted."""
        granted = self.term_compensation_status is Compensation.GRANTED
        return (self.term_compensation_days or 0) if granted else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Facts):
    """质押融资的问题 A question of a bank: one right, or several as `assets`, each with all of its facts."""

    portfolio_mode: Mode | None = fact("多项权利怎么合并", "取可以的部分")
    assets: Mapping[str, Facts] | None = fact("多项权利，各有自己的事实", "只有一项")


# --- Reading ----------------------------------------------------------------------------------------------------------

_A_KIND = re.compile(r"[A-Z]+(_[A-Z]+)*")
_NAMES = frozenset(each.name for each in fields(Facts))


def read_request(given: Any) -> Request:
    """Read a request from parsed JSON; what is stated beside `assets` holds for each of them. Raises BadFact."""
    if not isinstance(given, dict):
        return read_json(Request, given)
    facts = _kind_read(given)
    if "assets" in facts:
        facts["assets"] = _assets(facts["assets"], {name: facts[name] for name in facts if name in _NAMES})
    return read_json(Request, facts)


def _assets(given: Any, shared: Mapping[str, Any]) -> Any:
    if given == {}:
        raise BadFact("assets", "{}", "is empty", "为空")
    if not isinstance(given, dict):
        return given
    return {id: {**shared, **_kind_read(own)} if isinstance(own, dict) else own for id, own in given.items()}


def _kind_read(given: Mapping[str, Any]) -> dict[str, Any]:
    """A kind of right that no rule knows is another kind; it is no mistake."""
    kind = given.get("asset_kind")
    other = isinstance(kind, str) and _A_KIND.fullmatch(kind) is not None and kind not in list(AssetKind)
    return {**given, "asset_kind": AssetKind.OTHER.value} if other else dict(given)
