"""`lianxin repair`: findings, time limits and a plan for a file of credit records."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.case_files import SOME_REFUSED, OutOption, finish
from cli.common import LedgerOption, check_writable, open_ledger, out, write_whole
from graph.identifiers import parse_day
from graph.memory_build import build
from lianxin.clock import china_today
from lianxin.errors import BadQuestion
from lianxin.settings import read_settings
from rules.calendar import official_calendar
from rules.credit_repair.codes import CODES
from rules.credit_repair.facts import before_document
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.plan import OPEN_ZH, Filing, Plan
from rules.credit_repair.standards import NO_STANDARDS, Standards
from services import notices, repair
from services.calendar_file import FREE, plan_ics
from services.case_files import day_text
from services.one_record import Stated

app = typer.Typer(no_args_is_help=True)


def day_option(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}：不是日期（YYYY-MM-DD）；{error}") from error


CasesOption = Annotated[
    Path, typer.Option("--cases", metavar="FILE.csv", help="信用记录文件。File of credit records.", exists=True)
]
OnOption = Annotated[
    date | None,
    typer.Option("--on", metavar="DAY", parser=day_option, help="查询日，代替 as_of。The day, instead of as_of."),
]
StandardsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE.csv", help="各领域罚款分类标准。Sector standards that class a fine.", exists=True),
]


@app.command("check")
def check(cases: CasesOption, out_path: OutOption, standards: StandardsOption = None) -> None:
    """每条记录能不能修复、为什么、从哪天起。May each record be repaired, why, and from when."""
    read = repair.read_cases(cases)
    for id, case in read.taken:
        for name, day in before_document(case.facts).items():
            zh, en = (
                f"早于文书日期 {case.facts.document_date}，照原样计算，请核对",
                "before the document; taken as it is",
            )
            problem = f"{zh}。It lies {en}."
            typer.secho(f"第 {case.row} 行 {id}：{name}“{day}”{problem}", err=True, fg="yellow")
    found = repair.check(read, _standards(standards))
    finish(out_path, repair.checked_csv(found), found.refused)


@app.command("deadlines")
def deadlines(cases: CasesOption, out_path: OutOption) -> None:
    """受理、决定、反馈的最后一天。Last days for acceptance, decision and feedback."""
    found = repair.check_deadlines(cases, official_calendar())
    finish(out_path, repair.deadlines_csv(found), found.refused)


@app.command("plan")
def plan(
    cases: Annotated[Path, typer.Argument(metavar="FILE.csv", help="信用记录文件。Credit records.", exists=True)],
    on: OnOption = None,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="把日程写成 ICS 文件。Write the days as an ICS file.")
    ] = None,
    standards: StandardsOption = None,
) -> None:
    """全部记录的修复计划。A plan over all records."""
    found = repair.findings(repair.read_cases(cases, on), _standards(standards))
    made = repair.make_plan(found, on)
    if ics is not None:
        write_whole(ics, plan_ics(made))
    _print(made)
    for each in found.refused:
        typer.secho(f"第 {each.row} 行 {each.case_id}：{each.field}“{each.value}”{each.problem}", err=True, fg="red")
    if found.refused:
        raise typer.Exit(SOME_REFUSED)


@app.command("notice")
def notice(
    out_path: Annotated[Path, typer.Option("--out", metavar="FILE.docx", help="告知书写到这里。Where to write.")],
    record: Annotated[
        str | None, typer.Argument(metavar="RECORD", help="账本里的记录，如 Penalty/…。A record of the ledger.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="还没入库的决定：事实文件。Facts of a decision not loaded.", exists=True),
    ] = None,
    case: Annotated[str | None, typer.Option(metavar="ID", help="文件里的哪一行。Which case_id of the file.")] = None,
    authority: Annotated[str, typer.Option(help="作出机关。The authority that decided.")] = "",
    authority_code: Annotated[str, typer.Option(help="机关的统一社会信用代码。Its credit code.")] = "",
    number: Annotated[str, typer.Option(help="决定书文号。Number of the decision.")] = "",
    party: Annotated[str | None, typer.Option(help="当事人，只印不存。The party: printed, never stored.")] = None,
    on: OnOption = None,
    expires_on: Annotated[
        date | None,
        typer.Option(metavar="DAY", parser=day_option, help="二维码的最后一天。Last day of its code."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="手机能打开的网址，默认取 LIANXIN_BASE_URL。The address that phones reach.")
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """随决定书一起给的信用修复告知书，带算好的日期和二维码。The notice of a decision, with its days and a code."""
    base = notices.base_url(base_url or read_settings().base_url)
    day = on or china_today()
    stated = None if cases is None else _stated(cases, case, day, authority, number, authority_code)
    if (record is None) == (stated is None):
        raise BadQuestion(
            "name a RECORD of the ledger, or --cases with --authority and --number, and not both",
            "请给出账本里的记录，或者给出 --cases、--authority 和 --number；两样只能有一样",
        )
    check_writable(out_path)
    opened = open_ledger(ledger)
    wanted = notices.reference(record or "") if stated is None else stated
    made = notices.make(opened, build(opened), wanted, base, day, made_by="command", party=party, expires_on=expires_on)
    write_whole(out_path, made.document)
    typer.echo(f"告知书已写入 {out_path}，二维码只能看这一条。Written; its code opens this one record.")


def _stated(path: Path, id: str | None, on: date, authority: str, number: str, authority_code: str) -> Stated:
    """The decision of one row of a case file. Raises BadQuestion where the row is refused, missing or not the only."""
    read = repair.read_cases(path, on)
    chosen = [each for each_id, each in read.taken if id in (None, each_id)]
    for refused in read.refused:
        if id in (None, refused.case_id):
            problem = f"{path.name}，第 {refused.row} 行：{refused.field}“{refused.value}”{refused.problem}"
            raise BadQuestion(f"{path.name}, row {refused.row}: {refused.field} is refused", problem)
    if len(chosen) != 1:
        raise BadQuestion(
            f"{path.name} has {len(chosen)} such rows; name one with --case",
            f"{path.name} 有 {len(chosen)} 行符合；请用 --case 指定一行",
        )
    return Stated(chosen[0].facts, authority, number, notices.authority_code(authority_code))


def _standards(path: Path | None) -> Standards:
    """The standards of a file; a row that no case can use is named."""
    if path is None:
        return NO_STANDARDS
    read = repair.read_standards(path)
    for number, row in enumerate(read.rows, start=1):
        if row.authority is not None:
            typer.secho(
                f"{path.name} 第 {number} 行（{row.field}，{row.authority}）用不上：案卷文件不写机关。"
                "装入账本（lianxin load sector-standards），登记里这个机关的罚款就按它分档。"
                f" Row {number} names an authority and a case names none: it classes nothing here.",
                err=True,
                fg="yellow",
            )
    return read


# --- The plan on the screen -------------------------------------------------------------------------------------------


def _print(made: Plan) -> None:
    if made.filings:
        out.print(_filings(made.filings))
    if made.acts:
        out.print("\n先做 Do first", style="bold")
        for act in made.acts:
            out.print(f"  {act.what}（{'、'.join(act.ids)}）", markup=False)
    _print_rest("先弄清 To clarify", made.to_clarify)
    _print_rest("不用申请或不能申请 Nothing to file", made.nothing_to_file)
    out.print(f"\n{FREE}")


def _filings(filings: Sequence[Filing]) -> Table:
    table = Table(
        title="按顺序申请，可以同时进行 In this order; all may run in parallel", title_justify="left", box=None
    )
    for heading in ("记录", "可申请日", "类别", "现在", "到期自动停止"):
        table.add_column(heading)
    for each in filings:
        values = each.finding.values
        stops = day_text(values.last_day) or "—"
        table.add_row(each.id, _first_day(each), values.gravity.chinese, each.finding.answer.chinese, stops)
    return table


def _first_day(filing: Filing) -> str:
    if filing.stops_on is not None:
        return f"不用申请，{filing.stops_on} 起不再公示"
    if filing.earliest == filing.file_from:
        return f"{filing.file_from}"
    return f"最早 {filing.earliest} / 最迟 {filing.file_from}（取决于{'、'.join(OPEN_ZH[n] for n in filing.hangs_on)}）"


def _print_rest(title: str, findings: Sequence[tuple[str, RepairFinding]]) -> None:
    if not findings:
        return
    out.print(f"\n{title}", style="bold")
    for id, finding in findings:
        reasons = "；".join(CODES[code].zh for code in sorted(finding.reasons))
        out.print(f"  {id} {finding.answer.chinese}：{reasons}", markup=False)
