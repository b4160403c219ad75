"""`lianxin load`: load the files of a format, undo a load, list the loads."""

import json
import sys
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Literal, Self

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.core import TyperGroup

from cli.common import LedgerOption, check_writable, open_ledger, out, progress_console, write_whole
from graph.identifiers import parse_day
from graph.ledger import Ledger, LoadOutcome
from lianxin.clock import china_today
from lianxin.errors import BadQuestion, LargeRetraction
from loaders.formats import FORMATS, format_named
from loaders.loader import Format, Mode
from loaders.run import run_load
from loaders.words import both, chinese


class _FormatFirst(TyperGroup):
    """`lianxin load FORMAT PATH…` beside `lianxin load undo` and `lianxin load list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["files", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_FormatFirst, no_args_is_help=True)


@app.command("files", hidden=True)
def load_files(
    file_format: Annotated[str | None, typer.Argument(metavar="FORMAT", help="格式名。Name of the format.")] = None,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="文件夹或文件。Folders or files.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="数据集名，默认为格式名。Name of the data set.")] = None,
    mode: Annotated[
        Literal["snapshot", "increment"] | None, typer.Option("--as", help="全量或增量。Snapshot or increment.")
    ] = None,
    data_day: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="数据到哪一天，来源写明才填。 Day up to which the source says its data reach."
        ),
    ] = None,
    ledger: LedgerOption = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="把入库报告写到这里。Write the report.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="大量撤回时不再询问。Do not ask before a large retraction.")
    ] = False,
    list_formats: Annotated[bool, typer.Option("--list", help="列出格式。List the formats.")] = False,
) -> None:
    """把一种格式的文件装入账本。Load the files of a format."""
    if list_formats:
        for known in FORMATS.values():
            names = " ".join(f.names[0] for f in known.files)
            typer.echo(f"{known.name}\t{known.label}\t{known.mode}\t{names}")
        return
    if file_format is None or not paths:
        raise typer.BadParameter("需要格式名和路径，例如 lianxin load chain-cn 文件夹。Give a format and a path.")
    source_format = format_named(file_format)
    day = None if data_day is None else _data_day(data_day, source_format)
    if report is not None:
        check_writable(report)
    outcome = _load(open_ledger(ledger, create=True), source_format, paths, dataset, mode, day, yes=yes)
    if report is not None:
        write_whole(report, json.dumps(both(outcome.report()), ensure_ascii=False, indent=2) + "\n")
    _print(outcome)


def _data_day(text: str, source_format: Format) -> date:
    """The day up to which data reach. Raises BadQuestion for what is no day, or lies ahead (made-up data may)."""
    try:
        day = parse_day(text)
    except ValueError as error:
        raise BadQuestion(
            f"--data-day {text} is not a day; write it like 2026-11-20",
            f"--data-day {text} 不是日期，请写成 2026-11-20",
        ) from error
    if day > china_today() and not source_format.synthetic:
        raise BadQuestion(
            f"--data-day {day} lies ahead: no register reaches that far", f"--data-day {day} 还没有到：登记不会到那一天"
        )
    return day


def _load(
    ledger: Ledger,
    source_format: Format,
    paths: list[Path],
    dataset: str | None,
    mode: Mode | None,
    data_day: date | None,
    *,
    yes: bool,
) -> LoadOutcome:
    def once(agreed: bool) -> LoadOutcome:
        with _Bars() as bars:
            return run_load(
                ledger, source_format, paths, dataset=dataset, mode=mode, data_day=data_day, yes=agreed, progress=bars
            )

    try:
        return once(yes)
    except LargeRetraction as error:
        if not (sys.stdin.isatty() and typer.confirm(f"{error.zh}\n{error.en}\n继续？Go on?")):
            raise
    return once(True)


class _Bars:
    """A progress bar per file, on standard error; nothing when that is no terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=progress_console, disable=not progress_console.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def file(self, name: str, size: int) -> None:
        self._task = self._progress.add_task(name, total=size)

    def read(self, size: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, size)

    def comparing(self) -> None:
        self._task = self._progress.add_task("与账本比较 comparing", total=None)


def _print(outcome: LoadOutcome) -> None:
    skipped, refused = sum(outcome.skipped.values()), len(outcome.refused)
    out.print(
        f"第 {outcome.load} 次入库 load {outcome.load}: 读到 {outcome.rows:,} 行 = 新 {outcome.new:,}"
        f" + 改 {outcome.changed:,} + 未变 {outcome.unchanged:,} + 跳过 {skipped:,} + 拒收 {refused:,}；"
        f"撤回 {outcome.retracted:,}",
        highlight=False,
    )
    for title, counted in (("已收，另有说明 noted", outcome.noted), ("有理由不收 skipped", outcome.skipped)):
        if counted:
            out.print(_counted(title, counted))
    for refusal in outcome.refused:
        typer.secho(_refusal(refusal), err=True, fg="red")


def _counted(title: str, counted: Any) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("次数", justify="right")
    table.add_column("说明")
    for reason, count in sorted(counted.items(), key=lambda item: -item[1]):
        table.add_row(f"{count:,}", chinese(reason))
    return table


def _refusal(refusal: Any) -> str:
    return (
        f"{refusal['file']} 第 {refusal['row']} 行：{refusal['field_zh']}“{refusal['value']}”{refusal['problem_zh']}"
        f" ({refusal['field']} {refusal['problem']})"
    )


@app.command("undo")
def undo(
    load: Annotated[int, typer.Argument(metavar="LOAD", help="入库批次号。Number of the load.")],
    ledger: LedgerOption = None,
) -> None:
    """撤销一次入库（追加反向记录）。Append the reversal of a load."""
    outcome = open_ledger(ledger).undo(load)
    typer.echo(f"第 {load} 次入库已撤销，记为第 {outcome.load} 次。Load {load} is undone by load {outcome.load}.")


@app.command("list")
def list_loads(ledger: LedgerOption = None) -> None:
    """列出入库批次。List the loads, newest first."""
    loads = open_ledger(ledger).loads()
    if not loads:
        typer.echo("账本是空的。The ledger is empty: lianxin load FORMAT PATH")
        return
    table = Table(box=None)
    for heading in ("批次", "数据集", "方式", "时间 (UTC)", "数据到", "行", "新", "改", "撤回", "拒收", "备注"):
        table.add_column(heading, justify="right" if heading in ("批次", "行", "新", "改", "撤回", "拒收") else "left")
    for each in loads:
        counts = each.report
        remark = (
            f"撤销第 {each.undoes} 次" if each.undoes else f"已被第 {each.undone_by} 次撤销" if each.undone_by else ""
        )
        numbers = (f"{counts[name]:,}" for name in ("rows", "new", "changed", "retracted"))
        refused = str(len(counts["refused"]))
        days = f"{each.committed_at:%Y-%m-%d %H:%M:%S}", str(each.data_day or "未写明")
        table.add_row(str(each.id), each.dataset, each.mode, *days, *numbers, refused, remark)
    out.print(table)
