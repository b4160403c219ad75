"""`lianxin repair links` and `erase`: the codes of notices, and what people wrote or handed in."""

from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from cases import documents, record_links, tout_reports
from cases.record_links import LinkState, RecordLink
from cli.common import LedgerOption, open_ledger, out
from lianxin.clock import china_today
from lianxin.errors import BadQuestion

MADE_BY = "command"
_WORDS = {LinkState.OPEN: "可用 open", LinkState.ENDED: "作废 ended", LinkState.EXPIRED: "过期 expired"}
_BACKUPS = "以前的备份里还有，请告知保管备份的人。Backups made before still hold it."

links_app = typer.Typer(no_args_is_help=True)
erase_app = typer.Typer(no_args_is_help=True)
Yes = Annotated[bool, typer.Option("--yes", help="不再询问。Do not ask.")]


# --- links ------------------------------------------------------------------------------------------------------------


@links_app.command("list")
def list_links(
    record: Annotated[
        str | None, typer.Option("--record", metavar="TEXT", help="只列记录编号里有这段的。Only records with this.")
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """列出告知书上的网址（二维码），新的在前；网址本身不保存。List the links; their tokens are kept nowhere."""
    with closing(open_ledger(ledger)) as opened:
        found = [each for each in record_links.links(opened) if record is None or record in _named(each)]
    if not found:
        typer.echo("没有网址。There are none.")
        return
    table = Table("编号", "记录", "状态", "最后一天", "生成（UTC）", "谁生成的", box=None)
    today = china_today()
    for each in found:
        last = "不过期" if each.expires_on is None else each.expires_on.isoformat()
        made = f"{each.made_at:%Y-%m-%d %H:%M}"
        table.add_row(str(each.id), _named(each), _WORDS[each.state(today)], last, made, each.made_by)
    out.print(table)


def _named(link: RecordLink) -> str:
    return f"{link.record.type}/{link.record.key}"


@links_app.command("end")
def end_link(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="编号，见 list。Its number.")],
    ledger: LedgerOption = None,
) -> None:
    """作废一个网址：它的二维码再也打不开记录。End a link: its code opens nothing any more."""
    with closing(open_ledger(ledger)) as opened:
        record_links.end(opened, number, MADE_BY)
    typer.echo(f"第 {number} 号网址已作废。Link {number} is ended.")


# --- erasing ----------------------------------------------------------------------------------------------------------


@erase_app.command("report")
def erase_report(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="举报编号，如 JB-000007。Its number.")],
    yes: Yes = False,
    ledger: LedgerOption = None,
) -> None:
    """删除一份收费举报的内容，只留下有过这份举报。Erase what a report told."""
    _confirm(f"删除举报 {number} 的内容，不能恢复。This cannot be undone.", yes)
    with closing(open_ledger(ledger)) as opened:
        tout_reports.erase_text(opened, tout_reports.numbered(number))
    typer.echo(f"已删除。Erased. {_BACKUPS}")


@erase_app.command("proof")
def erase_proof(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="凭证的摘要，至少前 8 位。Its digest, 8 digits on.")],
    yes: Yes = False,
    ledger: LedgerOption = None,
) -> None:
    """删除企业交来的一份凭证，只留下交过这份凭证。Erase the content of a proof that was handed in."""
    _confirm(f"删除摘要 {digest} 的凭证，不能恢复。This cannot be undone.", yes)
    with closing(open_ledger(ledger)) as opened:
        found = documents.erase_content(opened, digest)
    typer.echo(f"已删除 {found.media_type.chinese}，{found.size:,} 字节。Erased. {_BACKUPS}")


def _confirm(what: str, yes: bool) -> None:
    if not yes and not typer.confirm(f"{what} 继续？Go on?"):
        raise BadQuestion("nothing was erased", "没有删除")
