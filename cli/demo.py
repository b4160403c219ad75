"""`lianxin demo`: write the synthetic demo district."""

from pathlib import Path
from typing import Annotated

import typer

from lianxin.errors import StoreUnavailable
from services.demo import DEFAULT_SEED, DEMO_DAY, DEMO_FORMATS, write_demo


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到这个文件夹。Folder to write to.")],
    seed: Annotated[
        int, typer.Option(help="随机种子；同种子同数据。The same seed gives the same data.")
    ] = DEFAULT_SEED,
) -> None:
    """写出合成数据（不是真实企业）。Write synthetic data: no real enterprise."""
    try:
        files = write_demo(out, seed)
    except OSError as error:
        raise StoreUnavailable(
            f"{out}: cannot be written ({error.strerror}). Name another folder",
            f"{out}：写不进去（{error.strerror}）。请换一个文件夹",
        ) from error
    typer.echo(f"合成数据 {len(files)} 个文件已写入 {out}；装入：")
    for each in DEMO_FORMATS:
        typer.echo(f"lianxin load {each.name} {out} --data-day {DEMO_DAY}")
