"""Answering a partner question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from graph.matching import partners as matching
from graph.ontology import Basis, Size, chinese
from graph.places import place_name
from graph.view import BASES, View
from lianxin.errors import BadQuestion
from services import credit
from services.credit import CreditStrip
from services.partners.answer import (
    Candidate,
    Choice,
    CreditFilter,
    Filler,
    Filters,
    PartnerAnswer,
    Path,
    Place,
    Question,
    Relation,
    Relaxation,
    Searched,
    Tier,
)
from services.partners.paths import PATHS_SHOWN, named, named_all, paths
from services.partners.pool import WEAKEST, Flags, Pool, Strips, gather
from services.search import resolve
from services.sources import not_searched, reach

ASKED_OF = {
    Relation.SUPPLIER: ("Enterprise",),
    Relation.CUSTOMER: ("Enterprise",),
    Relation.GAP: ("Segment", "Product"),
}
PLACES = {Place.DISTRICT: "本区内", Place.CITY: "本市内", Place.PROVINCE: "本省内"}
CREDITS = {CreditFilter.CLEAN: "已查来源无展示中的失信信息"}
HOPS = {Relation.SUPPLIER: 6, Relation.CUSTOMER: 6, Relation.GAP: 3}  # the longest path that matching makes
LARGEST_TOP = 1000


def find(view: View, question: Question, strips: Strips = credit.strip) -> PartnerAnswer:
    """Answer a partner question; `strips` says what is known of the candidates' credit.

    Raises NotKnown for an unknown key, BadQuestion when several records bear the name or `top` is out of bounds.
    """
    if not 1 <= question.top <= LARGEST_TOP:
        raise BadQuestion(f"top is {question.top}; it can be 1 to {LARGEST_TOP}", f"top 应在 1 到 {LARGEST_TOP} 之间")
    subject = resolve(view, question.key, ASKED_OF[question.relation])
    pool = gather(view, question, subject, strips)
    mask = pool.mask(question.filters, known=question.known, division=question.division)
    chosen = np.flatnonzero(mask)[: question.top]
    handles = pool.handles[chosen].tolist()
    beside = strips(view, handles, question.on)
    shown = paths(view, question, subject, pool, handles)
    return PartnerAnswer(
        question=question,
        subject=named_all(view, [subject, *handles])[subject],
        searched=_searched(view, question, pool),
        candidates=[_candidate(view, question, pool, int(i), shown, beside) for i in chosen],
        counts=pool.counts(mask),
        choices=list(_choices(question, pool)),
        relaxations=[] if mask.any() else list(_relaxations(question, pool)),
    )


def _candidate(
    view: View,
    question: Question,
    pool: Pool,
    i: int,
    ways: Mapping[int, tuple[list[Path], int]],
    strips: Mapping[int, CreditStrip],
) -> Candidate:
    handle = int(pool.handles[i])
    division, size = int(pool.divisions[i]), int(pool.sizes[i])
    shown, more = ways[handle]
    who = named(view, handle)
    return Candidate(
        ref=who.ref,
        name=who.name,
        basis=BASES[pool.bases[i]],
        tier=Tier.EXACT if pool.tiers[i] == matching.EXACT else Tier.SIMILAR,
        score=round(float(pool.scores[i]), 4),
        paths=shown,
        division=str(division) if division else None,
        place=place_name(division) if division else "未取得",
        size=tuple(Size)[size] if size >= 0 else None,
        known=bool(pool.known[i]),
        filler=_filler(question, who.ref.type, division),
        more_paths=more,
        credit=strips.get(handle),
    )


def _filler(question: Question, kind: str, division: int) -> Filler | None:
    if question.relation is not Relation.GAP:
        return None
    if kind == "Institution":
        return Filler.INSTITUTION
    return Filler.LOCAL if division == int(question.division) else Filler.OUTSIDE


def _searched(view: View, question: Question, pool: Pool) -> Searched:
    stopped = [
        ("只看已载入的来源", "only the sources that are loaded"),
        (f"每家最多列 {PATHS_SHOWN} 条路径", f"at most {PATHS_SHOWN} paths each"),
    ]
    if pool.weak:
        stopped.append(
            (f"分值低于 {WEAKEST} 的 {pool.weak} 家没有列", f"{pool.weak} with a score below {WEAKEST} are not listed")
        )
    if pool.closed:
        stopped.append(
            (f"已注销或吊销的 {pool.closed} 家没有列", f"{pool.closed} that are cancelled or revoked are not listed")
        )
    if question.core and question.relation is not Relation.GAP:  # a gap is ranked without turnover
        stopped.append(("占营业收入不到 5% 的副业只计 15%", "a side line (below 5 % of turnover) counts 15 %"))
    reached = reach(view.datasets)
    return Searched(
        datasets=view.datasets,
        missing=not_searched(view),
        until=reached.until,
        until_stated=reached.stated,
        hops=HOPS[question.relation],
        products=pool.products,
        materials=pool.materials,
        known_left_out=0 if question.known else int(pool.known.sum()),
        stopped=[zh for zh, _ in stopped],
        stopped_en=[en for _, en in stopped],
    )


def _choices(question: Question, pool: Pool) -> Iterable[Choice]:
    """Each filter that could be set (or taken away), with what it would leave of each basis."""
    now = question.filters
    for place, label in PLACES.items():
        there = pool.divisions == 0
        yield _choice(
            question, pool, replace(now, place=None if now.place is place else place), label, now.place is place, there
        )
    for size in Size:
        nowhere = pool.sizes < 0
        yield _choice(
            question,
            pool,
            replace(now, size=None if now.size is size else size),
            f"{chinese(size)}企业",
            now.size is size,
            nowhere,
        )
    for basis in Basis:
        only = frozenset({basis})
        chosen = now.bases == only
        none = np.zeros(len(pool), bool)
        yield _choice(
            question,
            pool,
            replace(now, bases=frozenset() if chosen else only),
            f"只看{chinese(basis)}",
            chosen,
            none,
        )
    for credit_filter, label in CREDITS.items():
        chosen = now.credit is credit_filter
        other = replace(now, credit=None if chosen else credit_filter)
        yield _choice(question, pool, other, label, chosen, pool.credit_unknown)


def _choice(question: Question, pool: Pool, filters: Filters, label: str, chosen: bool, not_known: Flags) -> Choice:
    left = pool.mask(filters, known=question.known, division=question.division)
    present = pool.mask(question.filters, known=question.known, division=question.division)
    judged = left if chosen else present
    return Choice(filters, label, chosen, pool.counts(left), int((judged & not_known).sum()))


def _relaxations(question: Question, pool: Pool) -> Iterable[Relaxation]:
    """Each single condition loosened that would give somebody, and all of them at once where no single one does."""
    found = False
    for label, filters, known in _looser(question):
        mask = pool.mask(filters, known=known, division=question.division)
        if mask.any():
            found = True
            yield Relaxation(label, filters, known, pool.counts(mask))
    everything = pool.mask(Filters(), known=True, division=question.division)
    if not found and everything.any():
        yield Relaxation("去掉全部条件", Filters(), True, pool.counts(everything))


def _looser(question: Question) -> Sequence[tuple[str, Filters, bool]]:
    now, known = question.filters, question.known
    looser: list[tuple[str, Filters, bool]] = []
    if now.place is not None:
        wider = list(PLACES)[list(PLACES).index(now.place) + 1 :]
        looser += [(f"{PLACES[now.place]}改为{PLACES[p]}", replace(now, place=p), known) for p in wider]
        looser.append((f"去掉{PLACES[now.place]}", replace(now, place=None), known))
    if now.size is not None:
        looser.append((f"去掉{chinese(now.size)}企业", replace(now, size=None), known))
    if now.bases:
        bases = "、".join(chinese(basis) for basis in Basis if basis in now.bases)
        looser.append((f"不限于{bases}", replace(now, bases=frozenset()), known))
    if now.credit is not None:
        looser.append((f"不限于{CREDITS[now.credit]}", replace(now, credit=None), known))
    if not known:
        looser.append(("列入已有合作的企业", now, True))
    return looser
