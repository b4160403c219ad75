"""Credit repair 信用修复 for files of records: check, deadlines, plan, impact of a change of law.

A file has the columns of the case files. A bad row is set apart with its field, value and problem; the others go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from lianxin.errors import BadFact, BadQuestion, CalendarMissing
from rules.calendar import WorkingDays
from rules.credit_repair.deadlines import Deadlines, Limit, deadlines
from rules.credit_repair.facts import READERS, Facts, read_day, read_facts
from rules.credit_repair.finding import Outcome, Question, RepairFinding, assess, outcome, outcome_of
from rules.credit_repair.impact import Impact, impact
from rules.credit_repair.matter import Matter
from rules.credit_repair.plan import Plan, plan
from rules.credit_repair.sets import RULE_SETS
from rules.credit_repair.standards import (
    COLUMNS,
    NO_STANDARDS,
    SectorStandard,
    Standards,
    read_standard,
    refuse_overlap,
)
from rules.rule import RuleSet
from services.batch import evaluate
from services.case_files import Checked, case_rows, csv_text, day_text, refused_row, take_row

R = TypeVar("R")

MUST = ("case_id", "kind", "authority_system")
CASE_COLUMNS = ("case_id", "as_of", *READERS)
REMARKS = frozenset({"basis", "reading", "note"})
COMPUTED = ("accept_by", "decide_by", "feedback_by")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a case file."""

    id: str
    row: int
    on: date
    facts: Facts


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_cases(path: Path, on: date | None = None) -> Checked[Case]:
    """The cases of a file. `on` replaces the column as_of. Raises UnknownField, UnreadableFile."""
    must = MUST if on is not None else (*MUST, "as_of")
    read: Checked[Case] = Checked()
    for row, cells in case_rows(path, CASE_COLUMNS, must, _is_remark):
        take_row(read, row, cells, lambda cells, row=row: _case(cells, row, on))
    return read


def _case(cells: Mapping[str, str], row: int, on: date | None) -> Case:
    if not cells["case_id"].strip():
        raise BadFact("case_id", "", "is blank", "为空")
    day = on if on is not None else read_day("as_of", cells["as_of"])
    return Case(cells["case_id"].strip(), row, day, read_facts(cells))


def _is_remark(name: str) -> bool:
    return name.startswith("expected_") or name in REMARKS


def read_standards(path: Path) -> Standards:
    """Sector classification standards from a CSV file. Raises BadQuestion naming the first bad row: a standard that
    is left out would silently change the class of fines."""
    rows: list[SectorStandard] = []
    for row, cells in case_rows(
        path, COLUMNS, ("field", "from", "low_up_to", "huge_from", "citation"), lambda _: False
    ):
        try:
            if not isinstance(cells, Mapping):
                raise BadFact("", "", "has another number of cells than the heading", "格数与表头不符")
            standard = read_standard(cells)
            refuse_overlap(standard, rows)
            rows.append(standard)
        except BadFact as bad:
            raise BadQuestion(f"{path.name}, row {row}: {bad.en}", f"{path.name}，第 {row} 行：{bad.zh}") from bad
    return Standards(rows)


# --- Questions over a file --------------------------------------------------------------------------------------------


def check(cases: Checked[Case], standards: Standards = NO_STANDARDS) -> Checked[Outcome]:
    """What the finding of every case comes to. Equal facts on the same day are judged once."""
    if standards.rows:
        found = findings(cases, standards)
        return Checked([(id, outcome_of(finding)) for id, finding in found.taken], found.refused)
    outcomes = evaluate(outcome, [Question(case.facts, case.on) for _, case in cases.taken])
    return _sorted_out(cases, outcomes)


def findings(cases: Checked[Case], standards: Standards = NO_STANDARDS) -> Checked[RepairFinding]:
    """The finding of every case, with its walk."""
    return _sorted_out(cases, [_finding(case, standards) for _, case in cases.taken])


def _finding(case: Case, standards: Standards) -> RepairFinding | BadFact:
    try:
        return assess(case.facts, case.on, standards)
    except BadFact as refused:
        return refused


