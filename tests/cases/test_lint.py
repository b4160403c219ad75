"""The linter of definitions: each flaw found in a definition that is wrong in that way alone; the shipped: none."""

from dataclasses import replace
from typing import Any

import pytest

from cases.accounts import Role
from cases.case import Own
from cases.definition import (
    MOST_QUESTIONS,
    Action,
    Back,
    Clock,
    Crossed,
    Definition,
    Field,
    FieldType,
    Interview,
    Material,
    Matter,
    Notice,
    Opening,
    Option,
    Part,
    Refusal,
    State,
    Values,
    Words,
)
from cases.definitions import registry
from cases.diagram import mermaid
from cases.lint import lint
from cases.local_targets import ANSWER, LOCAL
from rules.law import ReadingMark

W = Words("字", "word")
FIRM, LEAD = frozenset({Role.ENTERPRISE}), frozenset({Role.LEAD_DEPARTMENT})
BANK = frozenset({Role.BANK_OFFICER})


def states(*names: str, end: str = "end") -> tuple[State, ...]:
    return tuple(State(name, W, end=name == end) for name in names)


def never(_case: Any, _values: Values, _on: Any) -> Crossed | None:
    return None


def guarded(_case: Any, _values: Values, _on: Any) -> Refusal | None:
    return None


def matter(**other: Any) -> Matter:
    between = frozenset({Role.ENTERPRISE, Role.LEAD_DEPARTMENT})
    made = Matter("m", W, between, Role.LEAD_DEPARTMENT, (Field("f", W, FieldType.TEXT),), never,
                  LOCAL.at("", ReadingMark.SETTING), frozenset({"a"}))  # fmt: skip
    return replace(made, **other)


def opening(action: str, to: Role) -> Opening:
    return Opening(action, to, W, lambda _case, _on: W)


GO = Action("go", W, FIRM, frozenset({"a"}), "b")
HELD = replace(GO, guards=(guarded,))
DONE = Action("done", W, LEAD, frozenset({"b"}), "end")
CLOCK = Clock("c", W, frozenset({"a", "b"}), Role.LEAD_DEPARTMENT, ANSWER)
RIGHT = Definition(
    kind="toy",
    version="1",
    words=W,
    parts=(Part(Role.ENTERPRISE, W), Part(Role.LEAD_DEPARTMENT, W)),
    opens=FIRM,
    first="a",
    states=states("a", "b", "end"),
    actions=(GO, DONE),
    clocks=(CLOCK,),
    matters=(matter(),),
)


def changed(**parts: Any) -> Definition:
    return replace(RIGHT, **parts)


def added(action: Action) -> Definition:
    return replace(RIGHT, actions=(*RIGHT.actions, action))


def always(_case: Any, *_known: Any) -> bool:
    return True


MATERIAL = Material("m", W, W, W, LOCAL.at("", ReadingMark.SETTING), always, always)


def asked(asks: tuple[str, ...], *fields: Field, **other: Any) -> Definition:
    """With an interview before `go`."""
    interview = replace(Interview("go", asks, always, frozenset({"a"})), **other)
    return changed(actions=(replace(GO, fields=fields), DONE), interviews=(interview,))


