"""The rule sets of IP finance: one for each family of rights, one for the borrower and the loan."""

from datetime import date
from typing import Any, Final, TypeVar

from rules.ip_finance import questions as q
from rules.ip_finance import texts
from rules.ip_finance.facts import Facts
from rules.ip_finance.loan import LOAN_RULES, Loan, w_partial
from rules.ip_finance.matter import GRAVEST_FIRST, YES, Matter
from rules.ip_finance.terms import COPYRIGHTS, NUMBERS, PATENTS, AssetKind
from rules.law import Text
from rules.parameters import Parameter
from rules.rule import Rule, RuleSet, Standing, Weighed

C = TypeVar("C")


def _set(
    id: str, title: str, first_day: date | None, last_day: date | None, entries: tuple[Standing[C], ...],
    notes: tuple[Rule[C], ...], numbers: tuple[str, ...],
) -> RuleSet[C]:  # fmt: skip
    assert first_day is not None, f"{id} has no first day"
    rules: tuple[Rule[Any], ...] = (*(rule for entry in entries for rule in entry.rules), *notes)
    cited: frozenset[Text] = frozenset(citation.text for rule in rules for citation in rule.citations)
    parameters: tuple[Parameter[Any], ...] = tuple(NUMBERS[number] for number in numbers)
    return RuleSet(id, title, first_day, last_day, cited, entries, notes, parameters, "rules.ip_finance", __name__)


PATENT: Final = _set(
    "IP-PATENT", "专利权质押", texts.CNIPA_461.first_day, None,
    (q.registrable, Weighed(q.PATENT_RULES, GRAVEST_FIRST, YES)), (q.w_twin, q.w_invalidation, q.w_licence),
    (
        "invention_years", "utility_model_years", "design_years", "late_fee_months", "surcharge_free_months",
        "surcharge_percent", "restoration_months", "suspension_months", "patent_preservation_months",
    ),
)  # fmt: skip
TRADEMARK: Final = _set(
    "IP-TRADEMARK", "商标专用权质押（2027年起由人判定）", texts.TRADEMARK_LAW.first_day, None,
    (q.registrable, Weighed(q.TRADEMARK_RULES, GRAVEST_FIRST, YES)), (),
    ("mark_years", "mark_renewal_months", "mark_grace_months", "mark_preservation_months"),
)  # fmt: skip
COPYRIGHT: Final = _set(
    "IP-COPYRIGHT", "著作权质押", texts.COPYRIGHT_8.first_day, None,
    (q.registrable, Weighed(q.COPYRIGHT_RULES, GRAVEST_FIRST, YES)), (q.w_licence,), ("copyright_years",),
)  # fmt: skip
OTHER: Final = _set("IP-OTHER", "其他权利", texts.CIVIL_CODE.first_day, None, (q.registrable,), (), ())
LOAN: Final[RuleSet[Loan]] = _set(
    "IP-LOAN",
    "出质人和贷款",
    texts.COMPANY_LAW.first_day,
    None,
    (Weighed(LOAN_RULES, GRAVEST_FIRST, YES),),
    (w_partial,),
    (),
)
RULE_SETS: Final[tuple[RuleSet[Any], ...]] = (PATENT, TRADEMARK, COPYRIGHT, OTHER, LOAN)


def set_of(facts: Facts) -> RuleSet[Matter]:
    """The rule set of a right."""
    if facts.asset_kind in PATENTS:
        return PATENT
    if facts.asset_kind is AssetKind.TRADEMARK:
        return TRADEMARK
    return COPYRIGHT if facts.asset_kind in COPYRIGHTS else OTHER
