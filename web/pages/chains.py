"""链图 The chains, and the map of one: drawing, the same as a table, exports."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from graph.ontology import Basis, chinese
from lianxin.errors import BadQuestion
from services import answers_json
from services import chains as chain_service
from services.chains import ChainMap, SegmentCard
from services.partners import Question, Relation, find
from web.pages import frame, words
from web.pages.chain_picture import draw
from web.pages.loads import harmless
from web.parameters import takes
from web.security import Permission, permission
from web.state import platform

WARNINGS = {"single_supplier": "单一供应商", "empty": "空缺"}
RULES = {"empty": "CHAIN-01", "single_supplier": "CHAIN-02"}


@dataclass(frozen=True, slots=True)
class Filling:
    """How an empty segment could be filled: for each kind of filler the candidates by basis, as far as listed."""

    segment: SegmentCard
    kinds: Sequence[tuple[str, dict[Basis, int]]]


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/chains", view_func=chain_list)
    blueprint.add_url_rule("/chains/<key>", view_func=chain_page)
    blueprint.add_url_rule("/chains/<key>.svg", view_func=chain_svg)
    blueprint.add_url_rule("/chains/<key>.csv", view_func=chain_csv)
    blueprint.add_url_rule("/chains/<key>.json", view_func=chain_json)


@permission(Permission.GRAPH_READ)
def chain_list() -> str:
    """GET /chains"""
    found = chain_service.chains(frame.view(), on=frame.asked_day(), division=platform().division)
    return render_template("chains.html", chains=found)


@takes("warning", "segment")
@permission(Permission.GRAPH_READ)
def chain_page(key: str) -> str:
    """GET /chains/<key>?warning=&segment="""
    chain, warning = _chain(key), _warning()
    segment = _segment(chain)
    return render_template(
        "chain.html",
        chain=chain,
        picture=draw(chain, warning),
        warning=warning,
        warnings=WARNINGS,
        rules=RULES,
        rows=_rows(chain, warning),
        counts={name: sum(s.warning == name for s in chain.segments) for name in WARNINGS},
        heading=_heading(chain),
        filling=_filling(chain),
        segment=segment,
        members=_members(segment) if segment else [],
    )


@permission(Permission.GRAPH_READ)
def chain_svg(key: str) -> Response:
    """GET /chains/<key>.svg"""
    chain = _chain(key)
    text = render_template("chain_export.svg", chain=chain, picture=draw(chain), warnings=WARNINGS)
    return _file(text, "image/svg+xml", f"{chain.summary.ref.key}.svg")


@permission(Permission.GRAPH_READ)
def chain_csv(key: str) -> Response:
    """GET /chains/<key>.csv"""
    chain = _chain(key)
    text = io.StringIO()
    writer = csv.writer(text)
    if chain.synthetic:
        writer.writerow([words.SYNTHETIC])
    writer.writerow(
        ["环节代码", "环节", "位置", "已证实企业", "自述企业", "区外企业", "下游企业", "提示", "规则", "说明"]
    )
    for s in chain.segments:
        warning, rule = WARNINGS.get(s.warning or "", ""), RULES.get(s.warning or "", "")
        named = [harmless(s.ref.key), harmless(s.name), chinese(s.side)]
        counted = [s.counts[Basis.OBSERVED], s.counts[Basis.CLAIMED], s.outside, s.dependents]
        writer.writerow([*named, *counted, warning, rule, s.why])
    return _file("\ufeff" + text.getvalue(), "text/csv", f"{chain.summary.ref.key}.csv")


@permission(Permission.GRAPH_READ)
def chain_json(key: str) -> Response:
    """GET /chains/<key>.json"""
    chain = _chain(key)
    text = frame.as_json(answers_json.chain_map(chain))
    return _file(text, "application/json", f"{chain.summary.ref.key}.json")


def _file(text: str, mimetype: str, name: str) -> Response:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return Response(text, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{safe}"'})


def _chain(key: str) -> ChainMap:
    return chain_service.chain_map(frame.view(), key, on=frame.asked_day(), division=platform().division)


def _warning() -> str | None:
    wanted = request.args.get("warning", "").strip() or None
    if wanted is not None and wanted not in WARNINGS:
        known = ", ".join(WARNINGS)
        raise BadQuestion(f'warning: "{wanted}" is none of {known}', f"没有“{wanted}”这种提示，可选：{known}")
    return wanted


def _segment(chain: ChainMap) -> SegmentCard | None:
    wanted = request.args.get("segment", "").strip()
    found = next((each for each in chain.segments if each.ref.key == wanted), None)
    if wanted and found is None:
        raise BadQuestion(f'segment: "{wanted}" is not in this chain', f"这条链里没有环节“{wanted}”")
    return found


def _rows(chain: ChainMap, warning: str | None) -> list[SegmentCard]:
    """Segments that need work first."""
    shown = [s for s in chain.segments if warning is None or s.warning == warning]
    return sorted(shown, key=lambda s: (s.warning is None, s.warning != "empty"))


def _heading(chain: ChainMap) -> str:
    summary = chain.summary
    parts = [f"{summary.single_suppliers} 个环节只有一家供应"] if summary.single_suppliers else []
    parts += [f"{summary.empty} 个环节空缺"] if summary.empty else []
    name = summary.name if summary.name.endswith("链") else f"{summary.name}链"
    return f"{name}：{'，'.join(parts) if parts else '没有环节空缺'}"


def _filling(chain: ChainMap) -> Filling | None:
    """Who could fill the first empty segment, counted over the whole answer."""
    empty = next((s for s in chain.segments if s.warning == "empty"), None)
    if empty is None:
        return None
    question = Question(empty.ref.key, Relation.GAP, frame.asked_day(), top=1000, division=platform().division)
    candidates = find(frame.view(), question).candidates
    return Filling(
        empty,
        [
            (name, {b: sum(c.filler is filler and c.basis is b for c in candidates) for b in Basis})
            for filler, name in words.FILLERS.items()
        ],
    )


def _members(segment: SegmentCard) -> Sequence[chain_service.SegmentMember]:
    return chain_service.segment_members(
        frame.view(), segment.ref.key, on=frame.asked_day(), division=platform().division
    )