WRONG: dict[str, list[tuple[str, Definition]]] = {
    "declared_twice": [
        ("a", changed(states=(*RIGHT.states, State("a", W)))),
        ("go", added(GO)),
        ("c", changed(clocks=(CLOCK, CLOCK))),
        ("m", changed(matters=(matter(), matter()))),
        ("toy.f", changed(fields=(Field("f", W, FieldType.TEXT), Field("f", W, FieldType.DAY)))),
    ],
    "unknown_state": [
        ("first", changed(first="x")),
        ("go", changed(actions=(replace(GO, target="x"), DONE))),
        ("go", changed(actions=(replace(GO, sources=frozenset({"a", "x"})), DONE))),
        ("c", changed(clocks=(replace(CLOCK, pauses_in=frozenset({"x"})),))),
        ("m", changed(matters=(matter(open_in=frozenset({"x"})),))),
    ],
    "unknown_action": [
        ("c", changed(clocks=(replace(CLOCK, on_expiry="x"),))),
        ("x", changed(interviews=(Interview("x", (), always, frozenset()),))),
    ],
    "reserved_name": [(Own.PROPOSE, added(replace(GO, name=Own.PROPOSE)))],
    "no_words": [
        ("go", changed(actions=(replace(GO, words=Words("字", " ")), DONE))),
        ("toy.f", changed(fields=(Field("f", Words("", "x"), FieldType.TEXT),))),
        ("go", changed(notices=(Notice("go", LEAD, Words("", "x")),))),
    ],
    "role_takes_no_part": [("go", changed(actions=(replace(GO, who=FIRM | BANK), DONE)))],
    "action_of_nobody": [("x", added(Action("x", W, frozenset(), frozenset({"a"}), "b")))],
    "action_from_nowhere": [("x", added(Action("x", W, FIRM, frozenset(), "b")))],
    "opened_by_nobody": [("toy", changed(opens=frozenset())), ("toy", changed(opens=BANK))],
    "expiry_needs_somebody": [
        ("late", changed(
            clocks=(replace(CLOCK, on_expiry="late"),),
            actions=(GO, DONE, Action("late", W, frozenset(), frozenset({"a", "b"}), "end", **needs)),
        ))
        for needs in ({"fields": (Field("f", W, FieldType.TEXT),)}, {"guards": (guarded,)})
    ],
    "expiry_leads_nowhere": [
        ("c", changed(
            clocks=(replace(CLOCK, on_expiry="late"),),
            actions=(GO, DONE, Action("late", W, frozenset(), sources, target)),
        ))
        for sources, target in (
            (frozenset({"a"}), "end"), (frozenset({"a", "b"}), None), (frozenset({"a", "b"}), Back.WHENCE_IT_CAME),
        )
    ],
    "repeats_and_ends": [
        ("c", changed(
            clocks=(replace(CLOCK, on_expiry="late", repeats=True),),
            actions=(GO, DONE, Action("late", W, frozenset(), frozenset({"a", "b"}), "end")),
        ))
    ],
    "options": [
        ("toy.f", changed(fields=(Field("f", W, FieldType.CHOICE),))),
        ("toy.f", changed(fields=(Field("f", W, FieldType.TEXT, options=(Option("a", W),)),))),
    ],
    "limits": [("toy.f", changed(fields=(Field("f", W, FieldType.WHOLE, least=2, most=1),)))],
    "matter_between": [
        ("m", changed(matters=(matter(between=FIRM, settled_by=Role.ENTERPRISE),))),
        ("m", changed(matters=(matter(between=FIRM | BANK, settled_by=Role.ENTERPRISE),))),
        ("m", changed(matters=(matter(settled_by=Role.BANK_OFFICER),))),
    ],
    "matter_never_open": [
        ("m", changed(matters=(matter(open_in=frozenset()),))),
        ("m", changed(matters=(matter(fields=()),))),
    ],
    "matter_personal": [("m", changed(matters=(matter(fields=(Field("f", W, FieldType.TEXT, personal=True),)),)))],
    "opening_of_nothing": [
        ("x", changed(openings=(opening("x", Role.ENTERPRISE),))),
        ("go", changed(openings=(opening("go", Role.ENTERPRISE),))),
        ("go", changed(openings=(opening("go", Role.BANK_OFFICER),), actions=(HELD, DONE))),
    ],
    "notice_of_nothing": [
        ("x", changed(notices=(Notice("x", LEAD, W),))),
        ("go", changed(notices=(Notice("go", BANK, W),))),
        ("go", changed(notices=(Notice("go", frozenset(), W),))),
    ],
    "unreachable_state": [("x", changed(
        states=states("a", "b", "end", "x"), clocks=(replace(CLOCK, runs_in=frozenset({"a", "b", "x"})),),
        actions=(GO, DONE, Action("y", W, FIRM, frozenset({"x"}), "end")),
    ))],
    "state_without_exit": [("x", changed(
        states=states("a", "b", "end", "x"), clocks=(replace(CLOCK, runs_in=frozenset({"a", "b", "x"})),),
        actions=(GO, DONE, Action("y", W, FIRM, frozenset({"a"}), "x")),
    ))],
    "state_without_time": [("b", changed(clocks=(replace(CLOCK, runs_in=frozenset({"a"})),)))],
    "no_end": [("toy", changed(
        states=states("a", "b", end=""), clocks=(replace(CLOCK, runs_in=frozenset({"a"})),
        replace(CLOCK, name="d", runs_in=frozenset({"b"}))), actions=(GO, replace(DONE, target="a")),
    ))],
    "trap": [("x", changed(
        states=states("a", "b", "end", "x", "y"),
        clocks=(CLOCK, replace(CLOCK, name="d", runs_in=frozenset({"x"})),
                replace(CLOCK, name="e", runs_in=frozenset({"y"}))),
        actions=(GO, DONE, Action("into", W, FIRM, frozenset({"a"}), "x"),
                 Action("to", W, FIRM, frozenset({"x"}), "y"), Action("fro", W, FIRM, frozenset({"y"}), "x")),
    ))],
    "clock_without_end": [
        ("d", changed(clocks=(CLOCK, replace(CLOCK, name="d", runs_in=frozenset())))),
    ],
    "clock_states": [
        ("c", changed(clocks=(replace(CLOCK, pauses_in=frozenset({"a"})),))),
        ("c", changed(
            clocks=(replace(CLOCK, runs_in=frozenset({"a", "b", "end"})),),
            actions=(GO, DONE, Action("again", W, FIRM, frozenset({"end"}), "late")),
            states=(*RIGHT.states, State("late", W, end=True)),
        )),
    ],
    "clock_against_nobody": [("c", changed(clocks=(replace(CLOCK, against=Role.BANK_OFFICER),)))],
    "asks_no_field": [("go.x", asked(("x",)))],
    "asks_required": [("go.f", asked(("f",), Field("f", W, FieldType.TEXT)))],
    "asks_too_much": [
        ("go", asked(tuple(f"f{n}" for n in range(MOST_QUESTIONS + 1)),
                     *(Field(f"f{n}", W, FieldType.TEXT, required=False) for n in range(MOST_QUESTIONS + 1))))
    ],
    "prepared_in_vain": [("go", asked((), open_in=frozenset({"a", "b"})))],
    "materials_for_nothing": [("go", asked((), materials=(MATERIAL,)))],
}  # fmt: skip


