"""From what matching found to hops that name their records, basis and source."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from graph.matching import gap, partners
from graph.matching.facts import product_graph
from graph.matching.needs import KNOWN_LINK, Needs, Step
from graph.ontology import LINK_TYPES, Basis, link_name
from graph.view import Evidence, Source, View
from services.partners.answer import Hop, Named, Path, Question, Relation
from services.partners.pool import Pool

PATHS_SHOWN = 5
HOPS_KEPT = 50_000  # about 20 MB
COMPUTED = Source("lianxin", "链信推算", "名称相似度", None)
_COMPUTED_LABELS = {"SimilarTo": "名称相近", "GoesWith": "常与之同在"}
_COMPUTED_FILES = {"SimilarTo": "产品名称相似度（字符 1–3 元 TF-IDF 余弦）", "GoesWith": "两个环节共有的企业占比"}


def named(view: View, handle: int) -> Named:
    """A record by reference and name."""
    return named_all(view, [handle])[handle]


def named_all(view: View, handles: Iterable[int]) -> Mapping[int, Named]:
    """Many records by reference and name; kept with the state of the view."""
    kept: dict[int, Named] = view.derived("named")
    asked = list(dict.fromkeys(handles))
    new = [handle for handle in asked if handle not in kept]
    kept.update((entity.handle, Named(entity.ref, entity.name)) for entity in view.entities_of(new))
    return {handle: kept[handle] for handle in asked}


@dataclass(frozen=True, slots=True)
class _Walk:
    """One path as steps between handles, before its links are read."""

    p: float
    steps: Sequence[Step]
    notes: Sequence[str] = ()


def paths(
    view: View, question: Question, subject: int, pool: Pool, candidates: Sequence[int]
) -> Mapping[int, tuple[list[Path], int]]:
    """The strongest paths to each of these candidates, and how many more there are.

    First of all comes the supply link itself, where there is one.
    """
    found = {candidate: list(pool.paths_of(candidate)) for candidate in candidates}
    walks = {
        candidate: [_walk(view, question, subject, candidate, each) for each in known[:PATHS_SHOWN]]
        for candidate, known in found.items()
    }
    hops = _hops(view, (step for each in walks.values() for walk in each for step in walk.steps), question.on)
    direct = _direct_paths(view, question, pool, candidates)
    return {
        candidate: (
            direct.get(candidate, [])
            + [Path(round(walk.p, 4), [hops[step] for step in walk.steps], walk.notes) for walk in walks[candidate]],
            max(len(known) - PATHS_SHOWN, 0),
        )
        for candidate, known in found.items()
    }


def _direct_paths(view: View, question: Question, pool: Pool, candidates: Sequence[int]) -> Mapping[int, list[Path]]:
    joined = {candidate: pool.direct_links[candidate] for candidate in candidates if candidate in pool.direct_links}
    evidence = view.evidences("Supplies", [link for link, _ in joined.values()])
    names = named_all(view, (end for candidate, (_, other) in joined.items() for end in (candidate, other)))
    direct = {}
    for (candidate, (_, other)), stated in zip(joined.items(), evidence, strict=True):
        ends = (other, candidate) if question.relation is Relation.CUSTOMER else (candidate, other)
        direct[candidate] = [Path(KNOWN_LINK, [_stated(names[ends[0]], names[ends[1]], stated)])]
    return direct


def _walk(
    view: View, question: Question, subject: int, candidate: int, found: partners.ProductPath | gap.GapPath
) -> _Walk:
    if isinstance(found, gap.GapPath):
        return _Walk(found.p, found.steps)
    needs = Needs.of_graph(product_graph(view, question.on))
    steps = needs.why(found.product, found.material)
    if found.similarity is not None:
        steps = [*steps, Step("SimilarTo", found.material, found.sold, found.similarity)]
    buyer, seller = (subject, candidate) if question.relation is Relation.SUPPLIER else (candidate, subject)
    steps = [Step("Makes", buyer, found.product), *steps, Step("Makes", seller, found.sold)]
    if question.relation is Relation.CUSTOMER:
        steps = steps[::-1]  # the walk begins at the company that was asked about
    return _Walk(found.p, steps, _notes(found))


def _notes(found: partners.ProductPath) -> Sequence[str]:
    notes = []
    if found.own:
        notes.append("采购方自己也生产这种材料")
    for share, side in ((found.buyer_share, "采购方"), (found.seller_share, "供货方")):
        if share < partners.CORE_SHARE:
            notes.append(f"{side}的副业，占营业收入 {share:.1%}")
    return notes


def _hops(view: View, steps: Iterable[Step], on: date) -> Mapping[Step, Hop]:
    """The hop of each step; kept, since the candidates of one answer share most of theirs."""
    kept: dict[tuple[Step, date], Hop] = view.derived("hops")
    asked = dict.fromkeys(steps)
    hops = {step: kept[step, on] for step in asked if (step, on) in kept}
    new = _made_hops(view, [step for step in asked if step not in hops], on)
    if len(kept) + len(new) > HOPS_KEPT:
        kept.clear()
    kept.update(((step, on), hop) for step, hop in new.items())
    return hops | new


def _made_hops(view: View, steps: Sequence[Step], on: date) -> dict[Step, Hop]:
    names = named_all(view, (end for step in steps for end in (step.from_, step.to)))
    evidence = _evidence(view, [step for step in steps if step.link not in _COMPUTED_LABELS], on)
    return {
        step: _stated(names[step.from_], names[step.to], evidence[step], step.similarity)
        if step in evidence
        else _computed(names[step.from_], names[step.to], step)
        for step in steps
    }


def _computed(from_: Named, to: Named, step: Step) -> Hop:
    source = Source(COMPUTED.dataset, COMPUTED.label, _COMPUTED_FILES[step.link], None)
    score = round(step.similarity or 0.0, 3)
    return Hop(from_, link_name(step.link), _COMPUTED_LABELS[step.link], to, Basis.PREDICTED, source, score)


def _evidence(view: View, steps: Sequence[Step], on: date) -> dict[Step, Evidence]:
    """The link of each step in full; of several between the two records, the surest."""
    by_type: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_type[step.link].append(step)
    found: dict[Step, Evidence] = {}
    for link_type, of_type in by_type.items():
        surest = _surest(view, link_type, sorted({step.from_ for step in of_type}), on)
        links = [surest[step.from_, step.to] for step in of_type]
        found.update(zip(of_type, view.evidences(link_type, links), strict=True))
    return found


def _surest(view: View, link_type: str, handles: Sequence[int], on: date) -> dict[tuple[int, int], int]:
    """The surest link from one of these records to another, by both ends; of equally sure ones the first."""
    links = view.links(link_type, handles, "out", on=on)
    columns = (links.origin, links.other, links.basis, links.link)
    best: dict[tuple[int, int], tuple[int, int]] = {}
    for origin, other, basis, link in zip(*(column.tolist() for column in columns), strict=True):
        ends = handles[origin], other
        if ends not in best or basis < best[ends][0]:
            best[ends] = basis, link
    return {ends: link for ends, (_, link) in best.items()}


def _stated(from_: Named, to: Named, evidence: Evidence, score: float | None = None) -> Hop:
    return Hop(
        from_,
        link_name(evidence.type),
        LINK_TYPES[evidence.type].label,
        to,
        evidence.basis,
        evidence.source,
        None if score is None else round(score, 3),
        evidence.valid_from,
    )
