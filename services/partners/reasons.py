"""Why somebody is not in a list: the first constraint, or the first missing fact, that kept him out."""

from collections.abc import Iterator

import numpy as np

from graph.matching.facts import product_graph
from graph.ontology import Size, chinese
from graph.places import place_name
from graph.view import BASES, View
from services import credit
from services.partners.answer import CreditFilter, Filters, Question, Relation, WhyNot
from services.partners.find import ASKED_OF, CREDITS, PLACES
from services.partners.paths import named
from services.partners.pool import WEAKEST, Pool, Strips, gather
from services.search import resolve

Reason = tuple[str, str, str]  # code, Chinese, English


def why_not(view: View, question: Question, other: str, strips: Strips = credit.strip) -> WhyNot:
    """Why a named company is not in the list of this question, or his rank in it.

    Raises NotKnown when either is not known, BadQuestion when several records bear the name.
    """
    subject = resolve(view, question.key, ASKED_OF[question.relation])
    types = ("Enterprise", "Institution") if question.relation is Relation.GAP else ("Enterprise",)
    asked = resolve(view, other, types)
    who = named(view, asked)
    pool = gather(view, question, subject, strips)
    at = np.flatnonzero(pool.handles == asked)
    if not len(at):
        code, zh, en = next(_why_not_found(view, question, subject, asked))
        return WhyNot(who, code, zh, en)
    i = int(at[0])
    mask = pool.mask(question.filters, known=question.known, division=question.division)
    if not mask[i]:
        code, zh, en = next(_why_filtered(question, pool, i))
        return WhyNot(who, code, zh, en)
    rank = int(mask[:i].sum()) + 1
    if rank <= question.top:
        return WhyNot(who, "listed", f"在名单里，排第 {rank}。", f"is in the list, at rank {rank}", rank)
    return WhyNot(
        who,
        "below_top",
        f"是候选，但排第 {rank}，名单只列前 {question.top} 家。可以把名单放长。",
        f"is a candidate at rank {rank}; the list ends at {question.top}. Ask for a longer list",
        rank,
    )


def _why_filtered(question: Question, pool: Pool, i: int) -> Iterator[Reason]:
    filters: Filters = question.filters
    if pool.known[i] and not question.known:
        yield (
            "known_partner",
            "已经有文件写明两家的供货关系，名单默认不列已有合作的企业。选“列入已有合作”即可看到。",
            "a document already shows the supply link; known partners are left out unless asked for",
        )
    division, size = int(pool.divisions[i]), int(pool.sizes[i])
    if filters.place is not None and not pool.placed(filters.place, question.division)[i]:
        place, place_en = (place_name(division),) * 2 if division else ("所在地未取得", "its place is not known")
        yield (
            "place",
            f"不满足条件“{PLACES[filters.place]}”：{place}。",
            f"does not meet the condition {filters.place.value}: {place_en}",
        )
    if filters.size is not None and (size < 0 or tuple(Size)[size] is not filters.size):
        stated = tuple(Size)[size] if size >= 0 else None
        yield (
            "size",
            f"不满足条件“{chinese(filters.size)}企业”：{chinese(stated) if stated else '规模未取得'}。",
            f"does not meet the condition {filters.size.value}: {stated.value if stated else 'its size is not known'}",
        )
    basis = BASES[pool.bases[i]]
    if filters.bases and basis not in filters.bases:
        yield (
            "basis",
            f"供货关系的依据是“{chinese(basis)}”，名单只看另一种依据。",
            f"the supply link is {basis.value}, and the list shows another basis only",
        )
    why, why_en = ("未取得，不等于没有", "nobody has looked, or a record that is tied to nobody bears its name")
    if not pool.credit_unknown[i]:
        why, why_en = ("有展示中的失信信息", "something is shown")
    yield (
        "credit",
        f"不满足条件“{CREDITS[CreditFilter.CLEAN]}”：{why}。",
        f"does not meet the condition {CreditFilter.CLEAN.value}: {why_en}",
    )


def _why_not_found(view: View, question: Question, subject: int, asked: int) -> Iterator[Reason]:
    graph = product_graph(view, question.on)
    if asked == subject:
        yield ("itself", "就是被问的企业自己。", "is the very company that was asked about")
    if view.closed(np.array([asked], np.int64))[0]:
        yield (
            "closed",
            "登记状态为注销或吊销，名单不列。",
            "is registered as cancelled or revoked, and such are not listed",
        )
    if question.relation is not Relation.GAP and not len(graph.sales(subject)):
        name = view.entity(subject).name
        yield (
            "subject_has_no_products",
            f"{name}没有任何产品记录，推不出它需要什么。请先补充它的产品。",
            f"{name} has no product on record, so nothing can be derived; add its products first",
        )
    institution = view.ref(asked).type == "Institution"
    if not institution and not len(graph.sales(asked)):
        yield (
            "no_products",
            "缺产品类目：在库，但没有填过产品，所以没有一条路径走到它。可请企业补充。",
            "no product on record, so no path reaches it; the company can add its products",
        )
    if ended := _ended_supply(view, question, subject, asked):
        yield ended
    offered = "服务" if institution else "产品"
    yield (
        "no_path",
        f"它的{offered}与所需的产品之间没有走得通的路径（含名称相近、大类小类），或分值低于 {WEAKEST}。",
        f"no path joins what it offers with what is needed, similar and broader products included, "
        f"or the score is below {WEAKEST}",
    )


def _ended_supply(view: View, question: Question, subject: int, asked: int) -> Reason | None:
    direction = {Relation.SUPPLIER: "in", Relation.CUSTOMER: "out"}.get(question.relation)
    if direction is None:
        return None
    links = view.links("Supplies", [subject], "in" if direction == "in" else "out", on=None)
    stated = view.evidences("Supplies", links.link.tolist())
    for other, evidence in zip(links.other.tolist(), stated, strict=True):
        until = evidence.valid_to
        if other == asked and until is not None and until < question.on:
            return (
                "supply_ended",
                f"两家的供货关系到 {until.isoformat()} 为止，查询日已不成立，也没有其他路径。",
                f"the supply link ended on {until.isoformat()}, before the day asked for, and no other path exists",
            )
    return None