def test_the_right_definition_has_no_flaw() -> None:
    assert lint(RIGHT) == []


@pytest.mark.parametrize(("code", "where", "wrong"), [(code, *each) for code, found in WRONG.items() for each in found])
def test_each_flaw_is_found_alone_and_named(code: str, where: str, wrong: Definition) -> None:
    found = lint(wrong)
    assert {each.code for each in found} == {code}
    assert where in {each.where for each in found}
    assert all(each.zh and each.en for each in found)


def test_every_code_of_the_linter_has_its_definition() -> None:
    import inspect
    import re

    import cases.lint as module

    codes = set(re.findall(r'Flaw\(\s*"([a-z_]+)"', inspect.getsource(module)))
    assert codes == WRONG.keys() | {"state_in_use"}


def test_a_state_in_which_cases_live_cannot_be_removed() -> None:
    assert lint(RIGHT, {"a": 3, "gone": 0}) == []
    (flaw,) = lint(RIGHT, {"a": 3, "gone": 2})
    assert (flaw.code, flaw.where) == ("state_in_use", "gone")
    assert "2 cases" in flaw.en


@pytest.mark.parametrize("definition", registry().all(), ids=lambda each: f"{each.kind} {each.version}")
def test_the_shipped_definitions_have_no_flaw_and_a_diagram(definition: Definition) -> None:
    assert lint(definition) == []
    drawn = mermaid(definition)
    assert all(state.words.zh in drawn for state in definition.states)
    assert all(action.words.zh.replace(":", "：") in drawn for action in definition.actions if action.target)


def test_the_way_back_leads_whence_one_comes() -> None:
    back = Action("back", W, LEAD, frozenset({"o"}), Back.WHENCE_IT_CAME)
    object_ = Action("object", W, FIRM, frozenset({"a", "b"}), "o")
    made = changed(states=states("a", "b", "end", "o"), actions=(GO, DONE, object_, back))
    assert made.targets(back, "o") == {"a", "b"}
    assert {each.code for each in lint(made)} == {"state_without_time"}
