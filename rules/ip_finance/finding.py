"""The finding of IP finance: can this right back this loan today, and if not, why?

    request, day ─ consent (fails: nothing else is looked at)
        ├─ each right by the rules of its kind
        └─ the borrower and the loan
            └─ the gravest answer; every reason, warnings, whether only repairable credit records stand in the way

Several rights: the best of their answers counts (or the gravest, where all must pass), and each keeps its own reasons.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from lianxin.errors import BadFact
from rules.answer import Answer, Finding, Step, Way
from rules.calendar import Calendar
from rules.ip_finance.facts import Facts, Mode, Request
from rules.ip_finance.loan import Loan, repairable
from rules.ip_finance.matter import GRAVEST_FIRST, NOT_APPLICABLE, REVIEW, YES, Matter, gravest
from rules.ip_finance.questions import MISSING_CALENDAR, OPENING, Gate
from rules.ip_finance.sets import LOAN, set_of
from rules.rule import RuleSet

WARNINGS: Final = ("W-TWIN", "W-INVALIDATION", "W-LICENCE", "W-PARTIAL")
_BEST_FIRST: Final = (YES, *reversed(GRAVEST_FIRST))


class Judged(NamedTuple):
    """What was judged of a right or of a loan. `failed`: the rules that answered no or not yet; `review`: those that
    ask a person. `last_day`: of the right's term.
    """

    failed: tuple[str, ...]
    review: tuple[str, ...]
    last_day: date | None


AssetFinding = Finding[Facts, Matter, Judged]
LoanFinding = Finding[Facts, Loan, Judged]
GateFinding = Finding[Facts, Gate, Judged]
_CLOSED: Final = Judged(("G-01",), (), None)


class Eligibility(NamedTuple):
    """答复 The whole answer to one request. `gate`: only where consent is lacking; then there is nothing else.

    `assets`: id → finding; the id of a single right is blank. `failed`, `review`: of all of them, those of one of
    several rights with its id (`A2:P-09`).
    """

    request: Request
    on: date
    answer: Answer
    failed: tuple[str, ...]
    review: tuple[str, ...]
    warnings: tuple[str, ...]
    credit_repair_path: bool
    right_last_day: date | None
    gate: GateFinding | None
    assets: Mapping[str, AssetFinding]
    loan: LoanFinding | None

    @property
    def asset_answers(self) -> Mapping[str, Answer]:
        """The answer of each of several rights."""
        return {id: each.answer for id, each in self.assets.items() if id}


def assess(request: Request, on: date, calendar: Calendar) -> Eligibility:
    """What the rules say of a request on a day. Raises BadFact for a valuation of the future."""
    _valued_by(request, on, "valuation_date")
    for id, facts in (request.assets or {}).items():
        _valued_by(facts, on, f"assets.{id}.valuation_date")
    gate = Gate(request, on)
    closed = OPENING.ask(gate)
    if closed is not None:
        (answer, reasons), walk = closed
        refused: GateFinding = Finding(request, on, None, answer, reasons, frozenset[str](), _CLOSED, walk, gate)
        return Eligibility(request, on, answer, _CLOSED.failed, (), (), False, None, refused, {}, None)
    if request.assets:
        return _several(request, on, {id: _asset(facts, on, calendar) for id, facts in request.assets.items()})
    return _single(request, on, _asset(request, on, calendar))


def _valued_by(facts: Facts, on: date, name: str) -> None:
    """A valuation of the future is refused where the bank's terms look at it; without terms nothing does."""
    valued = facts.valuation_date
    if facts.product is not None and valued is not None and valued > on:
        raise BadFact(name, valued.isoformat(), f"lies after the day asked for ({on})", f"晚于查询日 {on}")


