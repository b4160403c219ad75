"""The questions about one right 权利: consent, kind, and the rules of patents, trademarks and copyright.

    0     授权      may this bank ask at all: the gate, before anything else
    1–6   权属、有效、无质押、可质押、期限、争议      cheapest fatal first
    N     提示      notes, which decide nothing

All questions of a right are asked, so that every reason is listed; the gravest answer counts. Rules whose text nobody
has read (mark U) may only ask a person to decide.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

from lianxin.errors import CalendarMissing
from rules.answer import Answer
from rules.ip_finance import texts
from rules.ip_finance.facts import Consent, Contract, Facts, SimilarMarks, Undrafted
from rules.ip_finance.matter import NO, NOT_APPLICABLE, NOT_YET, REVIEW, YES, Matter
from rules.ip_finance.terms import COPYRIGHTS, PATENTS, AssetKind
from rules.ip_finance.texts import CFG, F, S, U
from rules.law import Citation
from rules.rule import Questions, Rule, Said, rule, says

MISSING_CALENDAR: Final = "CALENDAR_MISSING"
PURPOSE: Final = "ip_pledge"
_ONLY_REVIEWED: Final = frozenset({AssetKind.IC_LAYOUT, AssetKind.DATA_IP})


def said(id: str, answer: Answer) -> Said | None:
    """What a rule says: nothing where it is passed, its own id as the reason where it stands in the way."""
    if answer is YES:
        return None
    return says(NOT_APPLICABLE) if answer is NOT_APPLICABLE else says(answer, id)


def unless(unknown: bool | None, failed: Answer) -> Answer:
    """The answer to "is there something in the way?": not known asks a person, no passes."""
    return REVIEW if unknown is None else failed if unknown else YES


def asked(
    id: str, number: str, question: str, how: str, citations: Sequence[Citation], answers: Sequence[Answer],
    reads: Sequence[str], more: Sequence[str] = (),
) -> Callable[[Callable[[Matter], Answer]], Rule[Matter]]:  # fmt: skip
    """Declare a rule by the answer that it gives; its reason is its own id."""

    def declared(answer: Callable[[Matter], Answer]) -> Rule[Matter]:
        declare = rule(
            id, number, question, how, citations, hit="", miss="可以", answers=answers, codes=(id, *more), reads=reads
        )
        return declare(lambda case: said(id, answer(case)))

    return declared


# --- 授权 -------------------------------------------------------------------------------------------------------------


class Gate(NamedTuple):
    """A request before anything of it is looked at."""

    facts: Facts
    on: date


@rule(
    "G-01", "0", "可以回答这家银行吗？",
    "企业已授权、用途含知识产权质押、查询日不晚于授权最后一天（含当天）；不明的不回答",
    [texts.PLATFORM.at("：没有有效授权不回答", CFG), texts.ZHEJIANG_CREDIT.at("第20条", F)],
    hit="", miss="可以", answers=[NOT_APPLICABLE], codes=["G-01"],
    reads=["facts.consent_status", "facts.consent_scope", "facts.consent_valid_until", "on"],
)  # fmt: skip
def consent(gate: Gate) -> Said | None:
    facts = gate.facts
    granted = facts.consent_status is Consent.GRANTED and PURPOSE in (facts.consent_scope or ())
    lasts = facts.consent_valid_until is not None and gate.on <= facts.consent_valid_until
    return None if granted and lasts else says(NOT_APPLICABLE, "G-01")


OPENING: Final = Questions[Gate]((consent,))


@rule(
    "G-02", "4", "是可以登记质押的知识产权吗？", "专利、商标、著作权可以；布图设计和数据知识产权由人判定；其他不适用",
    [texts.CIVIL_CODE.at("第440条", F), texts.CIVIL_CODE.at("第444条", F)],
    hit="", miss="可以", answers=[REVIEW, NOT_APPLICABLE], codes=["G-02"], reads=["facts.asset_kind"],
)  # fmt: skip
def registrable(case: Matter) -> Said | None:
    kind = case.facts.asset_kind
    if kind in PATENTS or kind in COPYRIGHTS or kind is AssetKind.TRADEMARK:
        return None
    return says(REVIEW if kind in _ONLY_REVIEWED else NOT_APPLICABLE, "G-02")


# --- 专利 -------------------------------------------------------------------------------------------------------------

_OWNERS = ("facts.register_owners", "facts.pledgors")


@asked(
    "P-01", "1a", "出质人都是登记的专利权人吗？", "都在登记簿上；变更登记办理中的，尚未；否则不可以",
    [texts.CNIPA_461.at(texts.refusal(1), S), texts.CIVIL_CODE.at("第440条", F), texts.PATENT_LAW.at("第10条", F)],
    [NOT_YET, NO, REVIEW], [*_OWNERS, "facts.owner_recordal_pending"],
)  # fmt: skip
def p_01(case: Matter) -> Answer:
    return case.ownership


@asked(
    "P-02", "1b", "其他共有人都同意吗？",
    "都同意或另有约定；缺同意的，尚未；有人不同意的，不可以；单独所有或都出质的不问",
    [texts.CNIPA_461.at("第4条", F), texts.PATENT_LAW.at("第14条", F), texts.CNIPA_461.at(texts.refusal(8), S)],
    [NOT_YET, NO, REVIEW], [*_OWNERS, "facts.co_owner_consent"],
)  # fmt: skip
def p_02(case: Matter) -> Answer:
    return case.co_owners


@asked(
    "P-03", "2a", "已经授权公告了吗？", "授权公告日不晚于查询日；申请中的，尚未；驳回、撤回的，不可以",
    [texts.PATENT_LAW.at("第39条至第40条", F), texts.CNIPA_461.at(texts.refusal(3), S)],
    [NOT_YET, NO, REVIEW], ["facts.legal_status", "facts.grant_announcement_date", "on"],
)  # fmt: skip
def p_03(case: Matter) -> Answer:
    return case.granted


@asked(
    "P-04", "2b", "专利权还在吗？", "没有期满、放弃、宣告无效；部分无效的由人判定",
    [texts.PATENT_LAW.at("第42条、第44条、第47条", F), texts.CNIPA_461.at(texts.refusal(2), S)],
    [NO, REVIEW], ["facts.legal_status", "facts.filing_date", "last_day", "on"],
)  # fmt: skip
def p_04(case: Matter) -> Answer:
    return case.alive


@rule(
    "P-05", "2c", "年费按规定缴了吗？",
    "查询日不晚于下一年度应缴日（遇休息日顺延）；滞纳期内尚未；之后按终止通知：没有通知由人判定，收到两个月内尚未，再后不可以",
    [
        texts.PATENT_RULES.at("第115条", F), texts.PATENT_RULES.at("第5条、第6条", F),
        texts.CNIPA_461.at(texts.refusal(4), S),
    ],
    hit="", miss="可以", answers=[NOT_YET, NO, REVIEW], codes=["P-05", MISSING_CALENDAR],
    reads=["facts.filing_date", "facts.fees_paid_through_year", "fee_due", "facts.termination_notice_received", "on"],
)  # fmt: skip
def p_05(case: Matter) -> Said | None:
    if case.granted is not YES or case.alive not in (YES, REVIEW):
        return says(NOT_APPLICABLE)
    try:
        return said("P-05", case.fees)
    except CalendarMissing:
        return says(REVIEW, "P-05", MISSING_CALENDAR)


@asked(
    "P-09", "3a", "没有登记在先的质押吗？", "登记日不晚于查询日、还没有注销的质押不能有；债务还清而没有注销的也算",
    [texts.CNIPA_461.at(texts.refusal(9), S)], [NOT_YET, REVIEW], ["pledged", "on"],
)  # fmt: skip
def p_09(case: Matter) -> Answer:
    return unless(case.pledged, NOT_YET)


@asked(
    "P-08", "4a", "合同具备必备条款吗？", "齐全的可以，不全的尚未；有流质条款的由人判定；还没有起草的不问",
    [texts.CNIPA_461.at(texts.refusal(7), S), texts.CIVIL_CODE.at("第427条、第428条", F)],
    [NOT_YET, REVIEW], ["facts.contract"],
)  # fmt: skip
def p_08(case: Matter) -> Answer:
    contract = case.facts.contract
    if contract is Undrafted.NOT_DRAFTED:
        return NOT_APPLICABLE
    if not isinstance(contract, Contract) or contract.required_items_complete is None:
        return REVIEW
    return unless(contract.forfeiture_clause, REVIEW) if contract.required_items_complete else NOT_YET


@asked(
    "P-10", "4b", "实用新型没有同日发明申请，或双方已声明吗？",
    "有同日发明申请的，双方知情并仍同意的可以（提示），否则由人判定",
    [texts.CNIPA_461.at(texts.refusal(10), S), texts.PATENT_RULES.at("第47条", F)],
    [REVIEW], ["facts.asset_kind", "facts.same_day_invention_application", "facts.twin_statement_signed"],
)  # fmt: skip
def p_10(case: Matter) -> Answer:
    if case.facts.asset_kind is not AssetKind.UTILITY_MODEL:
        return NOT_APPLICABLE
    twin = case.facts.same_day_invention_application
    return YES if twin and case.facts.twin_statement_signed else unless(twin, REVIEW)


@asked(
    "P-12", "4c", "没有降低价值的许可吗？", "没有许可或只有普通许可（提示）；开放、排他、独占许可由人判定",
    [
        texts.PATENT_LAW.at("：已有许可是否影响质押登记（没有读到）", U), texts.PATENT_LAW.at("第51条", F),
        texts.CIVIL_CODE.at("第444条", F),
    ],
    [REVIEW], ["facts.licences"],
)  # fmt: skip
def p_12(case: Matter) -> Answer:
    return case.licensed


@asked(
    "P-07", "5a", "贷款在专利权期限内到期吗？", "到期日不晚于专利权最后一天（含当天）；期限补偿未决定而超出的由人判定",
    [
        texts.CNIPA_461.at(texts.refusal(6), S), texts.PATENT_LAW.at("第42条", F), texts.CIVIL_CODE.at("第1259条", F),
        texts.GUIDELINES.at("：最后一天是申请日对应日的前一天", U),
    ],
    [NO, REVIEW], ["facts.debt_end", "last_day", "facts.term_compensation_status"],
)  # fmt: skip
def p_07(case: Matter) -> Answer:
    return case.patent_covers_debt if case.granted is YES and not case.run_out else NOT_APPLICABLE


@asked(
    "P-06", "6a", "没有中止和财产保全吗？", "权属中止一年、保全六个月（均含最后一天）内，尚未；已解除的当天起可以",
    [
        texts.PATENT_RULES.at("第103条至第105条", F), texts.SPC_PATENT.at("第13条", F),
        texts.CNIPA_461.at(texts.refusal(5), S),
    ],
    [NOT_YET, REVIEW], ["suspended", "suspension_last_day", "preserved", "preservation_last_day", "on"],
)  # fmt: skip
def p_06(case: Matter) -> Answer:
    held = {case.suspended, case.preserved}
    return NOT_YET if True in held else REVIEW if None in held else YES


@asked(
    "P-11", "6b", "没有无效宣告程序，或双方已声明吗？",
    "双方知情并仍同意的可以（提示），否则由人判定；2021年11月15日以前，尚未",
    [texts.CNIPA_461.at(texts.refusal(11), S)],
    [NOT_YET, REVIEW], ["facts.invalidation_pending", "facts.invalidation_statement_signed", "on"],
)  # fmt: skip
def p_11(case: Matter) -> Answer:
    pending = case.facts.invalidation_pending
    if not pending:
        return unless(pending, NOT_YET)
    if not texts.CNIPA_461.in_force(case.on):
        return NOT_YET
    return YES if case.facts.invalidation_statement_signed else REVIEW


# --- 商标 -------------------------------------------------------------------------------------------------------------


@asked(
    "T-01", "1a", "出质人都是登记的商标注册人吗？", "都在登记簿上；变更登记办理中的，尚未；否则不可以",
    [texts.CIVIL_CODE.at("第440条", F)], [NOT_YET, NO, REVIEW], [*_OWNERS, "facts.owner_recordal_pending"],
)  # fmt: skip
def t_01(case: Matter) -> Answer:
    return case.ownership


@asked(
    "T-02", "1b", "其他共有人都同意吗？", "都同意或另有约定；否则由人判定；单独所有或都出质的不问",
    [texts.TRADEMARK_2020.at("：共有人同意（没有读到）", U)], [REVIEW], [*_OWNERS, "facts.co_owner_consent"],
)  # fmt: skip
def t_02(case: Matter) -> Answer:
    return REVIEW if case.co_owners in (NO, NOT_YET) else case.co_owners


@asked(
    "T-00", "2a", "查询日适用我们读过的商标法吗？",
    "2026年12月31日以前（含当天）；新商标法自2027年1月1日施行，没有读到，由人判定",
    [texts.TRADEMARK_LAW.at("：修订后的商标法自2027年1月1日施行", S)], [REVIEW], ["on"],
)  # fmt: skip
def t_00(case: Matter) -> Answer:
    last = texts.TRADEMARK_LAW.last_day
    assert last is not None, "the text that was read has its last day"
    return YES if case.on <= last else REVIEW


@rule(
    "T-03", "2b", "商标已注册并有效吗？",
    "查询日不晚于最后一天；申请中、宽展期内、续展待核准的，尚未；此后或被撤销、无效的，不可以",
    [
        texts.TRADEMARK_LAW.at("第39条至第40条", F), texts.TRADEMARK_LAW.at("第44条、第45条、第49条", F),
        texts.TRADEMARK_RULES.at("第12条", F),
    ],
    hit="", miss="可以", answers=[NOT_YET, NO, REVIEW], codes=["T-03", MISSING_CALENDAR],
    reads=["facts.tm_status", "facts.registration_date", "last_day", "facts.renewal", "on"],
)  # fmt: skip
def t_03(case: Matter) -> Said | None:
    try:
        return said("T-03", case.mark_valid)
    except CalendarMissing:
        return says(REVIEW, "T-03", MISSING_CALENDAR)


@asked(
    "T-07", "3a", "没有登记在先的质押吗？", "登记日不晚于查询日、还没有注销的质押，由人判定",
    [texts.TRADEMARK_2020.at("：重复质押（没有读到）", U)], [REVIEW], ["pledged", "on"],
)  # fmt: skip
def t_07(case: Matter) -> Answer:
    return unless(case.pledged, REVIEW)


@asked(
    "T-05", "4a", "相同近似商标一并质押了吗？", "没有，或者全部一并质押；没有一并的，尚未",
    [texts.TRADEMARK_2009.at("第3条", S), texts.TRADEMARK_2020.at("：一并质押（没有读到）", U)],
    [NOT_YET, REVIEW], ["facts.similar_marks"],
)  # fmt: skip
def t_05(case: Matter) -> Answer:
    similar = case.facts.similar_marks
    if not isinstance(similar, SimilarMarks):
        return REVIEW
    if not similar.exist:
        return unless(similar.exist, NOT_YET)
    return REVIEW if similar.all_included is None else YES if similar.all_included else NOT_YET


@asked(
    "T-04", "5a", "贷款在商标有效期内到期吗？",
    "到期日不晚于最后一天（含当天）；超出的可以续展，由人判定；商标无效的不问",
    [texts.TRADEMARK_2020.at("：质押期限与有效期（没有读到）", U)], [REVIEW], ["facts.debt_end", "last_day"],
)  # fmt: skip
def t_04(case: Matter) -> Answer:
    try:
        if case.mark_valid in (NO, NOT_YET):
            return NOT_APPLICABLE
    except CalendarMissing:
        pass  # T-03 asks a person, so this is asked too
    return YES if case.debt_within else REVIEW


@asked(
    "T-06", "6a", "没有财产保全吗？", "保全一年（含最后一天）内，尚未；期满没有续行或已解除的可以",
    [texts.SPC_TRADEMARK.at("第1条至第2条", F)], [NOT_YET, REVIEW], ["preserved", "preservation_last_day", "on"],
)  # fmt: skip
def t_06(case: Matter) -> Answer:
    return unless(case.preserved, NOT_YET)


@asked(
    "T-08", "6b", "没有撤销或无效程序吗？", "有的由人判定",
    [texts.TRADEMARK_2020.at("：撤销、无效程序（没有读到）", U), texts.TRADEMARK_LAW.at("第44条、第49条", F)],
    [REVIEW], ["facts.tm_proceeding_pending"],
)  # fmt: skip
def t_08(case: Matter) -> Answer:
    return unless(case.facts.tm_proceeding_pending, REVIEW)


# --- 著作权 -----------------------------------------------------------------------------------------------------------


@asked(
    "C-01", "1a", "出质人都是著作权人吗？", "都是登记的权利人；变更办理中的，尚未；否则不可以",
    [texts.COPYRIGHT_8.at("不予登记：不是权利人", S), texts.CIVIL_CODE.at("第440条", F)],
    [NOT_YET, NO, REVIEW], [*_OWNERS, "facts.owner_recordal_pending"],
)  # fmt: skip
def c_01(case: Matter) -> Answer:
    return case.ownership


@asked(
    "C-02", "1b", "其他共有人都同意吗？",
    "都同意或另有约定；缺同意的，尚未；有人不同意的，不可以；单独所有或都出质的不问",
    [texts.COPYRIGHT_8.at("第3条", F), texts.COPYRIGHT_LAW.at("第14条", F)],
    [NOT_YET, NO, REVIEW], [*_OWNERS, "facts.co_owner_consent"],
)  # fmt: skip
def c_02(case: Matter) -> Answer:
    return case.co_owners


@asked(
    "C-09", "1c", "有权属证明吗？", "有登记证书；没有的凭其他证据，由人判定",
    [texts.SOFTWARE_RULES.at("：没有证书时的证据（没有读到）", U), texts.SOFTWARE_RULES.at("第7条", F)],
    [REVIEW], ["facts.registration_certificate"],
)  # fmt: skip
def c_09(case: Matter) -> Answer:
    return YES if case.facts.registration_certificate else REVIEW


@asked(
    "C-03", "2a", "还在保护期内吗？", "查询日不晚于保护期最后一年的12月31日；作者在世的可以",
    [
        texts.COPYRIGHT_LAW.at("第23条", F), texts.SOFTWARE_RULES.at("第14条", F),
        texts.COPYRIGHT_8.at("不予登记：保护期已过", S),
    ],
    [NO, REVIEW], ["facts.holder_type", "last_day", "on"],
)  # fmt: skip
def c_03(case: Matter) -> Answer:
    if case.last_day is None:
        return YES if case.never_ends else REVIEW
    return YES if case.on <= case.last_day else NO


@asked(
    "C-07", "3a", "没有登记在先的质押吗？", "登记日不晚于查询日、还没有注销的质押，由人判定",
    [texts.COPYRIGHT_8.at("：重复质押（没有读到）", U)], [REVIEW], ["pledged", "on"],
)  # fmt: skip
def c_07(case: Matter) -> Answer:
    return unless(case.pledged, REVIEW)


@asked(
    "C-06", "4a", "合同合法并齐全吗？", "齐全并且不违反强制性规定；否则尚未；还没有起草的不问",
    [texts.COPYRIGHT_8.at("不予登记：合同违反强制性规定", S)], [NOT_YET, REVIEW], ["facts.contract"],
)  # fmt: skip
def c_06(case: Matter) -> Answer:
    contract = case.facts.contract
    if contract is Undrafted.NOT_DRAFTED:
        return NOT_APPLICABLE
    if not isinstance(contract, Contract):
        return REVIEW
    sound = {contract.required_items_complete, None if (bad := contract.breaks_mandatory_law) is None else not bad}
    return NOT_YET if False in sound else REVIEW if None in sound else YES


@asked(
    "C-08", "4b", "已有许可都披露、没有独占的吗？", "没有许可或只有普通许可（提示）；其他由人判定",
    [texts.COPYRIGHT_8.at("：独占许可是否影响登记（没有读到）", U), texts.COPYRIGHT_8.at("第6条", F)],
    [REVIEW], ["facts.licences"],
)  # fmt: skip
def c_08(case: Matter) -> Answer:
    return case.licensed


@asked(
    "C-04", "5a", "贷款在保护期内到期吗？", "到期日不晚于保护期最后一天（含当天）；已过保护期的不问",
    [texts.COPYRIGHT_8.at("不予登记：债务期限超过保护期", S)], [NO, REVIEW], ["facts.debt_end", "last_day"],
)  # fmt: skip
def c_04(case: Matter) -> Answer:
    if case.last_day is not None and case.on > case.last_day:
        return NOT_APPLICABLE
    within = case.debt_within
    return REVIEW if within is None else YES if within else NO


@asked(
    "C-05", "6a", "没有权属争议吗？", "有争议的，尚未",
    [texts.COPYRIGHT_8.at("不予登记：权属有争议", S)], [NOT_YET, REVIEW], ["facts.ownership_dispute"],
)  # fmt: skip
def c_05(case: Matter) -> Answer:
    return unless(case.facts.ownership_dispute, NOT_YET)


@asked(
    "C-10", "6b", "没有财产保全吗？", "有保全记录、还没有解除的，由人判定",
    [texts.COPYRIGHT_8.at("：财产保全（没有读到）", U)], [REVIEW], ["preserved", "on"],
)  # fmt: skip
def c_10(case: Matter) -> Answer:
    return unless(case.preserved, REVIEW)


# --- 提示 -------------------------------------------------------------------------------------------------------------


@rule(
    "W-TWIN", "N1", "有同日发明申请、双方已声明吗？", "发明授权公告之日，实用新型终止",
    [texts.PATENT_RULES.at("第47条", F)], codes=["W-TWIN"],
    reads=["facts.same_day_invention_application", "facts.twin_statement_signed"],
)  # fmt: skip
def w_twin(case: Matter) -> Said | None:
    twin = case.facts.same_day_invention_application and case.facts.twin_statement_signed
    return says(YES, "W-TWIN") if twin and case.facts.asset_kind is AssetKind.UTILITY_MODEL else None


@rule(
    "W-INVALIDATION", "N2", "在无效程序中、双方已声明吗？",
    "宣告无效的，视为自始不存在", [texts.PATENT_LAW.at("第47条", F)],
    codes=["W-INVALIDATION"], reads=["facts.invalidation_pending", "facts.invalidation_statement_signed"],
)  # fmt: skip
def w_invalidation(case: Matter) -> Said | None:
    signed = case.facts.invalidation_pending and case.facts.invalidation_statement_signed
    return says(YES, "W-INVALIDATION") if signed and texts.CNIPA_461.in_force(case.on) else None


@rule(
    "W-LICENCE", "N3", "有普通许可吗？",
    "普通许可不妨碍质押，质押后再许可须双方协商", [texts.CIVIL_CODE.at("第444条", F)],
    codes=["W-LICENCE"], reads=["facts.licences"],
)  # fmt: skip
def w_licence(case: Matter) -> Said | None:
    return says(YES, "W-LICENCE") if case.facts.licences and case.licensed is YES else None


PATENT_RULES: Final = (p_01, p_02, p_03, p_04, p_05, p_09, p_08, p_10, p_12, p_07, p_06, p_11)
TRADEMARK_RULES: Final = (t_01, t_02, t_00, t_03, t_07, t_05, t_04, t_06, t_08)
COPYRIGHT_RULES: Final = (c_01, c_02, c_09, c_03, c_07, c_06, c_08, c_04, c_05, c_10)