def _sorted_out(cases: Checked[Case], answers: Sequence[R | BadFact]) -> Checked[R]:
    """The answers, each with its case; refused cases beside the rows that were refused before, by row."""
    found: Checked[R] = Checked(refused=list(cases.refused))
    for (id, case), each in zip(cases.taken, answers, strict=True):
        if isinstance(each, BadFact):
            found.refused.append(refused_row(id, case.row, each))
        else:
            found.taken.append((id, each))
    found.refused.sort(key=lambda refused: refused.row)
    return found


def check_deadlines(path: Path, calendar: WorkingDays) -> Checked[Deadlines]:
    """The time limits for every day of submission in a file."""
    found: Checked[Deadlines] = Checked()
    columns = ("submitted_on",)
    for row, cells in case_rows(path, columns, columns, lambda name: name in COMPUTED or name.startswith("expected_")):
        take_row(found, row, cells, lambda cells: deadlines(read_day("submitted_on", cells["submitted_on"]), calendar))
    return found


def make_plan(found: Checked[RepairFinding], on: date | None) -> Plan:
    """The plan over the findings of a file. Raises BadQuestion where two records bear the same id."""
    findings: dict[str, RepairFinding] = {}
    for id, finding in found.taken:
        if id in findings:
            raise BadQuestion(
                f"case_id {id} stands twice; a plan needs one id for each record",
                f"case_id {id} 出现两次；计划里每条记录要有自己的编号",
            )
        findings[id] = finding
    return plan(findings, on)


def rule_set(name: str) -> RuleSet[Matter]:
    """A rule set by its name. Raises BadQuestion with the names that there are."""
    for each in RULE_SETS:
        if each.id == name:
            return each
    names = ", ".join(each.id for each in RULE_SETS)
    raise BadQuestion(f'there is no rule set "{name}"; there are {names}', f"没有规则集“{name}”；有 {names}")


def check_impact(cases: Checked[Case], old: RuleSet[Matter], new: RuleSet[Matter]) -> Checked[Impact]:
    """What a change of law does to every case."""
    return _sorted_out(cases, [_impact(case, old, new) for _, case in cases.taken])


def _impact(case: Case, old: RuleSet[Matter], new: RuleSet[Matter]) -> Impact | BadFact:
    try:
        return impact(case.facts, case.on, old, new)
    except BadFact as refused:
        return refused


# --- Tables that leave ------------------------------------------------------------------------------------------------


def checked_csv(found: Checked[Outcome]) -> str:
    """case_id, answer, reasons, notes, gravity, not_before, last_day."""
    heading = ("case_id", "answer", "reasons", "notes", "gravity", "not_before", "last_day")
    return csv_text(heading, ([id, *_outcome_cells(each)] for id, each in found.taken))


def _outcome_cells(each: Outcome) -> list[str]:
    values = each.values
    lists = (";".join(sorted(codes)) for codes in (each.reasons, each.notes))
    return [each.answer, *lists, values.gravity, day_text(values.not_before), day_text(values.last_day)]


def deadlines_csv(found: Checked[Deadlines]) -> str:
    """submitted_on, accept_by, decide_by, feedback_by."""
    rows = ([day_text(d.submitted_on), *map(_limit, (d.accept_by, d.decide_by, d.feedback_by))] for _, d in found.taken)
    return csv_text(("submitted_on", *COMPUTED), rows)


def _limit(limit: Limit) -> str:
    return f"CALENDAR_MISSING({limit.year})" if isinstance(limit, CalendarMissing) else limit.isoformat()


def impact_csv(found: Checked[Impact]) -> str:
    """case_id, old and new answer and first day, what changes, and from when."""
    heading = ("case_id", "old_answer", "old_not_before", "new_answer", "new_not_before", "change", "from")
    return csv_text(heading, ([id, *_impact_cells(each)] for id, each in found.taken))


def _impact_cells(each: Impact) -> list[str]:
    old, new = ([f.answer, day_text(f.values.not_before)] for f in (each.old, each.new))
    return [*old, *new, each.change, day_text(each.from_day)]
