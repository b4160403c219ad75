"""IP finance 知识产权质押融资 as a field of law: what explanations, rule table and documentation derive from."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from rules.answer import Way
from rules.calendar import DAY
from rules.explain import Law
from rules.ip_finance.codes import CODES
from rules.ip_finance.facts import CHINESE, Request
from rules.ip_finance.finding import Judged
from rules.ip_finance.matter import Matter
from rules.ip_finance.questions import OPENING
from rules.ip_finance.sets import RULE_SETS
from rules.ip_finance.terms import PARAMETERS
from rules.parameters import Parameter

_HELD: Final = frozenset({"P-06", "T-06"})


def _act_day(way: Way[Any, Judged], code: str) -> date | None:
    """From which day on the act helps: waiting has its day, all other acts help at once."""
    case = way.case
    if not isinstance(case, Matter):
        return case.on  # type: ignore[no-any-return]  # a loan: every act helps at once
    if code == "P-03":
        return case.facts.grant_announcement_date
    if code in _HELD:
        ends = [case.preservation_last_day if case.preserved else None]
        ends.append(case.suspension_last_day if case.suspended else None)
        last = max((end for end in ends if end is not None), default=None)
        return None if last is None else last + DAY
    return case.on


def _numbers(way: Way[Any, Judged]) -> Sequence[tuple[Parameter[Any], date]]:
    """The parameters that a way rests on: those of its rule set, a term by the day on which it began."""
    case = way.case
    if not isinstance(case, Matter):
        return []
    read_on = case.by(case.facts.filing_date) or case.on
    return [(each, max(read_on, each.versions[0].first_day)) for each in way.ruleset.parameters]


IP_FINANCE: Final[Law[Request, Any, Judged]] = Law(
    id="ip-finance",
    title="知识产权质押融资",
    codes=CODES,
    opening=OPENING,
    rule_sets=RULE_SETS,
    change=None,
    parameters=PARAMETERS,
    open_points={},
    act_day=_act_day,
    numbers=_numbers,
    unverified=lambda _finding: (),
    facts=Request,
    words=CHINESE,
)
