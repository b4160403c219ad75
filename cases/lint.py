"""The linter of definitions 定义检查: what is wrong with a procedure before any case runs in it, by name.

It checks what types cannot: that every state is reached, can be left, ends one day and is never waited in for ever;
that whoever has to act exists; that every clock ends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.case import Own
from cases.definition import (
    MOST_QUESTIONS,
    Action,
    Back,
    Clock,
    Definition,
    Field,
    FieldType,
    Interview,
    Matter,
    State,
    Words,
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: a code, what it is in, and what to do about it."""

    code: str
    where: str
    zh: str
    en: str


def lint(definition: Definition, living: Mapping[str, int] | None = None) -> list[Flaw]:
    """All that is wrong with a definition. `living`: how many cases of this version stand in each state now."""
    names = list(_names(definition))
    if names:
        return names  # the graph cannot be walked until every name is there
    checks = (_actions, _fields, _matters, _notices, _reached, _left, _waited_in, _ended, _clocks, _interviews)
    found = [flaw for check in checks for flaw in check(definition)]
    return found + list(_living(definition, living or {}))


# --- names ------------------------------------------------------------------------------------------------------------


def _names(definition: Definition) -> Iterator[Flaw]:
    yield from _twice("state", (each.name for each in definition.states))
    yield from _twice("action", (each.name for each in definition.actions))
    yield from _twice("clock", (each.name for each in definition.clocks))
    yield from _twice("matter", (each.name for each in definition.matters))
    states = {each.name for each in definition.states}
    for where, name in _states_named(definition):
        if name not in states:
            yield Flaw("unknown_state", where, f"没有“{name}”这个状态", f'there is no state "{name}"')
    actions = {each.name for each in definition.actions}
    for clock in definition.clocks:
        if clock.on_expiry is not None and clock.on_expiry not in actions:
            zh, en = f"没有“{clock.on_expiry}”这个动作", f'there is no action "{clock.on_expiry}"'
            yield Flaw("unknown_action", clock.name, zh, en)
    again = _of_reappearance(definition)
    if again is not None and again not in actions:
        yield Flaw("unknown_action", "reappearance", f"没有“{again}”这个动作", f'there is no action "{again}"')
    for name in actions & set(Own):
        yield Flaw("reserved_name", name, "这个名称由平台使用", "this name belongs to the platform")
    for where, words in _words(definition):
        if not words.zh.strip() or not words.en.strip():
            yield Flaw("no_words", where, "缺中文或英文名称", "lacks its words in Chinese or in English")


def _twice(kind: str, names: Iterable[str]) -> Iterator[Flaw]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Flaw("declared_twice", name, f"声明了 {count} 次", f"this {kind} is declared {count} times")


def _states_named(definition: Definition) -> Iterator[tuple[str, str]]:
    """Each place that names a state, with the name."""
    yield "first", definition.first
    for action in definition.actions:
        targets = [] if action.target is None or isinstance(action.target, Back) else [action.target]
        yield from ((action.name, state) for state in (*sorted(action.sources), *targets))
    for clock in definition.clocks:
        yield from ((clock.name, state) for state in sorted(_within(clock)))
    for matter in definition.matters:
        yield from ((matter.name, state) for state in sorted(matter.open_in))


def _words(definition: Definition) -> Iterator[tuple[str, Words]]:
    yield definition.kind, definition.words
    parts: list[State | Action | Clock | Matter] = [*definition.states, *definition.actions]
    parts += [*definition.clocks, *definition.matters]
    yield from ((each.name, each.words) for each in parts)
    for where, field in _all_fields(definition):
        yield f"{where}.{field.name}", field.words
    for notice in definition.notices:
        yield notice.action, notice.words


# --- who --------------------------------------------------------------------------------------------------------------


def _actions(definition: Definition) -> Iterator[Flaw]:
    roles = {part.role for part in definition.parts}
    by_clock = {clock.on_expiry: clock for clock in definition.clocks if clock.on_expiry is not None}
    for action in definition.actions:
        if action.who - roles:
            zh, en = "由不参与这个事项的角色办理", "is done by a role that takes no part"
            yield Flaw("role_takes_no_part", action.name, zh, en)
        if not action.who and action.name not in by_clock and action.name != _of_reappearance(definition):
            zh, en = "没有人可以办，也没有时限触发", "nobody may do it, and no clock does"
            yield Flaw("action_of_nobody", action.name, zh, en)
        if not action.sources:
            yield Flaw("action_from_nowhere", action.name, "没有起始状态", "leads from no state")
    for clock in by_clock.values():
        yield from _expiry(definition, clock)
    if not definition.opens or definition.opens - roles:
        yield Flaw("opened_by_nobody", definition.kind, "没有参与方可以发起", "no role that takes part opens it")


