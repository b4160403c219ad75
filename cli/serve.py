"""`lianxin serve`: the pages and the API."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from cases.passwords import Passwords
from cli.common import LedgerOption, open_ledger
from graph.ledger import Ledger
from lianxin.clock import china_today, utc_now
from lianxin.errors import BadQuestion
from lianxin.settings import read_settings
from services.demo import load_demo, write_demo
from services.demo.accounts import make_accounts
from services.demo.cases import open_cases
from services.ticking import Ticker

DEMO_LEDGER = "sqlite:///{folder}/demo.db"
_NOT_IN_NEO4J = (  # else a graph of real data would give way to made-up ones
    "演示数据只放在内存里，不写入 LIANXIN_NEO4J。The demo is answered from memory; LIANXIN_NEO4J is left alone."
)


def serve(
    ledger: LedgerOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口。Port.")] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo", help="用合成数据和演示账户。Synthetic data, accounts to try.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="ADDRESS", help="给别的机器用，要先有账户。Address to listen on; needs accounts."
        ),
    ] = None,
) -> None:
    """启动网页和接口，停止按 Ctrl-C。Serve the pages and the API until Ctrl-C."""
    from web import create_app  # here: no other command needs the server
    from web.serving import serve as serve_app

    settings = read_settings()
    with TemporaryDirectory(prefix="lianxin-demo-") as folder:
        own = demo and ledger is None
        opened = _demo_ledger(Path(folder)) if own else open_ledger(ledger)
        if demo:
            _refuse_real_data(opened)
        if own and settings.neo4j:
            typer.echo(_NOT_IN_NEO4J)
            settings = replace(settings, neo4j=None)
        shown = make_accounts(opened, Passwords(), utc_now()) if demo else None
        if demo:
            open_cases(opened, china_today(), utc_now())
        app = create_app(opened, demo=demo, today=china_today, settings=settings, demo_passwords=shown)
        ticker = Ticker(opened, settings, china_today, utc_now)
        ticker.start()
        try:
            serve_app(app, port=port, demo=demo, host=host)
        finally:
            ticker.stop()


def _refuse_real_data(ledger: Ledger) -> None:
    """In the demo anybody may log in as anybody: real registers must not lie behind it."""
    real = [dataset.label for dataset in ledger.datasets() if not dataset.synthetic]
    if real:
        raise BadQuestion(
            f"--demo lets anybody log in as anybody, and this ledger holds data that are not synthetic ({len(real)} "
            "data sets). Leave out --demo, or name a ledger with the demo district",
            f"--demo 允许任何人以任何账户登录，而这个账本里有不是合成的数据（{'、'.join(real)}）。"
            "请去掉 --demo，或换一个演示账本",
        )


def _demo_ledger(folder: Path) -> Ledger:
    """A fresh ledger with the demo district, each file loaded through its loader."""
    typer.echo("正在生成合成数据并入库（不是真实企业）。Making and loading synthetic data …")
    write_demo(folder / "files")
    opened = Ledger.open(DEMO_LEDGER.format(folder=folder))
    rows = sum(outcome.new for outcome in load_demo(opened, folder / "files"))
    typer.echo(f"已入库 {rows:,} 行。Loaded {rows:,} rows into {opened.url}")
    return opened
