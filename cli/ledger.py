"""`lianxin ledger`: back the ledger up, restore a backup."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cli.common import LedgerOption, check_writable, counted_bar, open_ledger
from graph.ledger.backup import backup, restore

app = typer.Typer(no_args_is_help=True)

MB = 1_000_000


@app.command("backup")
def backup_ledger(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份写到这里（新文件）。Where to write it.")],
    ledger: LedgerOption = None,
) -> None:
    """备份账本，使用中也可以。Back the ledger up, also while it is in use."""
    check_writable(file)
    with closing(open_ledger(ledger)) as source, counted_bar("备份 backup") as told:
        copied = backup(source, file, told)
    typer.echo(f"已备份到 {file}：{copied.size / MB:.1f} MB，到位置 {copied.position}，已核对完整。")
    typer.echo(f"Backed up to {file}: {copied.size / MB:.1f} MB, up to position {copied.position}, checked.")


@app.command("restore")
def restore_ledger(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件。The backup.")],
    ledger: LedgerOption = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="账本里已有内容也替换（原内容另存）。Replace what the ledger holds.")
    ] = False,
) -> None:
    """用备份恢复账本。Restore the ledger from a backup."""
    with closing(open_ledger(ledger, create=file.is_file())) as target, counted_bar("恢复 restore") as told:
        copied = restore(file, target, told, yes=yes)
    typer.echo(f"已恢复到位置 {copied.position}。" + (f"原来的账本另存为 {copied.kept}。" if copied.kept else ""))
    typer.echo(
        f"Restored to position {copied.position}." + (f" The former ledger: {copied.kept}." if copied.kept else "")
    )
