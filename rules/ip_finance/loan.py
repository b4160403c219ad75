"""The questions about the borrower and the loan: 经营, 信用, and the bank's own terms 银行条款.

7     经营      law: can the pledgor act
8     信用      the bank's policy, never shown as law
5, 9  银行条款   terms of the bank's product; a term that is missed asks a person, one that is set as hard refuses
N     提示      notes, which decide nothing
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

from rules.answer import Answer
from rules.calendar import months_after
from rules.ip_finance import texts
from rules.ip_finance.facts import BankRule, Bankruptcy, EntityStatus, Facts, Penalties, Product, Report, Resolution
from rules.ip_finance.matter import NO, NOT_APPLICABLE, NOT_YET, REVIEW, YES, Matter
from rules.ip_finance.questions import said, unless
from rules.ip_finance.terms import AssetKind
from rules.ip_finance.texts import CFG, F
from rules.law import Citation
from rules.rule import Rule, Said, rule, says

_NATURAL_PERSON: Final = "NP-"
_HARMLESS: Final = frozenset({Penalties.NONE, Penalties.MINOR})


@dataclass(frozen=True, eq=False)
class Loan:
    """A borrower and a loan on a day. `facts`: what is stated of them. `asset`: the only right; None for several.

    `eligible`: the rights that its cap may count. `partial`: some rights of several are left out.
    """

    facts: Facts
    on: date
    asset: Matter | None
    eligible: tuple[Matter, ...]
    partial: bool

    @property
    def product(self) -> Product | None:
        return self.facts.product

    @property
    def last_day(self) -> date | None:
        """The last day of the only right."""
        return None if self.asset is None else self.asset.last_day

    @property
    def _caps(self) -> Mapping[AssetKind, Decimal]:
        return {} if self.product is None else self.product.ltv_caps or {}

    @cached_property
    def cap(self) -> Decimal | None:
        """质押上限 What the bank's caps allow over the eligible rights; None: not known."""
        total = Decimal(0)
        for matter in self.eligible:
            kind, value = matter.facts.asset_kind, matter.facts.value_low
            cap = None if kind is None else self._caps.get(kind)
            if cap is None or value is None:
                return None
            total += cap * value
        return total


def _asked(
    id: str, number: str, question: str, how: str, citations: Sequence[Citation], answers: Sequence[Answer],
    reads: Sequence[str],
) -> Callable[[Callable[[Loan], Answer]], Rule[Loan]]:  # fmt: skip
    def declared(answer: Callable[[Loan], Answer]) -> Rule[Loan]:
        declare = rule(
            id, number, question, how, citations, hit="", miss="可以", answers=answers, codes=(id,), reads=reads
        )
        return declare(lambda case: said(id, answer(case)))

    return declared


# --- 经营 -------------------------------------------------------------------------------------------------------------


@_asked(
    "B-01", "7a", "出质人能行为吗？", "存续的可以；吊销、注销的不可以",
    [texts.CIVIL_CODE.at("第68条、第69条、第72条", F)], [NO, REVIEW], ["facts.entity_status"],
)  # fmt: skip
def b_01(case: Loan) -> Answer:
    status = case.facts.entity_status
    return unless(None if status is None else status is not EntityStatus.OPERATING, NO)


@_asked(
    "B-02", "7b", "没有破产程序吗？", "没有的可以；已受理的不可以；重整期间为新借款担保的由人判定",
    [texts.BANKRUPTCY_LAW.at("第31条、第75条", F)], [NO, REVIEW], ["facts.bankruptcy"],
)  # fmt: skip
def b_02(case: Loan) -> Answer:
    stage = case.facts.bankruptcy
    return YES if stage is Bankruptcy.NONE else NO if stage is Bankruptcy.ACCEPTED else REVIEW


