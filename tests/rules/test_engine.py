"""The engine on a law of its own: a library's rules on lending. Nothing in the engine knows credit repair."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from lianxin.errors import BadParameter, NotInForce, ParameterMissing
from rules.answer import Answer, Finding, Way
from rules.explain import Law, explain
from rules.facts import fact, json_schema, must
from rules.law import Citation, ReadingMark, Text
from rules.parameters import Book, money, period, whole
from rules.rule import Failed, Questions, RuleSet, Said, Shown, Together, rule, says
from rules.table import table_json, table_markdown
from rules.ways import OpenPoint, agreed, merge

ROOT = Path(__file__).parent.parent.parent
ORDER = Text("LIB-1", "借阅办法", "馆令第1号", date(2026, 1, 1), articles=frozenset({2, 5}))
F, U = ReadingMark.READ, ReadingMark.UNVERIFIED
NUMBERS = """
loans:
  title: 可借册数
  unit: 册
  versions:
    - {first_day: 2026-01-01, value: 3, citation: {text: LIB-1, place: 第5条, mark: F}}
    - {first_day: 2027-01-01, value: 5, citation: {text: LIB-1, place: 第5条, mark: F}}
"""
BOOK = Book.of("numbers", NUMBERS, [ORDER])
LOANS = BOOK.parameter("loans", whole)


@dataclass(frozen=True)
class Reader:
    """读者."""

    borrowed: int = must("已借册数")
    dues: bool = must("欠费")
    card: bool | None = fact("有借书证", "未知")


class Lending(NamedTuple):
    """One reader on a day, with the card tried either way."""

    reader: Reader
    on: date
    card: bool

    @property
    def limit(self) -> int:
        return LOANS.on(self.on)


@rule("L-1", "1", "有借书证吗？", "没有证的不借", [ORDER.at("第2条", F)], hit="没有", miss="有",
      answers=[Answer.NO], codes=["NO_CARD"], reads=["card"])  # fmt: skip
def no_card(case: Lending) -> Said | None:
    return None if case.card else says(Answer.NO, "NO_CARD")


@rule("L-2", "2a", "借满了吗？", "借满的要先还", [ORDER.at("第5条", F)], codes=["FULL"], reads=["limit"])
def full(case: Lending) -> Said | None:
    return says(Answer.NOT_YET, "FULL") if case.reader.borrowed >= case.limit else None


@rule("L-3", "2b", "欠费吗？", "欠费的要先缴", [ORDER.at("欠费", U)], codes=["DUES"], reads=["reader.dues"])
def owing(case: Lending) -> Said | None:
    return says(Answer.NOT_YET, "DUES") if case.reader.dues else None


@rule("L-4", "2c", "只欠费吗？", "只欠费的由馆员判断", [ORDER.at("欠费", U)], answers=[Answer.REVIEW], codes=["ASK"])
def only_dues(failed: Failed[Lending]) -> Said | None:
    return says(Answer.REVIEW, "ASK") if failed.reasons == {"DUES"} else None


@rule("L-5", "3", "可以借吗？", "都满足的可以借", [ORDER.at("第2条", F)], answers=[Answer.YES])
def lend(case: Lending) -> Said | None:  # noqa: ARG001
    return says(Answer.YES)


LIMIT = Shown[Lending]("0", "能借几册？", lambda case: f"{case.limit} 册", lambda _: [full], [full])
RULES = RuleSet[Lending](
    "LIB-1", "借阅办法", date(2026, 1, 1), None, frozenset({ORDER}),
    (LIMIT, no_card, Together((full, owing), Answer.NOT_YET, instead=(only_dues,)), lend),
    (), (LOANS,), "rules", __name__,
)  # fmt: skip
CARD = OpenPoint("UNKNOWN:card", (True, False))


def assess(reader: Reader, on: date) -> Finding[Reader, Lending, int]:
    cards = CARD.values if reader.card is None else (reader.card,)
    ways = []
    for card in cards:
        case = Lending(reader, on, card)
        said, walk = RULES.decide(case)
        ways.append(Way({"card": str(card)}, RULES, case, said.answer, said.reasons, frozenset(), case.limit, walk))
    merged = merge([CARD] if reader.card is None else [], ways)
    limit = agreed(way.values for way in ways)
    assert limit is not None
    return Finding(reader, on, RULES, *merged, limit, (), None, tuple(ways))


@pytest.mark.parametrize(
    ("reader", "answer", "reasons"),
    [
        (Reader(0, False, True), "yes", set()),
        (Reader(3, True, True), "not_yet", {"FULL", "DUES"}),
        (Reader(3, False, True), "not_yet", {"FULL"}),
        (Reader(0, True, True), "review", {"ASK"}),
        (Reader(9, True, False), "no", {"NO_CARD"}),
        (Reader(0, False, None), "review", {"UNKNOWN:card"}),
    ],
)
def test_a_second_law_stands_on_the_engine(reader: Reader, answer: str, reasons: set[str]) -> None:
    finding = assess(reader, date(2026, 5, 1))
    assert (finding.answer.value, set(finding.reasons)) == (answer, reasons)


def test_a_number_changes_on_its_first_day() -> None:
    reader = Reader(4, False, True)
    assert assess(reader, date(2026, 12, 31)).answer is Answer.NOT_YET
    assert assess(reader, date(2027, 1, 1)).answer is Answer.YES


def test_the_walk_names_every_question_with_its_citation_and_values() -> None:
    told = [(s.number, s.said, s.applied, s.reasons) for s in assess(Reader(3, False, True), date(2026, 5, 1)).walk()]
    assert told == [
        ("0", "3 册", True, ()),
        ("1", "有", False, ()),
        ("2a", "是", True, ("FULL",)),
        ("2b", "否", False, ()),
        ("2c", "否", False, ()),
    ]
    steps = list(assess(Reader(3, False, True), date(2026, 5, 1)).walk())
    assert steps[2].values == {"limit": "3"}
    assert str(steps[2].citations[0]) == "《借阅办法》（馆令第1号） 第5条"


def test_why_and_why_not() -> None:
    finding = assess(Reader(0, False, None), date(2026, 5, 1))
    assert [step.rules for step in finding.why_not(Answer.YES)] == [("L-1",)]
    refused = assess(Reader(9, True, False), date(2026, 5, 1))
    assert [step.rules for step in refused.why()] == [("L-1",)]
    assert [step.rules for step in refused.why_not(Answer.NO)] == []


def test_table_schema_and_explanation_derive_from_the_declarations() -> None:
    law: Law[Reader, Lending, int] = Law(
        "library", "借阅", {}, Questions([]), [RULES], None, [LOANS], {}, lambda *_: None, lambda _: [], lambda _: [],
        Reader, {},
    )  # fmt: skip
    assert [each["id"] for each in table_json([law])[0]["rules"]] == ["L-2", "L-1", "L-3", "L-4", "L-5"]
    assert (
        "| L-3 | 2b | 欠费吗？ | 欠费的要先缴 | DUES | 《借阅办法》（馆令第1号） 欠费 | U 未核实 |"
        in table_markdown([law])
    )
    assert not explain(law, assess(Reader(0, False, True), date(2026, 5, 1))).to_confirm
    schema = json_schema(Reader, "reader", {})
    assert schema["required"] == ["borrowed", "dues"]
    assert schema["properties"]["card"]["type"] == ["boolean", "null"]


def test_the_engine_knows_no_law() -> None:
    engine = ["answer", "batch", "calendar", "explain", "facts", "law", "parameters", "record", "rule", "table", "ways"]
    script = f"import importlib, sys\nfor n in {engine}: importlib.import_module('rules.' + n)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "rules.rule" in done.stdout
    assert "rules.credit_repair" not in done.stdout


# Citations


def test_a_citation_names_no_article_that_nobody_has_read() -> None:
    assert ORDER.at("第5条", F).mark.chinese == "已读原文"
    for place in ("第6条", "art. 7", "第五条", "第2条、第9条"):
        with pytest.raises(ValueError, match=r"nobody has read|in digits"):
            ORDER.at(place, F)


# Numbers

VERSION = "first_day: 2026-01-01, value: 3, citation: {text: LIB-1, place: 第5条, mark: F}"


def number(*versions: str) -> str:
    lines = "".join(f"    - {{{version}}}\n" for version in versions)
    return f"loans:\n  title: 可借册数\n  unit: 册\n  versions:\n{lines or '    []'}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (number(), "has no version"),
        (number("first_day: 2026-01-01, value: 3"), "needs exactly"),
        (number(VERSION, VERSION), "two versions on 2026-01-01"),
        (number(VERSION + ", last_day: 2026-06-30", VERSION.replace("2026-01", "2026-05")), "two versions"),
        (number(VERSION + ", last_day: 2025-12-31"), "before it begins"),
        (number(VERSION.replace("2026-01-01", "soon")), "a day that is none"),
        (number(VERSION.replace("3", "-3")), "no whole number"),
        (number(VERSION.replace("3", "yes")), "no whole number"),
        (number(VERSION.replace("LIB-1", "LIB-9")), "unknown text LIB-9"),
        (number(VERSION.replace("第5条", "第7条")), "nobody has read"),
        (number(VERSION.replace("mark: F", "mark: Z")), "Z"),
        (number(VERSION + ", note: x"), "needs exactly"),
        ("loans:\n  unit: 册\n  versions: []", "needs exactly"),
        ("[]", "no mapping"),
        ("loans: [", "cannot be read"),
        (number(VERSION.replace("01-01", "02-30")), "cannot be read: day is out of range"),
        (number(VERSION) + "    \n" + number(VERSION.replace("value: 3", "value: 5")), "loans stands twice"),
        (number(VERSION + ", value: 5"), "value stands twice"),
        (number(VERSION).replace("versions:\n", "versions: 3\n#"), "no list of versions"),
        (number(VERSION.replace("LIB-1", "[LIB-1]")), "unknown text"),
    ],
)
def test_a_bad_number_is_refused_by_name(text: str, problem: str) -> None:
    with pytest.raises(BadParameter, match=problem) as refused:
        Book.of("numbers.yaml", text, [ORDER]).parameter("loans", whole)
    assert "numbers.yaml" in refused.value.zh


def test_a_number_refuses_outside_its_days() -> None:
    gap = number(VERSION + ", last_day: 2026-06-30", VERSION.replace("2026-01-01", "2027-01-01"))
    loans = Book.of("numbers.yaml", gap, [ORDER]).parameter("loans", whole)
    assert [loans.on(day) for day in (date(2026, 1, 1), date(2026, 6, 30), date(2030, 1, 1))] == [3, 3, 3]
    with pytest.raises(NotInForce, match="Ask for a later day"):
        loans.on(date(2025, 12, 31))
    for day in (date(2026, 7, 1), date(2026, 12, 31)):
        with pytest.raises(NotInForce, match="Load the version that follows") as refused:
            loans.on(day)
        assert refused.value.last == date(2026, 6, 30)


def test_a_number_that_nobody_declares_is_named() -> None:
    with pytest.raises(ParameterMissing, match="numbers: no number is declared as fines"):
        BOOK.parameter("fines", whole)


@pytest.mark.parametrize(
    ("reader", "value"),
    [(money, 1.5), (money, True), (period, 3), (period, {"min": 3}), (period, {"min": 12, "max": 3})],
)
def test_a_value_of_another_type_is_refused(reader: object, value: object) -> None:
    assert callable(reader)
    with pytest.raises(ValueError, match=r"no amount|no period|longer than"):
        reader(value)


def test_a_citation_as_plain_values() -> None:
    cited: Citation = ORDER.at("第5条", F, "每人三册")
    assert cited.json()["quote"] == "每人三册"
    assert cited.json()["in_force_from"] == "2026-01-01"
    assert ORDER.in_force(date(2026, 1, 1))
    assert not ORDER.in_force(date(2025, 12, 31))
