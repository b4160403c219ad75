"""The state diagram of a definition 状态图, in Mermaid: drawn from the declaration, never by hand."""

from collections.abc import Iterator

from cases.accounts import Role
from cases.definition import UNITS, Action, Clock, Definition
from cases.lint import edges


def mermaid(definition: Definition) -> str:
    """The diagram: states, who leads a case from one to the next, and the clocks that run in each state."""
    numbers = {state.name: f"s{n}" for n, state in enumerate(definition.states)}
    lines = [f"%% {definition.kind} {definition.version}", "stateDiagram-v2"]
    lines += [f'  state "{_quoted(each.words.zh)}" as {numbers[each.name]}' for each in definition.states]
    lines.append(f"  [*] --> {numbers[definition.first]}")
    for source, action, target in edges(definition):
        if source != target:
            lines.append(f"  {numbers[source]} --> {numbers[target]}: {_quoted(_label(definition, action))}")
    lines += [f"  {numbers[each.name]} --> [*]" for each in definition.states if each.end]
    lines += _notes(definition, numbers)
    return "\n".join(lines) + "\n"


def _label(definition: Definition, action: Action) -> str:
    who = "、".join(definition.part(role).zh for role in Role if role in action.who) or "到期"
    return f"{action.words.zh}（{who}）"


def _notes(definition: Definition, numbers: dict[str, str]) -> Iterator[str]:
    for state in definition.states:
        running = [clock for clock in definition.clocks if state.name in clock.runs_in]
        if running:
            said = "；".join(_limit(definition, clock) for clock in running)
            yield f"  note right of {numbers[state.name]}: {_quoted(said)}"


def _limit(definition: Definition, clock: Clock) -> str:
    unit = UNITS[clock.unit]
    again = "，循环提醒" if clock.repeats else ""
    newest = clock.days.versions[-1]
    citation = newest.citation
    return (
        f"{clock.words.zh} {newest.value} {unit}{again}（对{definition.part(clock.against).zh}，"
        f"{citation.text.title}，{citation.mark.chinese}）"
    )


def _quoted(text: str) -> str:
    """What Mermaid takes as words: its own signs are left out."""
    return text.replace('"', "”").replace(";", "；").replace(":", "：").replace("\n", " ")