def _single(request: Request, on: date, asset: AssetFinding) -> Eligibility:
    """One right: with the loan, unless it is none that this service knows."""
    if asset.answer is NOT_APPLICABLE:
        return _together(request, on, asset.answer, {"": asset}, None)
    matter = asset.ways[0].case
    loan = _loan(Loan(request, on, matter, (matter,), False))
    return _together(request, on, gravest([asset.answer, loan.answer]), {"": asset}, loan)


def _several(request: Request, on: date, assets: Mapping[str, AssetFinding]) -> Eligibility:
    """Several rights: those that are none of this service do not count."""
    counted = [each for each in assets.values() if each.answer is not NOT_APPLICABLE]
    if not counted:
        return _together(request, on, NOT_APPLICABLE, assets, None)
    every = request.portfolio_mode is Mode.ALL_MUST_PASS
    part = (gravest if every else _best)(each.answer for each in counted)
    eligible = tuple(each.ways[0].case for each in counted if part is YES and each.answer is YES)
    loan = _loan(Loan(request, on, None, eligible, part is YES and len(eligible) < len(assets)))
    return _together(request, on, gravest([part, loan.answer]), assets, loan, part)


def _best(answers: Iterable[Answer]) -> Answer:
    return min(answers, key=_BEST_FIRST.index)


def _together(
    request: Request, on: date, answer: Answer, assets: Mapping[str, AssetFinding], loan: LoanFinding | None,
    part: Answer | None = None,
) -> Eligibility:  # fmt: skip
    """`part`: the answer of the rights together, where they are several."""
    single = assets.get("")
    findings: list[tuple[str, AssetFinding | LoanFinding]] = [*assets.items()]
    if loan is not None:
        findings.append(("", loan))
    failed = tuple(_named(id, code) for id, each in findings for code in each.values.failed)
    review = tuple(_named(id, code) for id, each in findings for code in each.values.review)
    given = frozenset[str]().union(*(each.notes for _, each in findings))
    rights = part if single is None else single.answer
    path = rights is YES and loan is not None and _only_repairable(loan)
    last_day = None if single is None else single.values.last_day
    warnings = tuple(each for each in WARNINGS if each in given)
    return Eligibility(request, on, answer, failed, review, warnings, path, last_day, None, assets, loan)


def _named(id: str, code: str) -> str:
    return f"{id}:{code}" if id else code


def _only_repairable(loan: LoanFinding) -> bool:
    """Whether credit records alone stand in the way, each known and repairable."""
    obstacles = (*loan.values.failed, *loan.values.review)
    return bool(obstacles) and all(repairable(loan.facts, each) for each in obstacles)


# --- One right, one loan ----------------------------------------------------------------------------------------------


def _asset(facts: Facts, on: date, calendar: Calendar) -> AssetFinding:
    case, rules = Matter(facts, on, calendar), set_of(facts)
    (answer, reasons), walk = rules.decide(case)
    notes = rules.notes_on(case) if answer is not NOT_APPLICABLE else frozenset[str]()
    judged = _judged(answer, reasons, walk, case.last_day)
    way = Way({}, rules, case, answer, reasons, notes, judged, walk)
    return Finding(facts, on, rules, answer, reasons, notes, judged, (), None, (way,))


def _loan(case: Loan) -> LoanFinding:
    rules: RuleSet[Loan] = LOAN
    (answer, reasons), walk = rules.decide(case)
    notes, judged = rules.notes_on(case), _judged(answer, reasons, walk, None)
    way = Way({}, rules, case, answer, reasons, notes, judged, walk)
    return Finding(case.facts, case.on, rules, answer, reasons, notes, judged, (), None, (way,))


def _judged(answer: Answer, reasons: frozenset[str], walk: Iterable[Step], last_day: date | None) -> Judged:
    if answer is NOT_APPLICABLE:
        return Judged(_in_order(reasons), (), None)
    steps = list(walk)
    review = frozenset[str]().union(*(step.codes for step in steps if step.answer is REVIEW))
    return Judged(_in_order(reasons - review), _in_order(review), last_day)


def _in_order(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (code == MISSING_CALENDAR, code)))