def _of_reappearance(definition: Definition) -> str | None:
    return None if definition.reappearance is None else definition.reappearance.action


def _expiry(definition: Definition, clock: Clock) -> Iterator[Flaw]:
    """What a clock does needs nobody: it states nothing, is held back by nothing, leads from where the clock runs."""
    action = _action(definition, clock.on_expiry or "")
    if action.guards or any(field.required for field in action.fields) or (action.papers and action.papers.least):
        zh, en = "由时限触发，却要填写或有条件", "a clock does it, and it asks for values, papers or a guard"
        yield Flaw("expiry_needs_somebody", action.name, zh, en)
    if not clock.runs_in <= action.sources or action.target is None or isinstance(action.target, Back):
        zh, en = (
            "到期的动作不能从时限所在的每个状态转出",
            "does not lead from every state in which its clock runs to another",
        )
        yield Flaw("expiry_leads_nowhere", clock.name, zh, en)
    if clock.repeats:
        zh, en = "既重复又有到期动作", "repeats, and does something when it ends"
        yield Flaw("repeats_and_ends", clock.name, zh, en)


def _action(definition: Definition, name: str) -> Action:
    found = definition.action(name)
    assert found is not None  # names were checked
    return found


# --- what is asked for ------------------------------------------------------------------------------------------------


def _all_fields(definition: Definition) -> Iterator[tuple[str, Field]]:
    yield from ((definition.kind, field) for field in definition.fields)
    asking: list[Action | Matter] = [*definition.actions, *definition.matters]
    for each in asking:
        yield from ((each.name, field) for field in each.fields)


def _fields(definition: Definition) -> Iterator[Flaw]:
    for where, field in _all_fields(definition):
        place = f"{where}.{field.name}"
        takes_options = field.type in (FieldType.CHOICE, FieldType.LIST)
        if bool(field.options) > takes_options or (field.type is FieldType.CHOICE and not field.options):
            zh, en = "选择项与类型不符", "has options and is no choice, or is a choice without any"
            yield Flaw("options", place, zh, en)
        if field.least is not None and field.most is not None and field.least > field.most:
            yield Flaw("limits", place, "下限大于上限", "its least is more than its most")
    groups = [(definition.kind, definition.fields), *((each.name, each.fields) for each in definition.actions)]
    for where, fields in (*groups, *((each.name, each.fields) for each in definition.matters)):
        yield from (Flaw(f.code, f"{where}.{f.where}", f.zh, f.en) for f in _twice("field", (f.name for f in fields)))


def _matters(definition: Definition) -> Iterator[Flaw]:
    roles = {part.role for part in definition.parts}
    for matter in definition.matters:
        if len(matter.between) != 2 or matter.between - roles or matter.settled_by not in matter.between:
            zh, en = (
                "应在两个参与方之间，由其中一方商定",
                "is between two roles that take part, one of which settles it",
            )
            yield Flaw("matter_between", matter.name, zh, en)
        if not matter.open_in or not matter.fields:
            zh, en = "没有可以磋商的状态或内容", "is open in no state, or about nothing"
            yield Flaw("matter_never_open", matter.name, zh, en)
        if any(field.personal for field in matter.fields):
            zh, en = "商定的内容不能抹去，不应含个人信息", "what is agreed stays, so it may not name persons"
            yield Flaw("matter_personal", matter.name, zh, en)


def _notices(definition: Definition) -> Iterator[Flaw]:
    roles = {part.role for part in definition.parts}
    known = {each.name for each in definition.actions} | {Own.OPEN}
    for notice in definition.notices:
        if notice.action not in known or notice.to - roles or not notice.to:
            zh, en = "通知的动作或对象不存在", "tells of no action, or a role that takes no part"
            yield Flaw("notice_of_nothing", notice.action, zh, en)
    for opening in definition.openings:
        action = definition.action(opening.action)
        if action is None or not action.guards or opening.to not in roles:
            zh, en = (
                "开放的动作不存在、没有规则拦，或对象不存在",
                "opens no action that rules hold back, or tells nobody",
            )
            yield Flaw("opening_of_nothing", opening.action, zh, en)


# --- the graph --------------------------------------------------------------------------------------------------------


def edges(definition: Definition) -> Iterator[tuple[str, Action, str]]:
    """Every way from a state to another: source, action, target."""
    for action in definition.actions:
        for source in sorted(action.sources):
            for target in sorted(definition.targets(action, source)):
                yield source, action, target


