"""`lianxin case`: cases at the command line. What is done here is done by the operator, in the role that he names."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from cases import event_log, notices
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.clock import readings
from cases.definitions import registry
from cases.diagram import mermaid
from cases.documents import Proof
from cases.engine import Done, Engine, open_actions
from cases.lint import lint as lint_definition
from cases.notices import Contact
from cli.common import LedgerOption, open_ledger, out
from graph.identifiers import parse_day
from lianxin.clock import china_today, utc_now
from lianxin.errors import BadQuestion
from lianxin.settings import read_settings
from services import cases as service

app = typer.Typer(no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="CASE", help="案件编号。Number of the case.")]
KindArgument = Annotated[str | None, typer.Argument(metavar="KIND", help="事项，不写则全部。Kind; all without one.")]
AsRole = Annotated[Role, typer.Option("--as", help="以哪个角色办理。In which role.")]
Values = Annotated[str, typer.Option("--values", metavar="JSON", help="填写的内容（JSON）。What is stated, as JSON.")]
Files = Annotated[list[Path] | None, typer.Option("--file", help="材料，可以写几次。A paper; may be repeated.")]
Key = Annotated[str | None, typer.Option("--key", help="幂等键：同一个键只办一次。Idempotency key.")]
OnOption = Annotated[str | None, typer.Option("--on", metavar="DAY", help="哪一天，默认今天。Which day.")]


@contextmanager
def _engine(ledger: str | None) -> Iterator[Engine]:
    with closing(open_ledger(ledger)) as opened:
        yield service.engine(opened)


# --- looking ----------------------------------------------------------------------------------------------------------


@app.command("list")
def show_all(
    ended: Annotated[bool | None, typer.Option("--ended/--open", help="只列办结的或在办的。")] = None,
    ledger: LedgerOption = None,
) -> None:
    """列出案件，最新的在前。List the cases, the newest first."""
    with _engine(ledger) as engine:
        heads = engine.heads(ended=ended)
    table = Table("编号", "事项", "状态", "企业", "单位", "版本")
    for each in heads:
        definition = next((d for d in engine.registry.kinds() if d.kind == each.kind), None)
        known = definition is not None and any(s.name == each.state for s in definition.states)
        state = definition.state(each.state).words.zh if definition is not None and known else each.state
        kind = definition.words.zh if definition is not None else each.kind
        table.add_row(str(each.id), kind, state, each.enterprise or "", each.authority or "", str(each.version))
    out.print(table)


@app.command("show")
def show(number: Number, ledger: LedgerOption = None) -> None:
    """一个案件：到哪一步、等谁、到哪天、做过什么。One case: where it stands, who is waited for, its events."""
    with _engine(ledger) as engine:
        case = engine.case(number)
        read = readings(engine.calendar, case, china_today())
    out.print(f"第 {case.id} 号  {case.definition.words.zh}  {case.state.words.zh}（{case.state.words.en}）")
    out.print(f"版本 {case.version}  定义 {case.definition.kind} {case.definition.version}")
    for action in open_actions(case):
        who = "、".join(case.definition.part(role).zh for role in Role if role in action.who)
        out.print(f"  可以办：{action.name}  {action.words.zh}（{who}）")
    for each in read:
        due = "停着" if each.due is None else f"到 {each.due.day}{'（暂定）' if each.due.provisional else ''}"
        out.print(f"  时限：{each.clock.words.zh}  {due}，已用 {each.used}/{each.limit}，对方用 {each.stood}")
    table = Table("序号", "日期", "角色", "经办", "动作", "内容", "摘要")
    for event in case.events:
        values = orjson.dumps(event.values).decode() if event.values else ""
        table.add_row(str(event.seq), str(event.on), event.role, event.actor, event.action, values, event.hash[:12])
    out.print(table)


# --- acting -----------------------------------------------------------------------------------------------------------


@app.command("open")
def open_case(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="事项，见 case lint。Kind of case.")],
    role: AsRole,
    values: Values = "{}",
    enterprise: Annotated[str | None, typer.Option("--enterprise", help="企业代码。Key of the enterprise.")] = None,
    authority: Annotated[str | None, typer.Option("--authority", help="认定单位。The authority.")] = None,
    key: Key = None,
    ledger: LedgerOption = None,
) -> None:
    """建一个案件。Open a case."""
    with _engine(ledger) as engine:
        order = Order(Actor(role), china_today(), utc_now(), key=key)
        done = engine.open(kind, _json(values), order, enterprise=enterprise, authority=authority)
    _say(done)


@app.command("act")
def act(
    number: Number,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="动作，见 case show。What to do.")],
    role: AsRole,
    version: Annotated[int, typer.Option("--version", help="看到的版本，见 case show。The version that you saw.")],
    values: Values = "{}",
    files: Files = None,
    key: Key = None,
    ledger: LedgerOption = None,
) -> None:
    """在案件里办一步。Do something in a case."""
    proofs = [Proof(path.name, _bytes(path)) for path in files or ()]
    with _engine(ledger) as engine:
        order = Order(Actor(role), china_today(), utc_now(), version, key)
        done = engine.act(number, action, _json(values), order, proofs)
    _say(done)


@app.command("hand-over")
def hand_over(
    number: Number,
    role: AsRole,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="接手的账户。The account that takes over.")],
    version: Annotated[int, typer.Option("--version", help="看到的版本。The version that you saw.")],
    ledger: LedgerOption = None,
) -> None:
    """把一个案件移交给一个账户。Lay a case into the hands of one account."""
    with _engine(ledger) as engine:
        order = Order(Actor(Role.ADMINISTRATOR), china_today(), utc_now(), version)
        done = engine.hand_over(number, role, to, order)
    _say(done)


@app.command("contact")
def contact(
    name: Annotated[str, typer.Argument(metavar="NAME", help="账户名。Name of the account.")],
    address: Annotated[str | None, typer.Option("--address", help="邮箱，不写则不发邮件。Mail address.")] = None,
    reminders: Annotated[bool, typer.Option(help="要不要提醒（逾期告知总会收到）。Reminders or none.")] = True,
    superior: Annotated[str | None, typer.Option("--superior", help="逾期告知谁。Who is told of silence.")] = None,
    deputy: Annotated[str | None, typer.Option("--deputy", help="代办人。Who stands in.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="代办从哪天。From.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="代办到哪天。Up to.")] = None,
    ledger: LedgerOption = None,
) -> None:
    """一个账户怎么通知、谁代办；每次写全。How an account is told, and who stands in for it; all of it each time."""
    days = [None if each is None else _day(each) for each in (first, last)]
    with closing(open_ledger(ledger)) as opened:
        notices.set_contact(opened, name, Contact(address, reminders, superior, deputy, *days))
    typer.echo(f"账户 {name} 的通知方式已改。How {name} is told is changed.")


def _say(done: Done) -> None:
    case, again = done.case, "（先前已办过）" if done.again else ""
    typer.echo(
        f"第 {case.id} 号案件到第 {done.event.seq} 版，{case.state.words.zh}{again}。"
        f"Case {case.id} is at version {done.event.seq}: {case.state.words.en}."
    )


def _json(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadQuestion(f"--values: no JSON ({error})", "--values 不是 JSON") from error
    if not isinstance(found, dict):
        raise BadQuestion("--values: should be a JSON object", "--values 应为一个 JSON 对象")
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadQuestion(f"{path}: cannot be read ({error.strerror})", f"{path}：读不出来") from error


# --- keeping ----------------------------------------------------------------------------------------------------------


@app.command("tick")
def tick(on: OnOption = None, ledger: LedgerOption = None) -> None:
    """办理到期的事：提醒、告知上级、告知牵头部门，并发出邮件。Do what is due, and mail the notices."""
    day = china_today() if on is None else _day(on)
    settings = read_settings()
    with _engine(ledger) as engine:
        done = service.tick(engine, settings, day, utc_now())
    typer.echo(
        f"看了 {done.ticked.cases} 个在办案件，记了 {done.ticked.events} 件事，发了 {done.posted.sent} 封邮件。"
        f"{done.ticked.cases} open cases, {done.ticked.events} events, {done.posted.sent} mails."
    )
    for failed in done.ticked.failed:
        typer.secho(f"第 {failed.case} 号案件：{failed.zh}\ncase {failed.case}: {failed.en}", err=True, fg="red")
    if done.posted.down or done.posted.refused:
        typer.secho(
            f"邮件没有全部发出（{done.posted.down or '地址被拒'}），下次再发。"
            f"Not all mail went ({done.posted.down or 'addresses refused'}); it waits for the next time.",
            err=True,
            fg="yellow",
        )
    if done.ticked.failed:
        raise typer.Exit(1)


@app.command("verify")
def verify(ledger: LedgerOption = None) -> None:
    """核对每条事件链和每个检查点，指出第一处不符。Check every chain and checkpoint, name the first broken event."""
    with closing(open_ledger(ledger)) as opened:
        found = event_log.verify(opened)
    for each in found.broken:
        typer.secho(f"{each.where}：{each.zh}\n{each.where}: {each.en}", err=True, fg="red")
    if found.broken:
        raise typer.Exit(1)
    typer.echo(
        f"{found.cases} 个案件、{found.events} 个事件、{found.checkpoints} 个检查点，全部相符。"
        f"{found.cases} cases, {found.events} events, {found.checkpoints} checkpoints: all hold."
    )


@app.command("checkpoint")
def checkpoint(ledger: LedgerOption = None) -> None:
    """当天的检查点：请抄送到平台之外（审计邮箱、打印件）。The checkpoint of the day: keep it outside the platform."""
    with closing(open_ledger(ledger)) as opened:
        made = event_log.checkpoint(opened, china_today(), utc_now())
    typer.echo(f"{made.day}  {made.cases} 个案件  {made.digest}")


# --- definitions ------------------------------------------------------------------------------------------------------


@app.command("lint")
def lint(kind: KindArgument = None, ledger: LedgerOption = None) -> None:
    """检查事项定义；给出账本时，还检查在办案件所处的状态。Check definitions, and the states in which cases live."""
    living: Mapping[tuple[str, str], Mapping[str, int]] = {}
    if ledger is not None:
        with _engine(ledger) as engine:
            living = service.living(engine)
    chosen = registry().all() if kind is None else [registry().newest(kind)]
    flaws = 0
    for definition in chosen:
        found = lint_definition(definition, living.get((definition.kind, definition.version)))
        flaws += len(found)
        typer.echo(f"{definition.kind} {definition.version}  {definition.words.zh}  {len(found) or '没有'} 问题")
        for each in found:
            typer.secho(f"  {each.code} {each.where}：{each.zh}\n  {each.code} {each.where}: {each.en}", fg="red")
    if flaws:
        raise typer.Exit(1)


@app.command("diagram")
def diagram(kind: Annotated[str, typer.Argument(metavar="KIND", help="事项。Kind of case.")]) -> None:
    """一个事项的状态图（Mermaid）。The state diagram of a kind, in Mermaid."""
    typer.echo(mermaid(registry().newest(kind)), nl=False)


def _day(text: str) -> Any:
    try:
        return parse_day(text)
    except ValueError as error:
        raise BadQuestion(f'"{text}" {error}', f"“{text}”不是日期，请写成 2026-11-24 这样") from error
