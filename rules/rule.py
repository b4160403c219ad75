"""Rules 规则: small typed functions, each declared once with its id, question, citations and codes.

Five things stand in a rule set, which asks them in order until one gives an answer:

    Rule      a question; when it applies it gives an answer and its reasons, and the matter is settled
    When      rules that are asked in order, but only about some cases
    Together  questions that are all asked; every one that applies is a reason (conditions, doubts)
    Weighed   questions that are all asked; each has an answer of its own, and the gravest of them counts
    Shown     a value that others rest on (start day, gravity, period): shown in the walk, never an answer

Rules may stand `beside` another: they are asked only when it applied, and add their codes to its reasons.
From these declarations come the finding with its walk, the rule table and the documentation.
"""

import hashlib
import importlib
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache, cached_property, partial
from importlib.resources import files
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from rules.answer import Answer, Step, ToldStep
from rules.law import Citation, Text
from rules.parameters import Parameter

C = TypeVar("C")
K = TypeVar("K")
V = TypeVar("V")
C_contra = TypeVar("C_contra", contravariant=True)


class Said(NamedTuple):
    """What a rule says when it applies: an answer and its reasons.

    In a group, beside another rule or as a note only the reasons count: the group has its answer.
    """

    answer: Answer
    reasons: frozenset[str] = frozenset()


@cache
def says(answer: Answer, *reasons: str) -> Said:
    """An answer with its reasons: the same object every time."""
    return Said(answer, frozenset(reasons))


class Entry(Protocol[C_contra]):
    """What can stand in a rule set.

    Asking has two parts: `hear` asks about a case, `decided` makes of what was heard an answer with its walk. The same
    is heard of many cases, so that the second part is done once and kept.
    """

    @property
    def rules(self) -> "Sequence[Rule[Any]]":
        """Every single rule in it, for the table."""
        ...

    @property
    def missed(self) -> tuple[Step, ...]:
        """The steps of a walk that passed it by."""
        ...

    @property
    def hear(self) -> Callable[[C_contra], Hashable | None]:
        """What it says of a case; equal where it says the same. None: it settles nothing."""
        ...

    def decided(self, heard: Any) -> "Decided":
        """What was said, and the steps that led to it."""
        ...


class Decided(NamedTuple):
    """What was said, and the steps that led to it."""

    said: Said
    walk: tuple[Step, ...]


