"""今日 The officer's home: what needs doing in the chains, the chains, and how old each source is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template

from graph.view import View
from services import chains as chain_service
from services.chains import ChainMap, ChainSummary, SegmentCard
from services.sources import not_searched
from web.pages import cases, frame
from web.security import Permission, allowed, permission
from web.state import platform


@dataclass(frozen=True, slots=True)
class Task:
    """A warning as a thing to do."""

    segment: SegmentCard
    chain: ChainMap
    title: str
    act: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", view_func=home)


@permission(Permission.GRAPH_READ)
def home() -> str:
    """GET /"""
    view, on = frame.view(), frame.asked_day()
    if not view.datasets:
        return render_template("empty_ledger.html")
    chains = chain_service.chains(view, on=on, division=platform().division)
    tasks = list(_tasks(view, on, chains))
    return render_template(
        "home.html",
        tasks=tasks,
        chains=chains,
        datasets=sorted(view.datasets, key=lambda d: d.label),
        missing=not_searched(view),
        heading=_heading(tasks, chains),
        work=cases.waiting() if allowed(Permission.CASE_READ) else None,
        today=platform().today(),
        on_home=cases.ON_HOME,
    )


def _tasks(view: View, on: date, chains: Sequence[ChainSummary]) -> Iterator[Task]:
    division = platform().division
    maps = [
        chain_service.chain_map(view, chain.ref.key, on=on, division=division)
        for chain in chains
        if chain.single_suppliers or chain.empty
    ]
    cards = [(card, chain) for chain in maps for card in chain.segments if card.warning]
    for card, chain in sorted(cards, key=lambda pair: (pair[0].warning != "empty", -pair[0].dependents)):
        if card.warning == "empty":
            yield Task(card, chain, f"{card.name}环节空缺，待选补位方式", "看三类补位")
        else:
            yield Task(card, chain, f"{card.name}只有 1 家本地供应商", "找第二家")


def _heading(tasks: Sequence[Task], chains: Sequence[ChainSummary]) -> str:
    if not chains:
        return "还没有载入产业链，看不出短缺"
    if not tasks:
        return f"{len(chains)} 条链里没有单一供应商和空缺"
    empty = sum(task.segment.warning == "empty" for task in tasks)
    single = len(tasks) - empty
    parts = [f"{single} 个环节只有一家供应"] * bool(single) + [f"{empty} 个环节空缺"] * bool(empty)
    return "，".join(parts)
