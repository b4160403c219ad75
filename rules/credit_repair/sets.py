"""The four rule sets of credit repair, each an ordered list of questions, and which of them applies on a day."""

from datetime import date
from typing import Final

from rules.answer import Answer
from rules.credit_repair import questions as q
from rules.credit_repair import texts
from rules.credit_repair.facts import Kind, Known, System
from rules.credit_repair.matter import NDRC_36 as REGIME_NDRC_36
from rules.credit_repair.matter import NDRC_58 as REGIME_NDRC_58
from rules.credit_repair.matter import SAMR_107 as REGIME_SAMR_107
from rules.credit_repair.matter import SAMR_2021 as REGIME_SAMR_2021
from rules.credit_repair.matter import Matter, Regime
from rules.law import Text
from rules.rule import Rule, RuleSet, Shown, Standing, Together, When

_COMMON: Final = frozenset({texts.NONE_FOUND, texts.CIVIL_CODE, texts.PLATFORM, texts.ABNORMAL})
_MARKET: Final = frozenset({texts.SAMR_45, texts.SAMR_44})
_BANKRUPTCY: Final = frozenset({texts.PLAN_22})


def _set(
    regime: Regime, title: str, text: Text, others: frozenset[Text], entries: tuple[Standing[Matter], ...],
    notes: tuple[Rule[Matter], ...],
) -> RuleSet[Matter]:  # fmt: skip
    assert text.first_day is not None, f"{text.id} has no first day"
    cited, days = frozenset({text}) | others | _COMMON, (text.first_day, text.last_day)
    return RuleSet(regime.id, title, *days, cited, entries, notes, regime.parameters, "rules.credit_repair", __name__)


def _conditions(*more: Rule[Matter], bankruptcy: bool) -> Together[Matter]:
    """Step 8: all that failed are listed. Bankruptcy counts only under the newer rule sets."""
    each = (q.minimum, q.duties, q.commitment, *more)
    if not bankruptcy:
        return Together(each, Answer.NOT_YET)
    return Together(each, Answer.NOT_YET, instead=(q.completed,), beside=(q.shield,))


def _doubts(*more: Rule[Matter]) -> Together[Matter]:
    """Step 9: every doubt is listed."""
    return Together((q.measure, *more), Answer.REVIEW)


def _first(period: Shown[Matter], gravity: Shown[Matter]) -> tuple[Standing[Matter], ...]:
    return (q.not_published, q.filed_under_older, period, q.non_repairable, gravity)


NDRC_36: Final = _set(
    REGIME_NDRC_36,
    "信用修复管理办法",
    texts.NDRC_36,
    _BANKRUPTCY,
    (
        *_first(q.PERIOD_36, q.GRAVITY_36),
        When(q.past_last_day, (q.over_and_completed, q.over_and_open, q.over_but_excluded, q.over_but_measure, q.over)),
        _conditions(q.exclusion, bankruptcy=True),
        _doubts(),
        q.yes,
    ),
    q.NOTES_36,
)
NDRC_58: Final = _set(
    REGIME_NDRC_58,
    "失信信息修复旧办法（2023年第58号令）",
    texts.NDRC_58,
    frozenset({texts.CREDIT_CHINA}),
    (
        *_first(q.PERIOD_58, q.GRAVITY_58),
        When(q.past_last_day, (q.over_and_open, q.over_but_measure, q.over)),
        _conditions(bankruptcy=False),
        _doubts(q.sector_doubt_58),
        q.yes,
    ),
    q.NOTES_58,
)
SAMR_107: Final = _set(
    REGIME_SAMR_107,
    "市场监督管理信用修复管理办法",
    texts.SAMR_107,
    _MARKET | _BANKRUPTCY,
    (
        *_first(q.PERIOD_107, q.GRAVITY_107),
        q.stops_by_itself,
        When(q.past_last_day, (q.over_and_completed, q.over_and_open, q.over_but_measure, q.over)),
        _conditions(q.measure_of_listing, bankruptcy=True),
        _doubts(q.repeated, q.sector_doubt_107, q.start_doubt),
        q.yes,
    ),
    q.NOTES_107,
)
SAMR_2021: Final = _set(
    REGIME_SAMR_2021,
    "市场监管信用修复旧规定（2021年）",
    texts.SAMR_2021,
    _MARKET,
    (
        *_first(q.PERIOD_2021, q.GRAVITY_2021),
        q.stops_by_itself,
        When(q.past_last_day, (q.over_and_open, q.over_but_measure, q.over)),
        _conditions(q.measure_of_listing, bankruptcy=False),
        _doubts(q.repeated, q.start_doubt),
        q.yes,
    ),
    q.NOTES_2021,
)

RULE_SETS: Final = (NDRC_58, NDRC_36, SAMR_2021, SAMR_107)
REGIMES: Final = {each.id: each for each in (REGIME_NDRC_58, REGIME_NDRC_36, REGIME_SAMR_2021, REGIME_SAMR_107)}
BEFORE: Final = {NDRC_36.id: NDRC_58, SAMR_107.id: SAMR_2021}
"""Rule set → the one before it."""


def covers(rules: RuleSet[Matter], known: Known) -> bool:
    """Whether a rule set speaks of such a record at all, whatever the day."""
    kind, system = known.facts.kind, known.facts.authority_system
    if system is System.TAX or system is System.COURT:
        return False
    if rules is SAMR_107 or rules is SAMR_2021:
        return known.market_regulation and (rules is SAMR_107 or kind is not Kind.SPOT_CHECK)
    return not known.market_regulation and (rules is NDRC_36 or kind is Kind.PENALTY)


def set_on(known: Known, day: date) -> RuleSet[Matter] | None:
    """The rule set for a record on a day; None where none is loaded for it."""
    for each in RULE_SETS:
        if each.first_day <= day and (each.last_day is None or day <= each.last_day) and covers(each, known):
            return each
    return None
