"""The questions of credit repair 信用修复 in their order, each with its citation and how that was read.

    1–3   opening: questions of every record, before any rule set applies
    4–10  one rule set: published, repairable, stopping by itself, over, conditions, doubts, yes
    G, P  gravity, start day and period: what the questions rest on
    N     notes, which decide nothing
    T     change of rules

Which questions a rule set has stands in sets.py.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rules.answer import Answer, Way
from rules.credit_repair import texts
from rules.credit_repair.facts import Bankruptcy, Kind, Known, Sector, System
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.matter import FOOD_DRUG_EQUIPMENT, TAX_CURED_DAYS, Matter, Values
from rules.law import Citation, ReadingMark
from rules.rule import Failed, Questions, Rule, RuleSet, Said, Shown, When, rule, says

F, S, X, U, CFG = (
    ReadingMark.READ, ReadingMark.SECONDARY, ReadingMark.FRAGMENT, ReadingMark.UNVERIFIED, ReadingMark.SETTING,
)  # fmt: skip
YES, NOT_YET, NO, REVIEW, NOT_APPLICABLE = Answer
PUBLISHED_ON: Final = "MISSING_FACT:published_on"


def _unread(subject: str) -> tuple[Citation, ...]:
    """Citations of the other rule sets for what only Order 36 was seen to say."""
    others = (texts.NDRC_58, texts.SAMR_107, texts.SAMR_2021)
    return tuple(text.at(f"{subject}（没有读到）", U) for text in others)


# --- 1–3: every record ------------------------------------------------------------------------------------------------


class Opening(NamedTuple):
    """A record before any rule set is applied. `chosen`: the set of the day that counts, None where none is loaded."""

    known: Known
    chosen: RuleSet[Matter] | None

    @property
    def kind(self) -> Kind:
        return self.known.facts.kind

    @property
    def system(self) -> System:
        return self.known.facts.authority_system

    @property
    def ruleset(self) -> str | None:
        return None if self.chosen is None else self.chosen.id


@rule(
    "CR-01", "1", "处罚决定被撤销或变更了吗？", "查询日或以前已撤销、变更的，办更正，不办修复",
    [texts.NONE_FOUND.at("：决定不再存在，应更正而非修复", U)],
    hit="已撤销", miss="没有", answers=[NOT_APPLICABLE], codes=["PENALTY_REVOKED"],
    reads=["known.facts.decision_revoked_on"],
)  # fmt: skip
def revoked(case: Opening) -> Said | None:
    return says(NOT_APPLICABLE, "PENALTY_REVOKED") if case.known.revoked else None


@rule(
    "CR-02", "2", "已经修复过了吗？", "查询日或以前已修复的，不再申请；别处的副本另行跟踪",
    [texts.NOTICE_33.at("修复结果互认", S), texts.NDRC_36.at("第3条", F)],
    hit="已修复", miss="没有", answers=[NOT_APPLICABLE], codes=["ALREADY_REPAIRED"],
    reads=["known.facts.repaired_on", "known.facts.repaired_through"],
)  # fmt: skip
def repaired(case: Opening) -> Said | None:
    return says(NOT_APPLICABLE, "ALREADY_REPAIRED") if case.known.repaired else None


@rule(
    "CR-03A", "3a", "纳税失信已经及时纠正了吗？", "规定天数内纠正的，分值自动恢复，无须申请",
    [texts.TAX_12.at("及时纠正", S)],
    hit="已及时纠正", miss="不是，或没有及时纠正", answers=[NOT_APPLICABLE], codes=["AUTO_NO_APPLICATION"],
    reads=["kind", "known.facts.tax_cured_within_days"],
)  # fmt: skip
def tax_cured(case: Opening) -> Said | None:
    days = case.known.facts.tax_cured_within_days
    if case.system is not System.TAX or days is None:
        return None
    # The way out is the same on every day; before the announcement its first number stands in, shown as to confirm.
    allowed = TAX_CURED_DAYS.on(max(case.known.on, TAX_CURED_DAYS.versions[0].first_day))
    return says(NOT_APPLICABLE, "AUTO_NO_APPLICATION") if days <= allowed else None


@rule(
    "CR-03B", "3b", "是纳税信用吗？", "纳税信用由税务机关修复", [texts.TAX_12.at("修复机关", S)],
    hit="是，找税务机关", miss="不是", answers=[NOT_APPLICABLE], codes=["WRONG_CHANNEL"], reads=["kind", "system"],
)  # fmt: skip
def tax_channel(case: Opening) -> Said | None:
    return says(NOT_APPLICABLE, "WRONG_CHANNEL") if case.system is System.TAX else None


@rule(
    "CR-03C", "3c", "是失信被执行人吗？", "失信被执行人信息只能由执行法院删除", [texts.COURT.at("信息删除", U)],
    hit="是，找执行法院", miss="不是", answers=[NOT_APPLICABLE], codes=["WRONG_CHANNEL"], reads=["kind", "system"],
)  # fmt: skip
def court_channel(case: Opening) -> Said | None:
    return says(NOT_APPLICABLE, "WRONG_CHANNEL") if case.system is System.COURT else None


@rule(
    "CR-03D", "3d", "这一天有可用的规则吗？", "按申请提交日（没有申请则按查询日）选规则集；没有载入的由人判定",
    [texts.PLATFORM.at("：只使用已载入的规则", CFG)],
    hit="没有载入", miss="有", answers=[REVIEW], codes=["RULES_NOT_LOADED"],
    reads=["ruleset", "known.filed_on", "known.on", "kind", "system"],
)  # fmt: skip
def not_loaded(case: Opening) -> Said | None:
    return says(REVIEW, "RULES_NOT_LOADED") if case.chosen is None else None


def _another_channel(case: Opening) -> bool:
    system = case.known.facts.authority_system
    return system is System.TAX or system is System.COURT


OPENING: Final = Questions[Opening](
    (revoked, repaired, When(_another_channel, (tax_cured, tax_channel, court_channel)), not_loaded)
)


# --- 4–6 --------------------------------------------------------------------------------------------------------------


@rule(
    "CR-04", "4", "公示了吗？", "没有公示的，没有可以停止公示的内容",
    [
        texts.NDRC_36.at("第二章 轻微失信信息原则上不公示", F), texts.SAMR_45.at("第2条", F),
        texts.SAMR_107.at("仅警告的不公示", S), texts.NDRC_58.at("第1条至第3条", F),
    ],
    hit="没有公示", miss="公示中", answers=[NOT_APPLICABLE], codes=["NOT_PUBLISHED"], reads=["published"],
)  # fmt: skip
def not_published(case: Matter) -> Said | None:
    return None if case.published else says(NOT_APPLICABLE, "NOT_PUBLISHED")


@rule(
    "CR-T0", "4t", "申请是在旧规则下提交、到新规则施行还没有决定吗？", "适用提交时的规则还是新规则，没有读到过渡条款",
    [texts.NONE_FOUND.at("：没有读到过渡条款", U)],
    hit="是", miss="不是", answers=[REVIEW], codes=["TRANSITION_UNVERIFIED"], reads=["known.filed_on", "on"],
)  # fmt: skip
def filed_under_older(case: Matter) -> Said | None:
    return says(REVIEW, "TRANSITION_UNVERIFIED") if case.law_changed else None


@rule(
    "CR-05", "5", "法律写明不能修复吗？",
    "法律、法规或中央政策文件明确不可修复的，不可以；最长公示期满以后是否停止没有读到",
    [
        texts.NDRC_36.at("第2条", F), texts.NDRC_58.at("第1条至第3条", F), *_unread("不可修复的例外")[1:],
    ],
    hit="写明不能", miss="没有", answers=[NO, REVIEW], codes=["NON_REPAIRABLE_BY_LAW"],
    reads=["facts.non_repairable_basis", "last_day", "on"],
)  # fmt: skip
def non_repairable(case: Matter) -> Said | None:
    if case.facts.non_repairable_basis is None:
        return None
    return says(REVIEW if case.past_last_day else NO, "NON_REPAIRABLE_BY_LAW")


@rule(
    "CR-06", "6", "是到期自动停止的轻微信息吗？", "市场监管的轻微行政处罚和抽查检查结果公示期满自动停止，无须申请",
    [texts.SAMR_107.at("轻微信息自动停止公示", S), texts.SAMR_45.at("第13条", F)],
    hit="是，无须申请", miss="不是", answers=[NOT_APPLICABLE], codes=["AUTO_NO_APPLICATION"],
    reads=["gravity", "facts.kind", "last_day"],
)  # fmt: skip
def stops_by_itself(case: Matter) -> Said | None:
    return says(NOT_APPLICABLE, "AUTO_NO_APPLICATION") if case.stops_by_itself else None


# --- 7: the maximum period is over ------------------------------------------------------------------------------------


@rule(
    "CR-SHIELD", "7p", "重整计划或和解协议正在执行吗？", "修复要等；现在可以凭法院裁定申请临时屏蔽",
    [
        texts.NDRC_36.at("第三章 破产重整、和解", X), texts.PLAN_22.at("破产企业", X), texts.SAMR_107.at("破产企业", S),
        texts.NDRC_58.at("破产（没有读到）", U), texts.SAMR_2021.at("破产（没有读到）", U),
    ],
    hit="正在执行", miss="没有", answers=[NOT_YET], codes=["BANKRUPTCY_TEMP_SHIELD"],
    reads=["facts.bankruptcy_stage", "facts.bankruptcy_on"],
)  # fmt: skip
def shield(case: Matter) -> Said | None:
    return says(NOT_YET, "BANKRUPTCY_TEMP_SHIELD") if case.plan_runs else None


@rule(
    "CR-07A", "7a", "最长公示期已满、义务没有履行完，但破产程序已执行完毕吗？", "可以凭裁定申请修复，由认定单位判断",
    [texts.NDRC_36.at("第三章 破产重整、和解", X), texts.SAMR_107.at("破产企业", S)],
    hit="是", miss="不是", answers=[REVIEW], codes=["BANKRUPTCY_COMPLETED"],
    reads=["last_day", "on", "done", "facts.bankruptcy_stage"],
)  # fmt: skip
def over_and_completed(case: Matter) -> Said | None:
    return says(REVIEW, "BANKRUPTCY_COMPLETED") if _open(case) and _completed(case) else None


@rule(
    "CR-07B", "7b", "最长公示期已满、义务没有履行完吗？", "不会自动停止，履行完以后由该领域的规则决定",
    [
        texts.NDRC_36.at("第二章 期满未履行", F), texts.NDRC_58.at("公示期限", S), texts.SAMR_107.at("公示期限", S),
        texts.SAMR_2021.at("公示期限", S),
    ],
    hit="是", miss="不是", answers=[NOT_YET], codes=["MAX_ELAPSED_UNFULFILLED"], reads=["last_day", "on", "done"],
    beside=[shield],
)  # fmt: skip
def over_and_open(case: Matter) -> Said | None:
    return says(NOT_YET, "MAX_ELAPSED_UNFULFILLED") if _open(case) else None


@rule(
    "CR-07C", "7c", "最长公示期已满，但还在不得申请的期间内吗？", "限制申请是否也挡住自动停止，没有读到",
    [texts.NDRC_36.at("第五章 诚信责任", U)],
    hit="是", miss="不是", answers=[REVIEW], codes=["EXCLUDED_FALSE_COMMITMENT"],
    reads=["last_day", "on", "exclusion_end"],
)  # fmt: skip
def over_but_excluded(case: Matter) -> Said | None:
    return says(REVIEW, "EXCLUDED_FALSE_COMMITMENT") if _done(case) and case.excluded else None


@rule(
    "CR-07D", "7d", "最长公示期已满，但限制措施还没有到期吗？",
    "措施到期前是否自动停止，没有读到；公示日期未知的，也是理由",
    [texts.NONE_FOUND.at("：措施期间是否停止公示没有读到", U), texts.SAMR_45.at("第13条 自公示之日起", F)],
    hit="是", miss="不是", answers=[REVIEW], codes=["MGMT_MEASURE_NOT_EXPIRED", PUBLISHED_ON],
    reads=["last_day", "on", "facts.measure_ends_on", "assumed"],
)  # fmt: skip
def over_but_measure(case: Matter) -> Said | None:
    if not (_done(case) and case.measure_runs):
        return None
    if case.assumed:
        return says(REVIEW, "MGMT_MEASURE_NOT_EXPIRED", PUBLISHED_ON)
    return says(REVIEW, "MGMT_MEASURE_NOT_EXPIRED")


@rule(
    "CR-07E", "7e", "最长公示期已满吗？", "义务已履行的，期满自动停止公示；公示日期未知的，由人判定",
    [
        texts.NDRC_36.at("第二章 期满停止公示", F), texts.NDRC_58.at("期满停止公示", S),
        texts.SAMR_107.at("公示期限", S),
        texts.SAMR_2021.at("公示期限", S),
    ],
    hit="已满，自动停止", miss="没有", answers=[NOT_APPLICABLE, REVIEW],
    codes=["MAX_PERIOD_ELAPSED_AUTO_STOP", PUBLISHED_ON], reads=["last_day", "on"],
)  # fmt: skip
def over(case: Matter) -> Said | None:
    if not _done(case):
        return None
    if case.assumed:
        return says(REVIEW, PUBLISHED_ON)
    return says(NOT_APPLICABLE, "MAX_PERIOD_ELAPSED_AUTO_STOP")


def past_last_day(case: Matter) -> bool:
    """Whether the questions of step 7 concern a record at all."""
    return case.past_last_day


def _open(case: Matter) -> bool:
    # With an assumed start the maximum may not be over at all: the conditions are asked instead.
    return not case.done and not case.assumed


def _done(case: Matter) -> bool:
    return case.done


def _completed(case: Matter) -> bool:
    return case.bankruptcy is Bankruptcy.COMPLETED


# --- 8: the conditions ------------------------------------------------------------------------------------------------


@rule(
    "CR-08A", "8a", "最短公示期满了吗？", "最短公示期最后一天的次日起可以申请",
    [
        texts.NDRC_36.at("第三章 申请条件", F), texts.NDRC_58.at("公示期限", S), texts.SAMR_107.at("公示期限", S),
        texts.SAMR_2021.at("公示期限", S),
    ],
    hit="未满", miss="已满", answers=[NOT_YET], codes=["MIN_PERIOD_NOT_ELAPSED"], reads=["start", "min_end", "on"],
)  # fmt: skip
def minimum(case: Matter) -> Said | None:
    early = case.min_end is not None and case.on <= case.min_end
    return says(NOT_YET, "MIN_PERIOD_NOT_ELAPSED") if early else None


@rule(
    "CR-08B", "8b", "义务履行完了吗？", "纠正失信行为并履行完决定的全部义务；分期、缓期不算履行完",
    [texts.NDRC_36.at("第三章 申请条件", F), *_unread("申请条件")],
    hit="没有履行完", miss="履行完了", answers=[NOT_YET], codes=["OBLIGATION_UNFULFILLED"],
    reads=["done", "facts.duties_done", "facts.duties_done_on"],
)  # fmt: skip
def duties(case: Matter) -> Said | None:
    return None if case.done else says(NOT_YET, "OBLIGATION_UNFULFILLED")


@rule(
    "CR-08C", "8c", "作出公开信用承诺了吗？", "承诺材料真实，并承担失诺责任",
    [texts.NDRC_36.at("第三章 申请条件", F), *_unread("申请条件")],
    hit="还没有", miss="作出了", answers=[NOT_YET], codes=["NO_PUBLIC_COMMITMENT"], reads=["facts.public_commitment"],
)  # fmt: skip
def commitment(case: Matter) -> Said | None:
    return None if case.facts.public_commitment else says(NOT_YET, "NO_PUBLIC_COMMITMENT")


@rule(
    "CR-08D", "8d", "在不得申请的期间内吗？", "虚假材料、承诺不实或不履行承诺的，若干年内不得申请；年数没有核实",
    [texts.NDRC_36.at("第五章 诚信责任", X)],
    hit="在", miss="不在", answers=[NOT_YET], codes=["EXCLUDED_FALSE_COMMITMENT"],
    reads=["facts.exclusion_decided_on", "exclusion_end", "on"],
)  # fmt: skip
def exclusion(case: Matter) -> Said | None:
    return says(NOT_YET, "EXCLUDED_FALSE_COMMITMENT") if case.excluded else None


@rule(
    "CR-08E", "8e", "市场监管严重失信名单的限制措施到期了吗？", "法定管理措施期间不移出名单",
    [texts.SAMR_44.at("移出条件（没有读到条文）", S)],
    hit="没有到期", miss="没有，或已到期", answers=[NOT_YET], codes=["MGMT_MEASURE_NOT_EXPIRED"],
    reads=["facts.kind", "facts.measure_ends_on", "on"],
)  # fmt: skip
def measure_of_listing(case: Matter) -> Said | None:
    runs = case.measure_runs and case.listed_by_market_regulation
    return says(NOT_YET, "MGMT_MEASURE_NOT_EXPIRED") if runs else None


_WAIVABLE: Final = frozenset({"MIN_PERIOD_NOT_ELAPSED", "OBLIGATION_UNFULFILLED"})


@rule(
    "CR-08F", "8f", "只差最短公示期或义务，而破产程序已执行完毕吗？",
    "可以凭裁定申请；是否免除最短公示期没有读到，由认定单位判断",
    [texts.NDRC_36.at("第三章 破产重整、和解", X), texts.SAMR_107.at("破产企业", S)],
    hit="是", miss="不是", answers=[REVIEW], codes=["BANKRUPTCY_COMPLETED"],
    reads=["facts.bankruptcy_stage", "facts.bankruptcy_on"],
)  # fmt: skip
def completed(failed: Failed[Matter]) -> Said | None:
    only = _completed(failed.case) and failed.reasons <= _WAIVABLE
    return says(REVIEW, "BANKRUPTCY_COMPLETED") if only else None


# --- 9: doubts; 10: yes -----------------------------------------------------------------------------------------------


@rule(
    "CR-09A", "9a", "还有限制措施没有到期吗？", "限制措施期间能否修复，没有读到",
    [texts.NONE_FOUND.at("：措施期间能否修复没有读到", U)],
    hit="有", miss="没有", answers=[REVIEW], codes=["MGMT_MEASURE_NOT_EXPIRED"], reads=["facts.measure_ends_on", "on"],
)  # fmt: skip
def measure(case: Matter) -> Said | None:
    return says(REVIEW, "MGMT_MEASURE_NOT_EXPIRED") if case.measure_runs else None


@rule(
    "CR-09B", "9b", "同类行为再次受罚了吗？", "市场监管旧规定不允许；第107号令的写法没有读到",
    [texts.NONE_FOUND.at("：旧规定记忆如此，第107号令没有读到", U)],
    hit="是", miss="没有", answers=[REVIEW], codes=["REPEAT_OFFENCE"], reads=["facts.repeat_penalised_on"],
)  # fmt: skip
def repeated(case: Matter) -> Said | None:
    same = case.known.repeated and case.market_regulation and case.facts.kind is Kind.PENALTY
    return says(REVIEW, "REPEAT_OFFENCE") if same else None


@rule(
    "CR-09C", "9c", "食品、药品、特种设备的一般处罚满一年了吗？", "这些领域的最短公示期是否仍为一年，没有读到",
    [texts.NONE_FOUND.at("：2021年规定为一年，第107号令没有读到", U)],
    hit="没有满，存疑", miss="不涉及，或已满", answers=[REVIEW], codes=["SECTOR_MIN_UNKNOWN"],
    reads=["facts.special_sector", "gravity", "doubt_end", "on"],
)  # fmt: skip
def sector_doubt_107(case: Matter) -> Said | None:
    general = case.facts.kind is Kind.PENALTY and case.gravity is Gravity.GENERAL
    doubtful = general and case.facts.special_sector in FOOD_DRUG_EQUIPMENT and _doubt(case)
    return says(REVIEW, "SECTOR_MIN_UNKNOWN") if doubtful else None


@rule(
    "CR-09D", "9d", "安全生产处罚的罚款额知道吗？", "达到规定罚款额的最短公示期为一年；罚款额未知的一年内存疑",
    [texts.CREDIT_CHINA.at("安全生产严重违法行为", S)],
    hit="不知道，存疑", miss="不涉及，或已满一年", answers=[REVIEW], codes=["SECTOR_MIN_UNKNOWN"],
    reads=["facts.special_sector", "facts.fine_yuan", "doubt_end", "on"],
)  # fmt: skip
def sector_doubt_58(case: Matter) -> Said | None:
    unknown = case.facts.special_sector is Sector.WORK_SAFETY and case.facts.fine_yuan is None
    return says(REVIEW, "SECTOR_MIN_UNKNOWN") if unknown and _doubt(case) else None


def _doubt(case: Matter) -> bool:
    return case.doubt_end is not None and case.on <= case.doubt_end


@rule(
    "CR-09E", "9e", "公示日期知道吗？", "公示日期未知时，实际起算日可能更晚，由人判定",
    [texts.SAMR_45.at("第13条 自公示之日起", F)],
    hit="不知道", miss="知道", answers=[REVIEW], codes=[PUBLISHED_ON], reads=["assumed", "facts.published_on"],
)  # fmt: skip
def start_doubt(case: Matter) -> Said | None:
    return says(REVIEW, PUBLISHED_ON) if case.assumed else None


@rule(
    "CR-10", "10", "可以申请修复吗？", "条件都满足，也没有存疑的地方",
    [
        texts.NDRC_36.at("第三章 申请条件", F), texts.NDRC_58.at("第1条至第3条", F), texts.SAMR_107.at("申请条件", S),
        texts.SAMR_2021.at("申请条件", S),
    ],
    hit="可以", answers=[YES],
)  # fmt: skip
def yes(case: Matter) -> Said | None:  # noqa: ARG001 (the last question: whatever came here may apply)
    return says(YES)


# --- What the questions rest on: start day, gravity, period -----------------------------------------------------------


def _basis(
    id: str, question: str, how: str, citations: Sequence[Citation], test: Callable[[Matter], object],
    reads: Sequence[str] = (), codes: Sequence[str] = (),
) -> Rule[Matter]:  # fmt: skip
    """A rule that answers nothing: others rest on it, or it is a note. `codes`: of the note."""

    def applies(case: Matter) -> Said | None:
        return noted if test(case) else None

    noted = says(YES, *codes)  # only the codes count, of a note
    number = id.removeprefix("CR-").lower()
    return Rule(id, number, question, how, tuple(citations), applies, codes=tuple(codes), reads=tuple(reads))


def _classed(id: str, question: str, how: str, citations: Sequence[Citation], *reads: str) -> Rule[Matter]:
    """A rule of gravity; which of them a record rests on stands in `classed_by`."""
    return _basis(id, question, how, citations, lambda case: id in case.classed_by, reads)


G1 = _classed(
    "CR-G1",
    "异常名录属于哪一类？",
    "异常名录属于轻微",
    [texts.NDRC_36.at("第二章 轻微", X), *_unread("异常名录的类别")[1:]],
    "facts.kind",
)
G2 = _classed(
    "CR-G2",
    "严重失信主体名单属于哪一类？",
    "列入名单属于严重",
    [texts.NDRC_36.at("第二章 严重", S), texts.SAMR_107.at("严重", S), texts.SAMR_2021.at("严重违法失信名单", S)],
    "facts.kind",
)
G3 = _classed(
    "CR-G3", "其他失信信息、抽查结果属于哪一类？", "没有读到分类，三类都试", [texts.NONE_FOUND.at("：没有读到分类", U)],
    "facts.kind",
)  # fmt: skip
G4 = _classed(
    "CR-G4",
    "简易程序的处罚属于哪一类？",
    "简易程序属于轻微",
    [texts.NDRC_36.at("第二章 轻微", S), texts.SAMR_45.at("第2条", F)],
    "facts.procedure",
)
G5 = _classed(
    "CR-G5", "警告、通报批评属于哪一类？", "警告、通报批评属于轻微",
    [texts.NDRC_36.at("第二章 轻微", S), texts.SAMR_107.at("轻微", S), texts.SAMR_45.at("第13条", F)],
    "facts.sanctions",
)  # fmt: skip
G6 = _classed(
    "CR-G6", "罚款属于哪一类？", "较低数额轻微、较大数额一般、巨额严重；没有分档的三类都试",
    [texts.NDRC_36.at("第二章 分类", S), texts.SAMR_107.at("分类", S), texts.SAMR_45.at("第13条", F)],
    "facts.fine_band", "facts.fine_yuan",
)  # fmt: skip
G7 = _classed(
    "CR-G7", "没收属于哪一类？", "没收违法所得、没收非法财物属于一般",
    [texts.NDRC_36.at("第二章 一般", S), texts.SAMR_107.at("一般：既非轻微也非严重的处罚", S),
    texts.SAMR_45.at("第13条", F)], "facts.sanctions",
)  # fmt: skip
G8 = _classed(
    "CR-G8", "吊销、限制从业、限制经营、停产停业、关闭属于哪一类？", "属于严重",
    [texts.NDRC_36.at("第二章 严重", S), texts.SAMR_44.at("第2条", F)], "facts.sanctions",
)  # fmt: skip
G9 = _classed(
    "CR-G9", "暂扣许可证件、降低资质等级属于哪一类？", "征求意见稿为一般，一份律所解读为严重，两类都试",
    [texts.NDRC_36.at("第二章 分类（来源矛盾）", S)], "facts.sanctions",
)  # fmt: skip
G10 = _classed(
    "CR-G10", "市场监管的暂扣许可证件属于哪一类？", "既非轻微也非严重的处罚属于一般", [texts.SAMR_107.at("一般", S),
    texts.SAMR_45.at("第13条", F)],
    "facts.sanctions",
)  # fmt: skip
G11 = _classed(
    "CR-G11", "市场监管的降低资质等级属于哪一类？", "属于较重处罚，归严重", [texts.SAMR_44.at("第2条", F),
    texts.SAMR_107.at("严重", S)],
    "facts.sanctions",
)  # fmt: skip
G12 = _classed(
    "CR-G12",
    "没有列明的处罚属于哪一类？",
    "没有列明的处罚不归类，三类都试",
    [texts.NONE_FOUND.at("：没有列明", U)],
    "facts.sanctions",
)
G13 = _classed(
    "CR-G13", "一份决定有几种处罚时按哪一类？", "按最重的一类",
    [texts.NONE_FOUND.at("：58号令按最长期限，新规定没有读到", U)], "facts.sanctions",
)  # fmt: skip
G14 = _classed("CR-G14", "58号令分类别吗？", "不分类别，按领域定期限", [texts.NDRC_58.at("公示期限", S)])
GRAVITY_RULES: Final = (G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11, G12, G13, G14)
_BY_ID: Final = {each.id: each for each in GRAVITY_RULES}

START_LISTED = _basis(
    "CR-P1", "列入名单的从哪天起算？", "从列入日起算，当天不计", [texts.NDRC_36.at("第二章 起算", F),
    texts.NONE_FOUND.at("：列入日即认定日", U)],
    lambda case: case.facts.listed_on is not None, ["facts.listed_on", "start"],
)  # fmt: skip
START_PUBLISHED = _basis(
    "CR-P2", "市场监管的从哪天起算？", "从公示日起算，当天不计；没有公示日期的暂从文书日期起算",
    [texts.SAMR_45.at("第13条", F), texts.NONE_FOUND.at("：第107号令的起算没有读到", U)],
    lambda case: case.facts.listed_on is None and case.market_regulation,
    ["facts.published_on", "facts.document_date", "start"],
)  # fmt: skip
START_DOCUMENT = _basis(
    "CR-P3", "其他的从哪天起算？", "从认定失信信息的文书日期起算，当天不计",
    [texts.NDRC_36.at("第二章 起算", F, "自司法、行政公务文书认定之日起"), texts.NDRC_58.at("公示期限起算", S)],
    lambda case: case.facts.listed_on is None and not case.market_regulation, ["facts.document_date", "start"],
)  # fmt: skip
MONTHS = _basis(
    "CR-P4", "几个月怎么数？", "到对应日，没有对应日的到月末；次日起可以申请；遇节假日不顺延",
    [texts.CIVIL_CODE.at("期间计算", U)],
    lambda case: case.facts.kind is not Kind.ABNORMAL_LISTING, ["min_end", "not_before", "last_day"],
)  # fmt: skip
PERIOD_NONE = _basis(
    "CR-P5", "异常名录公示多久？", "没有最短期和最长期，消除原因即可申请移出", [texts.ABNORMAL.at("移出", S)],
    lambda case: case.facts.kind is Kind.ABNORMAL_LISTING,
)  # fmt: skip
PERIOD = _basis(
    "CR-P6", "最短和最长公示多久？", "按类别定最短和最长的月数",
    [
        texts.NDRC_36.at("第二章 期限", F), texts.SAMR_107.at("公示期限", S), texts.NDRC_58.at("公示期限", S),
        texts.SAMR_2021.at("公示期限", S),
    ],
    lambda case: case.facts.kind is not Kind.ABNORMAL_LISTING and not case.sector_period, ["period", "gravity"],
)  # fmt: skip
PERIOD_SECTOR = _basis(
    "CR-P7", "特殊领域的处罚最短公示多久？", "食品、药品、特种设备、消防，以及罚款达到规定额的安全生产处罚，最短一年",
    [texts.NDRC_58.at("特殊领域公示期限", S), texts.SAMR_2021.at("特殊领域公示期限", S),
    texts.CREDIT_CHINA.at("安全生产严重违法行为", S)],
    lambda case: case.sector_period, ["period", "facts.special_sector", "facts.fine_yuan"],
)  # fmt: skip
PERIOD_RULES: Final = (START_LISTED, START_PUBLISHED, START_DOCUMENT, MONTHS, PERIOD_NONE, PERIOD, PERIOD_SECTOR)


def _gravity_said(case: Matter) -> str:
    return case.gravity.chinese


def _gravity_rules(case: Matter) -> Sequence[Rule[Matter]]:
    return [_BY_ID[id] for id in case.classed_by]


def _period_said(case: Matter) -> str:
    first = f"{case.not_before} 起" if case.not_before else "不用申请"
    return f"自 {case.start} 起算；{first}，到 {case.last_day or '移出为止'}"


def _period_rules(case: Matter) -> Sequence[Rule[Matter]]:
    return [each for each in PERIOD_RULES if each.applies(case) is not None]


def _gravity_shown(*rules: Rule[Matter]) -> Shown[Matter]:
    return Shown("g", "属于哪一类？", _gravity_said, _gravity_rules, rules)


def _period_shown(*rules: Rule[Matter]) -> Shown[Matter]:
    return Shown("p", "公示多久？", _period_said, _period_rules, rules)


GRAVITY_36: Final = _gravity_shown(G1, G2, G3, G4, G5, G6, G7, G8, G9, G12, G13)
GRAVITY_58: Final = _gravity_shown(G14)
GRAVITY_107: Final = _gravity_shown(G1, G2, G3, G4, G5, G6, G7, G8, G10, G11, G12, G13)
GRAVITY_2021: Final = _gravity_shown(G1, G2, G4, G5, G6, G7, G8, G10, G11, G12)
PERIOD_36: Final = _period_shown(START_LISTED, START_DOCUMENT, MONTHS, PERIOD_NONE, PERIOD)
PERIOD_58: Final = _period_shown(START_LISTED, START_DOCUMENT, MONTHS, PERIOD, PERIOD_SECTOR)
PERIOD_107: Final = _period_shown(START_LISTED, START_PUBLISHED, MONTHS, PERIOD_NONE, PERIOD)
PERIOD_2021: Final = _period_shown(START_LISTED, START_PUBLISHED, MONTHS, PERIOD_NONE, PERIOD, PERIOD_SECTOR)


# --- Notes: they decide nothing ---------------------------------------------------------------------------------------

NOTE_LIFTED = _basis(
    "CR-N1", "重整计划或和解协议终止了吗？", "终止的，临时屏蔽解除", [texts.NONE_FOUND.at("：终止即解除", U)],
    lambda case: case.bankruptcy is Bankruptcy.TERMINATED, ["facts.bankruptcy_stage"], ["SHIELD_LIFTED"],
)  # fmt: skip
NOTE_LITIGATION = _basis(
    "CR-N2", "有复议或诉讼吗？", "复议、诉讼期间不停止公示，也不影响申请",
    [texts.NDRC_36.at("第三章 复议、诉讼", X), *_unread("复议、诉讼")],
    lambda case: case.facts.litigation is not None, ["facts.litigation"], ["PENDING_REVIEW_NO_SUSPENSION"],
)  # fmt: skip
NOTE_LIST_RULE = _basis(
    "CR-N3", "是严重失信主体名单吗？", "还要看这份名单自己的移出规定",
    [texts.NONE_FOUND.at("：各名单的移出规定没有载入", U)],
    lambda case: case.facts.kind is Kind.SERIOUS_LISTING, ["facts.kind"], ["CHECK_LIST_RULE"],
)  # fmt: skip
NOTE_SECTOR = _basis(
    "CR-N4", "期限是因为特殊领域吗？", "最短一年的期限因特殊领域而来",
    [texts.NDRC_58.at("特殊领域公示期限", S), texts.SAMR_2021.at("特殊领域公示期限", S)],
    lambda case: case.sector_period, ["facts.special_sector"], ["SECTOR_MIN_1Y"],
)  # fmt: skip
NOTE_SEVERAL = _basis(
    "CR-N5", "几种处罚指向不同的类别吗？", "按最重的一类",
    [texts.NONE_FOUND.at("：58号令按最长期限，新规定没有读到", U)],
    lambda case: case.several, ["facts.sanctions"], ["MULTI_SANCTION_MAX"],
)  # fmt: skip
NOTE_ASSUMED = _basis(
    "CR-N6", "起算日是暂定的吗？", "没有公示日期，暂从文书日期起算，实际可能更晚",
    [texts.SAMR_45.at("第13条 自公示之日起", F), texts.NONE_FOUND.at("：以文书日期为最早起算日", U)],
    lambda case: case.assumed and case.published, ["assumed", "start"], ["START_ASSUMED"],
)  # fmt: skip
NOTES_36: Final = (NOTE_LIFTED, NOTE_LITIGATION, NOTE_LIST_RULE, NOTE_SEVERAL)
NOTES_58: Final = (NOTE_LITIGATION, NOTE_SECTOR)
NOTES_107: Final = (NOTE_LIFTED, NOTE_LITIGATION, NOTE_LIST_RULE, NOTE_SEVERAL, NOTE_ASSUMED)
NOTES_2021: Final = (NOTE_LITIGATION, NOTE_LIST_RULE, NOTE_SECTOR, NOTE_ASSUMED)


# --- T: a penalty from before the rule set, judged under both ---------------------------------------------------------


class Change(NamedTuple):
    """The same record in the same way under the older and the newer rule set."""

    old: Way[Matter, Values]
    new: Way[Matter, Values]

    @property
    def old_answer(self) -> Answer:
        return self.old.answer

    @property
    def new_answer(self) -> Answer:
        return self.new.answer


_NO_TRANSITION: Final = texts.NONE_FOUND.at("：没有读到过渡条款", U)


@rule(
    "CR-T1", "t1", "新旧规则的结论一样，或新规则的结论可以直接用吗？",
    "结论相同；或新规则由人判定；或旧规则由人判定而新规则尚未、不可以：用新规则的结论", [_NO_TRANSITION],
    answers=list(Answer), reads=["old_answer", "new_answer"],
)  # fmt: skip
def newer_stands(change: Change) -> Said | None:
    old, new = change.old.answer, change.new.answer
    stands = old is new or new is REVIEW or (old is REVIEW and new in (NOT_YET, NO))
    return Said(new, change.new.reasons) if stands else None


@rule(
    "CR-T2", "t2", "只有按新规则才自动停止吗？", "新规则的最长期短，按新规则已自动停止，由人判定", [_NO_TRANSITION],
    answers=[REVIEW], codes=["TRANSITION_MAX_SHORTENED"], reads=["old_answer", "new_answer"],
)  # fmt: skip
def max_shortened(change: Change) -> Said | None:
    stopped = "MAX_PERIOD_ELAPSED_AUTO_STOP" in change.new.reasons
    return says(REVIEW, "TRANSITION_MAX_SHORTENED") if stopped else None


@rule(
    "CR-T3", "t3", "按旧规则可以、按新规则尚未吗？", "新规则对当事人更不利，由人判定", [_NO_TRANSITION],
    answers=[REVIEW], codes=["TRANSITION_ADVERSE"], reads=["old_answer", "new_answer"],
)  # fmt: skip
def adverse(change: Change) -> Said | None:
    worse = change.old.answer is YES and change.new.answer is NOT_YET
    return says(REVIEW, "TRANSITION_ADVERSE") if worse else None


@rule(
    "CR-T4", "t4", "新旧规则的结论不同吗？", "适用哪一套没有核实，由人判定", [_NO_TRANSITION],
    answers=[REVIEW], codes=["TRANSITION_UNVERIFIED"], reads=["old_answer", "new_answer"],
)  # fmt: skip
def different(change: Change) -> Said | None:  # noqa: ARG001 (the last question: whatever came here differs)
    return says(REVIEW, "TRANSITION_UNVERIFIED")


CHANGE: Final = Questions[Change]((newer_stands, max_shortened, adverse, different))
