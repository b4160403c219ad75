"""`lianxin rules`: the rule table, and what a change of law does to a file of records."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.case_files import OutOption, finish
from cli.repair import CasesOption, OnOption
from rules.laws import LAWS
from rules.table import table_json, table_markdown
from services import repair

app = typer.Typer(no_args_is_help=True)


class TableFormat(StrEnum):
    """What the rule table is printed as."""

    MD = "md"
    JSON = "json"


@app.command("table")
def table(
    table_format: Annotated[
        TableFormat, typer.Option("--format", help="md 或 json。Markdown or JSON.")
    ] = TableFormat.MD,
) -> None:
    """规则表：编号、问题、判定、依据、读取状态。The rule table."""
    if table_format is TableFormat.MD:
        typer.echo(table_markdown(LAWS), nl=False)
    else:
        typer.echo(json.dumps(table_json(LAWS), ensure_ascii=False, indent=2))


SetOption = "NDRC-58 | NDRC-36 | SAMR-2021 | SAMR-107"


@app.command("impact")
def impact(
    cases: CasesOption,
    old: Annotated[str, typer.Option(metavar="SET", help=f"旧规则集 old: {SetOption}")],
    new: Annotated[str, typer.Option(metavar="SET", help=f"新规则集 new: {SetOption}")],
    out_path: OutOption,
    on: OnOption = None,
) -> None:
    """规则变化对每条记录的影响。What a change of law does to each record."""
    before, after = repair.rule_set(old), repair.rule_set(new)
    found = repair.check_impact(repair.read_cases(cases, on), before, after)
    finish(out_path, repair.impact_csv(found), found.refused)
