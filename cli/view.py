"""`lianxin view`: the graph in Neo4j. It is made from the ledger and may be thrown away at any time."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.common import LedgerOption, counted_bar, open_ledger, out
from lianxin.clock import CHINA
from lianxin.errors import BadQuestion
from lianxin.settings import read_settings

if TYPE_CHECKING:  # at run time inside the commands: nobody else waits for the driver
    from graph.ledger import Ledger
    from graph.neo4j_server import Server

app = typer.Typer(no_args_is_help=True)

Neo4jOption = Annotated[
    str | None,
    typer.Option(
        "--neo4j",
        metavar="URL",
        help="Neo4j 服务器地址，默认取 LIANXIN_NEO4J（命令行上的密码别人看得见）。Neo4j server.",
        show_default=False,
    ),
]


@app.command("rebuild")
def rebuild(ledger: LedgerOption = None, neo4j: Neo4jOption = None) -> None:
    """清空图并从账本重建。Empty the graph and build it anew from the ledger."""
    from graph.neo4j_projection import Projection

    with _both(ledger, neo4j) as (source, server), counted_bar("重建 rebuild") as told:
        position = Projection(source, server).rebuild(told)
    typer.echo(f"图已重建到位置 {position}。The graph is rebuilt up to position {position}.")


@app.command("update")
def update(ledger: LedgerOption = None, neo4j: Neo4jOption = None) -> None:
    """把账本的新内容补进图里。Bring the graph up to the ledger."""
    from graph.neo4j_projection import Projection

    with _both(ledger, neo4j) as (source, server), counted_bar("更新 update") as told:
        position = Projection(source, server).catch_up(told)
    typer.echo(f"图已到位置 {position}。The graph is at position {position}.")


@app.command("status")
def status(ledger: LedgerOption = None, neo4j: Neo4jOption = None) -> None:
    """图到哪个位置、落后多少、有多少记录和关系。How far the graph is, and what it holds."""
    from graph.neo4j_projection import checked, counts

    with _both(ledger, neo4j) as (source, server):
        newest, found = source.position(), checked(source, server)
        held = counts(server)
        reached = None if found is None else found.position
        since = None if reached is None else source.committed_at(reached + 1)
    typer.echo(f"{server.address.shown}：{_how_far(reached, newest, since)}")
    if found is not None and found.writer is not None:
        typer.echo("有进程正在写，或上次写入中断（再执行 lianxin view update 即可）。")
        typer.echo("A process is writing, or the last one was interrupted (lianxin view update goes on).")
    if held:
        table = Table(box=None)
        table.add_column("类型 type")
        table.add_column("数量 count", justify="right")
        for kind, count in held:
            table.add_row(kind, f"{count:,}")
        out.print(table)


def _how_far(reached: int | None, newest: int, since: datetime | None) -> str:
    """`since`: when (UTC) the ledger took in what the graph lacks."""
    if reached is None:
        return (
            f"图还没有建（账本位置 {newest}）。请执行 lianxin view rebuild。"
            f"\nNo graph yet (the ledger is at {newest}): lianxin view rebuild"
        )
    lag = newest - reached
    moment = "" if since is None else since.replace(tzinfo=UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    when, when_en = (f"（自 {moment} 起）", f", since {moment} in China") if moment else ("", "")
    return (
        f"图在位置 {reached}，账本在 {newest}，落后 {lag}{when}。"
        f"\nThe graph is at position {reached}, the ledger at {newest}: {lag} behind{when_en}."
    )


@contextmanager
def _both(ledger: str | None, neo4j: str | None) -> Iterator[tuple["Ledger", "Server"]]:
    """The ledger and the server of the options, else of the environment."""
    from graph.neo4j_server import Server

    url = neo4j or read_settings().neo4j
    if url is None:
        raise BadQuestion(
            "which Neo4j server? Set LIANXIN_NEO4J, or give --neo4j neo4j://user:password@host:7687",
            "没有指明 Neo4j 服务器：请设置 LIANXIN_NEO4J，或用 --neo4j neo4j://用户:密码@主机:7687",
        )
    with closing(open_ledger(ledger)) as source, closing(Server.open(url)) as server:
        yield source, server
