"""Credit repair 信用修复 as a field of law: what explanations, the rule table and the documentation derive from."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from rules.calendar import DAY
from rules.credit_repair import questions as q
from rules.credit_repair.codes import CODES
from rules.credit_repair.deadlines import DAYS
from rules.credit_repair.facts import CHINESE, Band, Facts, Kind, before_document
from rules.credit_repair.finding import RepairFinding, RepairWay
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.matter import TAX_CURED_DAYS, Matter, Values
from rules.credit_repair.sets import RULE_SETS
from rules.explain import Law, ToConfirm
from rules.parameters import Parameter

LABELS: Final = {each.name: each.metadata["label"] for each in fields(Facts)}


def _act_day(way: RepairWay, code: str) -> date | None:
    """From which day on the act helps: waiting has its day, all other acts help at once."""
    ends = {
        "MIN_PERIOD_NOT_ELAPSED": way.case.min_end,
        "EXCLUDED_FALSE_COMMITMENT": way.case.exclusion_end,
        "MGMT_MEASURE_NOT_EXPIRED": way.case.facts.measure_ends_on,
    }
    end = ends.get(code, way.case.on - DAY)
    return None if end is None else end + DAY


def _numbers(way: RepairWay) -> Sequence[tuple[Parameter[Any], date]]:
    """The parameters that a way rests on: its period, the exclusion, what makes a period a special sector's."""
    case, regime = way.case, way.case.regime
    used: list[Parameter[Any]] = []
    if case.facts.kind is not Kind.ABNORMAL_LISTING:
        used.append(_period(case))
    if case.exclusion_end is not None and regime.exclusion is not None:
        used.append(regime.exclusion)
    if case.sector_period and regime.work_safety_fine is not None:
        used.append(regime.work_safety_fine)
    if "SECTOR_MIN_UNKNOWN" in way.reasons and regime.sector_doubt is not None:
        used.append(regime.sector_doubt)
    return [(each, case.law_day) for each in used]


def _period(case: Matter) -> Parameter[Any]:
    minor, general, serious, sector = case.regime.periods
    if case.sector_period:
        return sector
    if case.gravity is Gravity.MINOR:
        return minor
    listed = case.facts.kind is Kind.SERIOUS_LISTING
    return serious if listed or case.gravity is Gravity.SERIOUS else general


def _unverified(finding: RepairFinding) -> Sequence[ToConfirm]:
    """Facts that the finding rests on and that nobody has verified."""
    found = []
    if any(way.case.assumed for way in finding.ways):
        found.append(ToConfirm("起算日", f"没有公示日期，暂从文书日期 {finding.facts.document_date} 起算"))
    for name, day in before_document(finding.facts).items():
        found.append(ToConfirm(LABELS[name], f"{day} 早于文书日期 {finding.facts.document_date}，照原样计算；请核对"))
    for way in finding.ways[:1]:
        fine = way.case.fine
        if fine.standard is not None:
            found.append(ToConfirm("罚款档次", f"按分类标准“{fine.standard.citation}”归入{_band(fine.band)}"))
        if fine.contradicts is not None:
            other = fine.contradicts.citation
            found.append(ToConfirm("罚款档次", f"记录写明{_band(fine.band)}，与分类标准“{other}”不一致；按记录"))
        if fine.disagree:
            citations = "、".join(f"“{each.citation}”（{each.field}）" for each in fine.disagree)
            found.append(ToConfirm("罚款档次", f"分类标准 {citations} 档次不同，分不清用哪一个；没有分档"))
    return found


def _band(band: Band | None) -> str:
    return "未分档" if band is None else CHINESE[band]


CREDIT_REPAIR: Final[Law[Facts, Matter, Values]] = Law(
    id="credit-repair",
    title="信用修复",
    codes=CODES,
    opening=q.OPENING,
    rule_sets=RULE_SETS,
    change=q.CHANGE,
    parameters=(*dict.fromkeys(p for each in RULE_SETS for p in each.parameters), TAX_CURED_DAYS, *DAYS),
    open_points={
        "CLASS_UNDETERMINED": (q.G3, q.G6, q.G12),
        "CLASS_SOURCE_CONFLICT": (q.G9,),
        "MISSING_FACT:published": (q.not_published,),
        "MISSING_FACT:duties_done": (q.duties,),
    },
    act_day=_act_day,
    numbers=_numbers,
    unverified=_unverified,
    facts=Facts,
    words=CHINESE,
)
