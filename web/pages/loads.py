"""数据 Loads and their reports: figures that add up, refused rows, what was noted and skipped and why."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template

from graph.ledger.reading import Load
from lianxin.errors import NotKnown
from loaders.words import chinese as reason_in_chinese
from web.security import Permission, permission
from web.state import platform

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula
SHOWN = 200  # refused rows on the page; all are in the CSV
MODES = {"snapshot": "全量", "increment": "增量"}
MODE_MEANING = {
    "snapshot": "全量：来源里不再出现的事实算撤回。",
    "increment": "增量：这次没出现的行不算撤回。",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One load as its page shows it. `figures`: (count, meaning), which add up to the rows that were read."""

    load: Load
    rows: int
    figures: Sequence[tuple[int, str, bool]]
    retracted: int
    refused: Sequence[Mapping[str, Any]]
    noted: Sequence[tuple[str, int]]
    skipped: Sequence[tuple[str, int]]
    seconds: float

    @property
    def taken(self) -> int:
        """Rows whose facts stand in the ledger."""
        return sum(count for count, _, _ in self.figures[:3])


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/loads", view_func=load_list)
    blueprint.add_url_rule("/loads/<number>", view_func=load_page)
    blueprint.add_url_rule("/loads/<number>/refused.csv", view_func=refused_rows)


@permission(Permission.LOADS_READ)
def load_list() -> str:
    """GET /loads"""
    return render_template("loads.html", reports=[_report(load) for load in platform().ledger.loads()], modes=MODES)


@permission(Permission.LOADS_READ)
def load_page(number: str) -> str:
    """GET /loads/<number>"""
    report = _report(_load(number))
    return render_template(
        "load.html", report=report, shown=report.refused[:SHOWN], modes=MODES, mode_meaning=MODE_MEANING
    )


@permission(Permission.LOADS_READ)
def refused_rows(number: str) -> Response:
    """GET /loads/<number>/refused.csv"""
    load = _load(number)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["文件", "行", "字段", "值", "为什么不收"])
    for row in load.report["refused"]:
        problem = row.get("problem_zh") or row["problem"]
        writer.writerow([row["file"], row["row"], row.get("field_zh") or row["field"], harmless(row["value"]), problem])
    body = "\ufeff" + text.getvalue()  # with a byte order mark, else Excel takes it for GBK
    name = f"lianxin-load-{load.id}-refused.csv"
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def harmless(value: str) -> str:
    """A value as text: with an apostrophe before what a spreadsheet would run."""
    return f"'{value}" if value.startswith(FORMULA) else value


def _load(number: str) -> Load:
    # SQLite holds integers of 64 bits: a longer one is not a load, and must not become a failure of the store.
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotKnown("load", "入库批次", number)
    return platform().ledger.load(int(number))


def _report(load: Load) -> Report:
    said = load.report
    refused: Sequence[Mapping[str, Any]] = said.get("refused", ())
    skipped: Mapping[str, int] = said.get("skipped", {})
    figures = [
        (said.get("new", 0), "新记录", False),
        (said.get("changed", 0), "有改动", False),
        (said.get("unchanged", 0), "与账本相同，没有改动", False),
        (sum(skipped.values()), "有理由跳过", False),
        (len(refused), "拒收，逐行写明", True),
    ]
    return Report(
        load=load,
        rows=said.get("rows", 0),
        figures=figures,
        retracted=said.get("retracted", 0),
        refused=refused,
        noted=_reasons(said.get("noted", {})),
        skipped=_reasons(skipped),
        seconds=(load.committed_at - load.started_at).total_seconds(),
    )


def _reasons(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(
        ((reason_in_chinese(reason), count) for reason, count in counted.items()), key=lambda r: (-r[1], r[0])
    )