@_asked(
    "B-03", "7c", "为他人债务出质，有公司决议吗？", "有决议；没有的尚未；为自己的债务、出质人是自然人的不问",
    [texts.COMPANY_LAW.at("第15条", F), texts.SPC_GUARANTEE.at("第7条至第8条", F)],
    [NOT_YET, REVIEW], ["facts.debtor_is_pledgor", "facts.corporate_resolution", "facts.pledgors"],
)  # fmt: skip
def b_03(case: Loan) -> Answer:
    own, pledgors = case.facts.debtor_is_pledgor, case.facts.pledgors
    if own or (pledgors and all(each.startswith(_NATURAL_PERSON) for each in pledgors)):
        return NOT_APPLICABLE
    resolution = case.facts.corporate_resolution
    if own is None or resolution is None:
        return REVIEW
    return YES if resolution is Resolution.YES else NOT_YET


# --- 信用：银行政策 ---------------------------------------------------------------------------------------------------

_POLICY: Final = texts.BANK.at("：信用红线是银行政策，不是法律", CFG)


@_asked(
    "B-04", "8a", "不是失信被执行人吗？", "在名单上的，尚未；只能由执行法院删除",
    [_POLICY, texts.COURT_LIST.at("：金融机构依法依规限制", F)], [NOT_YET, REVIEW], ["facts.judgment_defaulter"],
)  # fmt: skip
def b_04(case: Loan) -> Answer:
    return unless(case.facts.judgment_defaulter, NOT_YET)


@_asked(
    "B-05", "8b", "不在严重失信主体名单上吗？", "在名单上的，尚未；依法不能修复的，不可以",
    [_POLICY], [NOT_YET, NO, REVIEW], ["facts.serious_dishonest_list", "facts.serious_repairable"],
)  # fmt: skip
def b_05(case: Loan) -> Answer:
    return unless(case.facts.serious_dishonest_list, NO if case.facts.serious_repairable is False else NOT_YET)


@_asked("B-06", "8c", "不在经营异常名录上吗？", "在名录上的由人判定", [_POLICY], [REVIEW], ["facts.abnormal_list"])
def b_06(case: Loan) -> Answer:
    return unless(case.facts.abnormal_list, REVIEW)


@_asked(
    "B-07", "8d", "没有公示中的行政处罚吗？", "没有或只有轻微的可以；一般、严重的由人判定",
    [_POLICY], [REVIEW], ["facts.penalties_displayed", "facts.penalty_repairable"],
)  # fmt: skip
def b_07(case: Loan) -> Answer:
    return YES if case.facts.penalties_displayed in _HARMLESS else REVIEW


@_asked(
    "B-08", "8e", "没有知识产权失信记录吗？", "有记录的由人判定；不能用承诺方式办理",
    [_POLICY], [REVIEW], ["facts.cnipa_dishonest"],
)  # fmt: skip
def b_08(case: Loan) -> Answer:
    return unless(case.facts.cnipa_dishonest, REVIEW)


def repairable(facts: Facts, id: str) -> bool:
    """Whether a reason is a credit record that is known and can be repaired."""
    return {
        "B-04": facts.judgment_defaulter is True,
        "B-05": facts.serious_dishonest_list is True and facts.serious_repairable is True,
        "B-06": facts.abnormal_list is True,
        "B-07": facts.penalties_displayed is not None and facts.penalty_repairable is True,
        "B-08": facts.cnipa_dishonest is True,
    }.get(id, False)


# --- 银行条款 ---------------------------------------------------------------------------------------------------------

_TERMS: Final = texts.BANK.at("：该银行产品条款", CFG)


def _term(case: Loan, term: BankRule, met: bool | None) -> Answer:
    """What a term of the bank says: a missed one refuses only where the bank set it as hard."""
    if met is None:
        return REVIEW
    hard = case.product is not None and term in case.product.hard
    return YES if met else NO if hard else REVIEW


@_asked(
    "K-01", "5b", "贷款到期后还剩足够的期限吗？", "到期日加规定月数不晚于权利最后一天（含当天）；几项权利时不问",
    [_TERMS], [REVIEW, NO], ["facts.debt_end", "last_day", "product"],
)  # fmt: skip
def k_01(case: Loan) -> Answer:
    if case.product is None or case.asset is None or case.product.min_months_after_debt_end is None:
        return NOT_APPLICABLE
    end, last = case.facts.debt_end, case.asset.last_day
    if end is None or (last is None and not case.asset.never_ends):
        return REVIEW
    needed = months_after(end, case.product.min_months_after_debt_end)
    return _term(case, BankRule.K_01, last is None or needed <= last)


