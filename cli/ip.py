"""`lianxin ip`: IP finance for files: may a right back a loan, date quantities, a range of value."""

from pathlib import Path
from typing import Annotated

import typer

from cli.repair import OutOption, finish
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