def _closure(start: Iterable[str], ways: Iterable[tuple[str, str]]) -> set[str]:
    steps: dict[str, set[str]] = {}
    for source, target in ways:
        steps.setdefault(source, set()).add(target)
    seen, waiting = set(start), list(start)
    while waiting:
        for target in steps.get(waiting.pop(), set()) - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def _reached(definition: Definition) -> Iterator[Flaw]:
    seen = _closure([definition.first], ((source, target) for source, _, target in edges(definition)))
    for state in definition.states:
        if state.name not in seen:
            zh, en = "从起始状态到不了", "cannot be reached from the first state"
            yield Flaw("unreachable_state", state.name, zh, en)


def _left(definition: Definition) -> Iterator[Flaw]:
    left = {source for source, _, target in edges(definition) if source != target}
    for state in definition.states:
        if not state.end and state.name not in left:
            yield Flaw("state_without_exit", state.name, "没有出路", "nothing leads out of it")


def _waited_in(definition: Definition) -> Iterator[Flaw]:
    """In every state that is no end, a clock runs: nobody waits for ever without a word."""
    timed = {state for clock in definition.clocks for state in clock.runs_in}
    for state in definition.states:
        if not state.end and state.name not in timed:
            zh, en = "没有时限：可以无声地一直等下去", "no clock runs in it: one may wait in it for ever"
            yield Flaw("state_without_time", state.name, zh, en)


def _ended(definition: Definition) -> Iterator[Flaw]:
    ends = {state.name for state in definition.states if state.end}
    if not ends:
        yield Flaw("no_end", definition.kind, "没有终态", "has no end state")
        return
    can = _closure(ends, ((target, source) for source, _, target in edges(definition)))
    left = {source for source, _, target in edges(definition) if source != target}
    for state in definition.states:
        if state.name not in can and state.name in left:
            zh, en = "从这里到不了任何终态", "no end state is reached from it"
            yield Flaw("trap", state.name, zh, en)


def _within(clock: Clock) -> frozenset[str]:
    """The states in which a clock does not end."""
    return clock.runs_in | clock.pauses_in | clock.goes_on_in


def _clocks(definition: Definition) -> Iterator[Flaw]:
    roles = {part.role for part in definition.parts}
    ends = {state.name for state in definition.states if state.end}
    for clock in definition.clocks:
        within = _within(clock)
        out = any(source in within and target not in within for source, _, target in edges(definition))
        if not clock.runs_in or not out:
            zh, en = "没有动作使它结束", "no action ends it: it has no state to run in, or none leads out"
            yield Flaw("clock_without_end", clock.name, zh, en)
        twice = len(clock.runs_in) + len(clock.pauses_in) + len(clock.goes_on_in) > len(within)
        if twice or within & ends:
            zh, en = "在同一状态又走又停，或在终态仍在走", "runs and pauses in one state, or goes on in an end state"
            yield Flaw("clock_states", clock.name, zh, en)
        if clock.against not in roles:
            yield Flaw("clock_against_nobody", clock.name, "对象不是参与方", "runs against a role that takes no part")


def _interviews(definition: Definition) -> Iterator[Flaw]:
    """What is asked exists, is not too much, and comes together in what the action takes."""
    for each in definition.interviews:
        yield from _interview(definition, each)


def _interview(definition: Definition, interview: Interview) -> Iterator[Flaw]:
    action = definition.action(interview.action)
    if action is None:
        zh, en = f"没有“{interview.action}”这个动作", f'there is no action "{interview.action}"'
        yield Flaw("unknown_action", interview.action, zh, en)
        return
    fields = {each.name: each for each in action.fields}
    for name in interview.asks:
        if name not in fields:
            yield Flaw("asks_no_field", f"{action.name}.{name}", "动作没有这个字段", "the action has no such field")
        elif fields[name].required:
            zh, en = (
                "问到的字段须可以不填：先答后交",
                "a field that is asked is not required: drafts are saved one by one",
            )
            yield Flaw("asks_required", f"{action.name}.{name}", zh, en)
    if len(set(interview.asks)) > MOST_QUESTIONS:
        zh, en = f"最多问 {MOST_QUESTIONS} 个", f"asks more than {MOST_QUESTIONS} questions"
        yield Flaw("asks_too_much", action.name, zh, en)
    if not interview.open_in <= action.sources:
        zh, en = "问完以后这个状态不能办", "is open in a state in which the action is not"
        yield Flaw("prepared_in_vain", action.name, zh, en)
    if interview.materials and action.papers is None:
        yield Flaw("materials_for_nothing", action.name, "动作不收材料", "the action takes no papers")


def _living(definition: Definition, living: Mapping[str, int]) -> Iterator[Flaw]:
    states = {state.name for state in definition.states}
    for state, count in living.items():
        if state not in states and count:
            zh, en = (
                f"还有 {count} 个案件在这个状态，不能删去",
                f"{count} cases stand in this state: it cannot be removed",
            )
            yield Flaw("state_in_use", state, zh, en)