@_asked(
    "K-02", "5c", "贷款期限在产品期限内吗？", "到期日不晚于起始日加最长月数（含当天）；几项权利时不问",
    [_TERMS], [REVIEW, NO], ["facts.debt_start", "facts.debt_end", "product"],
)  # fmt: skip
def k_02(case: Loan) -> Answer:
    if case.product is None or case.asset is None or case.product.max_term_months is None:
        return NOT_APPLICABLE
    start, end = case.facts.debt_start, case.facts.debt_end
    met = None if start is None or end is None else end <= months_after(start, case.product.max_term_months)
    return _term(case, BankRule.K_02, met)


@_asked(
    "K-03", "9a", "贷款在内部评估额度内吗？", "贷款金额不超过内部评估的最高额；几项权利时不问",
    [_TERMS], [REVIEW, NO], ["facts.loan_amount", "product"],
)  # fmt: skip
def k_03(case: Loan) -> Answer:
    if case.product is None or case.asset is None or case.product.internal_valuation_max is None:
        return NOT_APPLICABLE
    amount = case.facts.loan_amount
    return _term(case, BankRule.K_03, None if amount is None else amount <= case.product.internal_valuation_max)


@_asked(
    "K-04", "9b", "贷款在质押率上限内吗？",
    "贷款金额不超过质押率乘估值下限，几项权利时把可以的加总；没有上限的种类由人判定",
    [_TERMS], [REVIEW, NO], ["facts.loan_amount", "cap"],
)  # fmt: skip
def k_04(case: Loan) -> Answer:
    if case.product is None or not case.eligible:
        return NOT_APPLICABLE
    amount, cap = case.facts.loan_amount, case.cap
    return _term(case, BankRule.K_04, None if amount is None or cap is None else amount <= cap)


@_asked(
    "K-05", "9c", "有肯定的评价报告吗？", "产品要求的种类须有肯定的专利权评价报告；其他种类、几项权利时不问",
    [_TERMS], [REVIEW, NO], ["facts.evaluation_report", "product"],
)  # fmt: skip
def k_05(case: Loan) -> Answer:
    product, asset = case.product, case.asset
    if product is None or asset is None or asset.facts.asset_kind not in product.evaluation_report_for:
        return NOT_APPLICABLE
    report = asset.facts.evaluation_report
    return _term(case, BankRule.K_05, None if report is None else report is Report.POSITIVE)


@_asked(
    "K-06", "9d", "评估还新吗？", "查询日不晚于评估日加规定月数（含当天）；几项权利时不问",
    [_TERMS], [REVIEW, NO],
    ["facts.valuation_date", "facts.value_low", "product", "on"],
)  # fmt: skip
def k_06(case: Loan) -> Answer:
    if case.product is None or case.asset is None or case.product.valuation_max_age_months is None:
        return NOT_APPLICABLE
    valued, value = case.facts.valuation_date, case.facts.value_low
    if valued is None or value is None:
        return REVIEW
    return _term(case, BankRule.K_06, case.on <= months_after(valued, case.product.valuation_max_age_months))


# --- 提示 -------------------------------------------------------------------------------------------------------------


@rule(
    "W-PARTIAL", "N4", "只有一部分权利可以质押吗？", "不可以的逐项写明理由，不计入上限",
    [texts.PLATFORM.at("：几项权利取可以的部分", CFG)], codes=["W-PARTIAL"], reads=["partial"],
)  # fmt: skip
def w_partial(case: Loan) -> Said | None:
    return says(YES, "W-PARTIAL") if case.partial else None


LOAN_RULES: Final = (b_01, b_02, b_03, k_01, k_02, b_04, b_05, b_06, b_07, b_08, k_03, k_04, k_05, k_06)
