"""From what matching found to hops that name their records, basis and source."""

from collections.abc import Sequence
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
    kept: dict[int, Named] = view.derived("named")
    if handle not in kept:
        kept[handle] = Named(view.ref(handle), view.entity(handle).name)
    return kept[handle]


def paths(view: View, question: Question, subject: int, pool: Pool, candidate: int) -> tuple[list[Path], int]:
    """The strongest paths to a candidate, and how many more there are."""
    found = list(pool.paths_of(candidate))
    direct = _direct_path(view, pool, candidate)
    shown = [_path(view, question, subject, candidate, each) for each in found[:PATHS_SHOWN]]
    return direct + shown, max(len(found) - PATHS_SHOWN, 0)


def _direct_path(view: View, pool: Pool, candidate: int) -> list[Path]:
    """The supply link itself, when there is one: the first thing to show."""
    link = pool.direct_links.get(candidate)
    if link is None:
        return []
    return [Path(KNOWN_LINK, [_stated(view, view.evidence("Supplies", link))])]


def _path(
    view: View, question: Question, subject: int, candidate: int, found: partners.ProductPath | gap.GapPath
) -> Path:
    if isinstance(found, gap.GapPath):
        return Path(round(found.p, 4), [_hop(view, step, question.on) for step in found.steps])
    needs = Needs.of_graph(product_graph(view, question.on))
    steps = needs.why(found.product, found.material)
    if found.similarity is not None:
        steps = [*steps, Step("SimilarTo", found.material, found.sold, found.similarity)]
    buyer, seller = (subject, candidate) if question.relation is Relation.SUPPLIER else (candidate, subject)
    steps = [Step("Makes", buyer, found.product), *steps, Step("Makes", seller, found.sold)]
    if question.relation is Relation.CUSTOMER:
        steps = steps[::-1]  # the walk begins at the company that was asked about
    return Path(round(found.p, 4), [_hop(view, step, question.on) for step in steps], _notes(found))


def _notes(found: partners.ProductPath) -> Sequence[str]:
    notes = []
    if found.own:
        notes.append("采购方自己也生产这种材料")
    for share, side in ((found.buyer_share, "采购方"), (found.seller_share, "供货方")):
        if share < partners.CORE_SHARE:
            notes.append(f"{side}的副业，占营业收入 {share:.1%}")
    return notes


def _hop(view: View, step: Step, on: date) -> Hop:
    """The hop of a step; kept, since the candidates of one answer share most of theirs."""
    kept: dict[tuple[Step, date], Hop] = view.derived("hops")
    if (step, on) not in kept:
        if len(kept) >= HOPS_KEPT:
            kept.clear()
        kept[step, on] = _made_hop(view, step, on)
    return kept[step, on]


def _made_hop(view: View, step: Step, on: date) -> Hop:
    if step.link in _COMPUTED_LABELS:
        source = Source(COMPUTED.dataset, COMPUTED.label, _COMPUTED_FILES[step.link], None)
        ends = named(view, step.from_), named(view, step.to)
        score = round(step.similarity or 0.0, 3)
        return Hop(ends[0], link_name(step.link), _COMPUTED_LABELS[step.link], ends[1], Basis.PREDICTED, source, score)
    return _stated(view, _evidence(view, step, on), step.similarity)


def _evidence(view: View, step: Step, on: date) -> Evidence:
    """The link of a step in full; of several between the two records, the surest."""
    links = view.links(step.link, [step.from_], "out", on=on)
    there = [i for i, other in enumerate(links.other.tolist()) if other == step.to]
    return view.evidence(step.link, int(links.link[min(there, key=lambda i: (links.basis[i], i))]))


def _stated(view: View, evidence: Evidence, score: float | None = None) -> Hop:
    from_, to = (view.handle(ref) for ref in (evidence.from_ref, evidence.to_ref))
    assert from_ is not None
    assert to is not None
    return Hop(
        named(view, from_),
        link_name(evidence.type),
        LINK_TYPES[evidence.type].label,
        named(view, to),
        evidence.basis,
        evidence.source,
        None if score is None else round(score, 3),
        evidence.valid_from,
    )
