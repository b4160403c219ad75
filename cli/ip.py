"""`lianxin ip`: IP finance for files: may a right back a loan, date quantities, a range of value."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.case_files import OutOption, finish
from cli.common import out
from rules.ip_finance.value import ValueRange
from services import ip_finance
from services.ip_finance import CalendarName

app = typer.Typer(no_args_is_help=True)

CalendarOption = Annotated[
    CalendarName,
    typer.Option("--calendar", help="休息日：official 国务院日历，weekends 只看周末。Which days are rest days."),
]


@app.command("check")
def check(
    cases: Annotated[
        Path, typer.Option("--cases", metavar="FILE.jsonl", help="案件文件，每行一个。One case a line.", exists=True)
    ],
    out_path: OutOption,
    calendar: CalendarOption = CalendarName.OFFICIAL,
) -> None:
    """这项权利今天能不能为这笔贷款质押，为什么。May this right back this loan today, and if not, why."""
    found = ip_finance.check(cases, calendar.calendar)
    finish(out_path, ip_finance.checked_csv(found), found.refused)


@app.command("dates")
def dates(
    cases: Annotated[
        Path, typer.Option("--cases", metavar="FILE.csv", help="日期问题文件。File of date quantities.", exists=True)
    ],
    out_path: OutOption,
    calendar: CalendarOption = CalendarName.OFFICIAL,
) -> None:
    """期限、年费、宽展等日期。Last days, fee days, grace periods."""
    found = ip_finance.check_dates(cases, calendar.calendar)
    finish(out_path, ip_finance.dates_csv(found), found.refused)


@app.command("value")
def value(
    facts: Annotated[
        Path, typer.Option("--facts", metavar="FILE.json", help="收入和各参数的区间。Revenue and bands.", exists=True)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")] = False,
) -> None:
    """估值区间和驱动因素，从不只给一个数。A range of value with its drivers, never one number."""
    found = ip_finance.value_of(facts)
    if as_json:
        typer.echo(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        _print(found)


def _print(found: ValueRange) -> None:
    if found.unknown:
        typer.echo(f"估值未知，缺少：{'、'.join(found.unknown)}。Value unknown.")
    else:
        typer.echo(f"{found.low:,} 至 {found.high:,} 元，基准 {found.base:,} 元。Range and base in yuan.")
        table = Table(title="驱动因素，单独变动，影响大的在前 Drivers, largest first", title_justify="left", box=None)
        for heading in ("参数", "悲观一端", "乐观一端", "差额"):
            table.add_column(heading, justify="left" if heading == "参数" else "right")
        for each in found.drivers:
            table.add_row(each.name.chinese, f"{each.low:,}", f"{each.high:,}", f"{each.swing:,}")
        out.print(table)
    for note in found.notes:
        typer.echo(note)