class _Kept(dict[K, V]):
    """What is worked out from a key: once, then kept."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        value = self[key] = self._work_out(key)
        return value


@dataclass(frozen=True, eq=False)
class Rule(Generic[C]):
    """One question of the law.

    `number`: its place in the order of questions (8a). `applies`: what it says of a case, None where it does not apply.
    `hit`, `miss`: the word for either; a blank `hit` stands for the answer itself. `how`: how it decides, in a
    sentence. `answers`, `codes`: all that it may say.
    `reads`: attributes of the case that it looks at (dotted where they lie deeper), shown as the values used.
    `beside`: rules asked only when this one applied, whose codes join its reasons.
    """

    id: str
    number: str
    question: str
    how: str
    citations: tuple[Citation, ...]
    applies: Callable[[C], Said | None]
    hit: str = "是"
    miss: str = "否"
    answers: tuple[Answer, ...] = ()
    codes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    beside: tuple["Rule[C]", ...] = ()
    missed: tuple[Step, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "missed", (Step(self, False),))

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name(self, self.applies.__module__)

    @property
    def rules(self) -> Sequence["Rule[Any]"]:
        return (self, *(each for beside in self.beside for each in beside.rules))

    @property
    def hear(self) -> Callable[[C], Hashable | None]:
        return self._hear_all if self.beside else self.applies

    def _hear_all(self, case: C) -> tuple[Said, "Heard"] | None:
        said = self.applies(case)
        return None if said is None else (said, self._added.hear(case))

    def decided(self, heard: Any) -> Decided:
        if not self.beside:
            return Decided(heard, (self.step(heard),))
        said, added = heard[0], self._added.collected[heard[1]]
        return Decided(Said(said.answer, said.reasons | added.reasons), (self.step(said), *added.steps))

    @cached_property
    def _added(self) -> "_Panel[C]":
        return _Panel(self.beside)

    def step(self, said: Said) -> Step:
        """The step that says it applied."""
        return Step(self, True, said.reasons, said.answer)

    def told(self, case: Any, step: Step, texts: frozenset[Text] | None) -> ToldStep:
        values = _values(case, self.reads)
        said = self._word(step)
        codes, cited = tuple(sorted(step.codes.intersection(self.codes))), self.cited_in(texts)
        return ToldStep(self.number, (self.id,), self.question, said, self.how, step.applied, codes, cited, values)

    def _word(self, step: Step) -> str:
        """What it said, in a word; a rule without a word of its own says its answer."""
        if step.applied and self.hit:
            return self.hit
        return self.miss if step.answer is None else step.answer.chinese

    def cited_in(self, texts: frozenset[Text] | None) -> tuple[Citation, ...]:
        """Its citations from the texts of a rule set; all of them where none is from these."""
        return tuple(c for c in self.citations if texts is None or c.text in texts) or self.citations


@dataclass(frozen=True, eq=False)
class Shown(Generic[C]):
    """A value that rules rest on, in the walk: `value` in words, and the single rules that it was derived by."""

    number: str
    question: str
    value: Callable[[C], str]
    derived_by: Callable[[C], Sequence[Rule[C]]]
    rules: Sequence[Rule[Any]]
    missed: tuple[Step, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "missed", (Step(self, True),))

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name(self, self.value.__module__)

    def told(self, case: Any, step: Step, texts: frozenset[Text] | None) -> ToldStep:
        used = self.derived_by(case)
        cited = tuple(dict.fromkeys(c for rule in used for c in rule.cited_in(texts)))
        values = _values(case, [name for rule in used for name in rule.reads])
        how, ids = "；".join(rule.how for rule in used), tuple(rule.id for rule in used)
        return ToldStep(self.number, ids, self.question, self.value(case), how, step.applied, (), cited, values)


Standing: TypeAlias = Entry[C] | Shown[C]
"""What stands in the list of a rule set."""


class Failed(NamedTuple, Generic[C]):
    """A case together with the reasons that were collected about it."""

    case: C
    reasons: frozenset[str]


@dataclass(frozen=True, eq=False)
class Together(Generic[C]):
    """Questions that are all asked. If any applies, the answer is `answer` with the reasons of all that did.

    `instead`: asked of the collected reasons first; what it says takes their place.
    `beside`: rules asked only when something applied, whose codes join the reasons.
    """

    each: tuple[Rule[C], ...]
    answer: Answer
    instead: tuple[Rule[Failed[C]], ...] = ()
    beside: tuple[Rule[C], ...] = ()

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        return (*self.each, *self.instead, *self.beside)

    @property
    def missed(self) -> tuple[Step, ...]:
        return self._asked.missed

    @cached_property
    def _asked(self) -> "_Panel[C]":
        return _Panel(self.each)

    @cached_property
    def _instead(self) -> "Questions[Failed[C]]":
        return Questions(self.instead)

    @cached_property
    def _added(self) -> "_Panel[C]":
        return _Panel(self.beside)

    def hear(self, case: C) -> "tuple[Heard, Decided | None, Heard] | None":
        heard = self._asked.hear(case)
        if not any(heard):
            return None
        special = self._instead.ask(Failed(case, self._asked.collected[heard].reasons)) if self.instead else None
        added = self._added.hear(case) if self.beside and special is None else ()
        return heard, special, added

    def decided(self, heard: Any) -> Decided:
        asked, special = self._asked.collected[heard[0]], heard[1]
        if special is not None:
            return Decided(special.said, asked.steps + special.walk)
        added = self._added.collected[heard[2]]
        return Decided(
            Said(self.answer, asked.reasons | added.reasons), asked.steps + self._instead.passed + added.steps
        )


@dataclass(frozen=True, eq=False)
class Weighed(Generic[C]):
    """Questions that are all asked. The gravest answer counts, with the reasons of all that gave one.

    `gravest_first`: the answers that count, in their order; any other (a question that does not concern the case) is
    in the walk and decides nothing. `otherwise`: the answer where none counts.
    """

    each: tuple[Rule[C], ...]
    gravest_first: tuple[Answer, ...]
    otherwise: Answer

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        return self.each

    @property
    def missed(self) -> tuple[Step, ...]:
        return self._asked.missed

    @cached_property
    def _asked(self) -> "_Panel[C]":
        return _Panel(self.each)

    def hear(self, case: C) -> "Heard":
        return self._asked.hear(case)

    def decided(self, heard: "Heard") -> Decided:
        counted = [said for said in heard if said is not None and said.answer in self.gravest_first]
        answer = min((said.answer for said in counted), key=self.gravest_first.index, default=self.otherwise)
        reasons = frozenset(reason for said in counted for reason in said.reasons)
        return Decided(Said(answer, reasons), tuple(map(self._step, self.each, heard)))

    def _step(self, rule: Rule[C], said: Said | None) -> Step:
        if said is None:
            return rule.missed[0]
        return rule.step(said) if said.answer in self.gravest_first else Step(rule, False, answer=said.answer)


@dataclass(frozen=True, eq=False)
class When(Generic[C]):
    """Rules that are asked in order, but only about a case that `concerns` them; all others pass them by."""

    concerns: Callable[[C], bool]
    each: tuple[Rule[C], ...]

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        return [rule for each in self.each for rule in each.rules]

    @cached_property
    def _questions(self) -> "Questions[C]":
        return Questions(self.each)

    @property
    def missed(self) -> tuple[Step, ...]:
        return self._questions.passed

    def hear(self, case: C) -> Decided | None:
        return self._questions.ask(case) if self.concerns(case) else None

    def decided(self, heard: Decided) -> Decided:
        return heard  # its questions have decided


Heard = tuple[Said | None, ...]
"""What each rule of a group said."""


class _Collected(NamedTuple):
    """What the rules of a group said together: the reasons of those that apply, and every step."""

    reasons: frozenset[str]
    steps: tuple[Step, ...]


class _Panel(Generic[C]):
    """Rules that are all asked. What they say together, they have mostly said before: each combination is kept."""

    def __init__(self, rules: Sequence[Rule[C]]) -> None:
        self._rules = rules
        self._applies = [rule.applies for rule in rules]
        self.collected = _Kept(self._collect)
        self.missed = tuple(step for rule in rules for step in rule.missed)

    def hear(self, case: C) -> Heard:
        heard = []
        for applies in self._applies:  # as a comprehension it would take half as long again
            heard.append(applies(case))
        return tuple(heard)

    def _collect(self, heard: Heard) -> _Collected:
        reasons = frozenset(reason for said in heard if said is not None for reason in said.reasons)
        pairs = zip(self._rules, heard, strict=True)
        return _Collected(reasons, tuple(rule.missed[0] if said is None else rule.step(said) for rule, said in pairs))


class Questions(Generic[C]):
    """Entries in order. Those before the one that settles a matter have all passed it by, so that the walk up to it
    is the same for every matter, and so is all of it where the same was said."""

    def __init__(self, entries: Sequence[Standing[C]]) -> None:
        self.entries = tuple(entries)
        self._asked: list[tuple[Callable[[C], Hashable | None], _Kept[Hashable, Decided]]] = []
        passed: tuple[Step, ...] = ()
        for entry in entries:
            if not isinstance(entry, Shown):  # it never settles anything
                self._asked.append((entry.hear, _Kept(partial(_after, passed, entry))))
            passed += entry.missed
        self.passed = passed

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        return [rule for entry in self.entries for rule in entry.rules]

    def ask(self, case: C) -> Decided | None:
        """Ask in order; the first that gives an answer ends it. None: none of them settled the matter."""
        for hear, decided in self._asked:
            heard = hear(case)
            if heard is not None:
                return decided[heard]
        return None


def _after(passed: tuple[Step, ...], entry: Entry[Any], heard: Hashable) -> Decided:
    """What an entry decides, with the steps that passed before it."""
    decided = entry.decided(heard)
    return Decided(decided.said, passed + decided.walk)


def rule(
    id: str,
    number: str,
    question: str,
    how: str,
    citations: Sequence[Citation],
    *,
    hit: str = "是",
    miss: str = "否",
    answers: Sequence[Answer] = (),
    codes: Sequence[str] = (),
    reads: Sequence[str] = (),
    beside: "Sequence[Rule[Any]]" = (),
) -> Callable[[Callable[[C], Said | None]], Rule[C]]:
    """Declare a function as a rule; see Rule for what each part means."""

    def declared(applies: Callable[[C], Said | None]) -> Rule[C]:
        says_all, gives = tuple(answers), tuple(codes)
        return Rule(
            id,
            number,
            question,
            how,
            tuple(citations),
            applies,
            hit,
            miss,
            says_all,
            gives,
            tuple(reads),
            tuple(beside),
        )

    return declared


@dataclass(frozen=True, eq=False)
class RuleSet(Generic[C]):
    """规则集 An ordered list of questions, in force from its first to its last day.

    `texts`: the legal texts that it states; citations from others are shown only where it has none.
    `notes`: rules whose codes are remarks 提示 that decide nothing.
    `package`: where its code and numbers stand; the digest covers them. `module`: where the set itself is declared.
    """

    id: str
    title: str
    first_day: date
    last_day: date | None
    texts: frozenset[Text]
    entries: tuple[Standing[C], ...]
    notes: tuple[Rule[C], ...]
    parameters: tuple[Parameter[Any], ...]
    package: str
    module: str

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name(self, self.module)

    @property
    def rules(self) -> tuple[Rule[Any], ...]:
        return tuple(dict.fromkeys([*(rule for entry in self.entries for rule in entry.rules), *self.notes]))

    def law_day(self, on: date) -> date:
        """The day on which its numbers are read: the day itself, or its nearest one in force (a rule set that is
        frozen into a case, or compared with another, keeps the numbers that it had)."""
        if self.last_day is not None and on > self.last_day:
            return self.last_day
        return on if on > self.first_day else self.first_day

    @cached_property
    def questions(self) -> Questions[C]:
        return Questions(self.entries)

    def decide(self, case: C) -> Decided:
        """Ask the questions in order until one settles the matter."""
        decided = self.questions.ask(case)
        assert decided is not None, f"{self.id}: no question settled the matter"
        return decided

    @cached_property
    def _noting(self) -> _Panel[C]:
        return _Panel(self.notes)

    def notes_on(self, case: C) -> frozenset[str]:
        """The notes on a case."""
        return self._noting.collected[self._noting.hear(case)].reasons

    @cached_property
    def digest(self) -> str:
        """SHA-256 over rules, numbers and the code of the package: another digest means that something changed."""
        text = json.dumps(self.declaration(), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256((text + _sources(self.package)).encode()).hexdigest()

    def declaration(self) -> dict[str, Any]:
        """What the rule set declares, as plain values: what the digest, a frozen set and the table are made of."""
        return {
            "id": self.id,
            "title": self.title,
            "first_day": self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "rules": [rule_json(rule, self.texts) for rule in self.rules],
            "parameters": [parameter_json(each) for each in self.parameters],
        }

    def freeze(self) -> "FrozenRuleSet":
        """The set as it stands today, to be kept with a case at filing."""
        return FrozenRuleSet(self.id, self.digest, self.declaration())


@dataclass(frozen=True, slots=True)
class FrozenRuleSet:
    """A rule set as it stood when a case was filed: its id, its digest and all that it declared."""

    id: str
    digest: str
    declared: dict[str, Any]

    def changed(self, now: RuleSet[Any]) -> bool:
        """Whether rules, numbers or code differ today from what was frozen."""
        return now.digest != self.digest


def rule_json(rule: Rule[Any], texts: frozenset[Text] | None) -> dict[str, Any]:
    """A rule as plain values."""
    return {
        "id": rule.id,
        "number": rule.number,
        "question": rule.question,
        "how": rule.how,
        "answers": [answer.value for answer in rule.answers],
        "codes": list(rule.codes),
        "citations": [citation.json() for citation in rule.cited_in(texts)],
    }


def parameter_json(parameter: Parameter[Any]) -> dict[str, Any]:
    """A parameter as plain values."""
    return {
        "id": parameter.id,
        "title": parameter.title,
        "unit": parameter.unit,
        "versions": [
            {
                "first_day": version.first_day.isoformat(),
                "last_day": None if version.last_day is None else version.last_day.isoformat(),
                "value": shown(version.value),
                "citation": version.citation.json(),
            }
            for version in parameter.versions
        ],
    }


def shown(value: Any) -> str:
    """A value as people read it; of declared facts that have parts, each part with its label."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset | tuple):
        return "、".join(sorted(shown(each) for each in value)) or "—"
    if isinstance(value, Mapping):
        return "、".join(f"{key} {shown(each)}" for key, each in value.items()) or "—"
    if is_dataclass(value) and all("label" in each.metadata for each in fields(value)):
        return "；".join(f"{each.metadata['label']} {shown(getattr(value, each.name))}" for each in fields(value))
    return str(value)


def _values(case: Any, names: Sequence[str]) -> dict[str, str]:
    """The values that a rule looked at, under the last part of their names."""
    return {name.rpartition(".")[2]: shown(attrgetter(name)(case)) for name in names}


def _sources(package: str) -> str:
    folder = files(package)
    named = sorted((each.name, each) for each in folder.iterdir() if each.name.endswith((".py", ".yaml")))
    return "".join(f"{name}\n{each.read_text('utf-8')}" for name, each in named)


# --- Between processes: declared objects hold functions, so they travel by the name that their module gives them ------


def _by_name(declared: object, module: str) -> tuple[Any, ...]:
    names = (name for name, value in vars(importlib.import_module(module)).items() if value is declared)
    return _named, (module, next(names))


def _named(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)
