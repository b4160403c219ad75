"""找伙伴 The partner finder: three groups by basis, filters with what they would leave, the picture, why-not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request

from graph.ontology import Basis, chinese
from lianxin.errors import BadQuestion, LianxinError, NotKnown
from services.credit import CreditStrip
from services.partners import (
    Candidate,
    Choice,
    Counts,
    Filler,
    Named,
    PartnerAnswer,
    Question,
    Relation,
    WhyNot,
    find,
    why_not,
)
from services.partners.find import LARGEST_TOP
from services.sources import reach_words
from web.pages import asking, credit_words, frame, hop_picture, words
from web.pages.paths import Walk, brief, walk
from web.parameters import takes
from web.security import Permission, allowed, permission

SHOW_ALL = {
    Relation.SUPPLIER: "可供货给{name}",
    Relation.CUSTOMER: "可向{name}采购",
    Relation.GAP: "可补{name}",
}
NOBODY = {
    Relation.SUPPLIER: "没有找到能供货给{name}的企业",
    Relation.CUSTOMER: "没有找到会向{name}采购的企业",
    Relation.GAP: "没有找到能补{name}的企业或院所",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link."""

    choice: Choice
    url: str

    @property
    def empty(self) -> bool:
        """Whether it would leave nobody."""
        return not any(self.choice.counts.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate in the list. `number`: its place in the whole list; `others`: its further paths, when opened.

    `walks`: its strongest path; where that is a supply link to somebody else, also the strongest from the subject.
    `credit`: its strip, or in words why there is none.
    """

    number: int
    candidate: Candidate
    walks: Sequence[Walk]
    others: Sequence[Walk]
    more: int
    opened: bool
    credit: CreditStrip | str

    @property
    def brief(self) -> str:
        """Its name in links that only somebody hears who cannot see what they stand under."""
        return brief(Named(self.candidate.ref, self.candidate.name))


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates of one basis; of a gap, one kind of filler within it each."""

    basis: Basis
    count: int
    rows: Sequence[Row]

    @property
    def kinds(self) -> Iterator[tuple[str | None, Sequence[Row]]]:
        """(name of the kind of filler or None, its rows)."""
        for filler in (None, *Filler):
            rows = [row for row in self.rows if row.candidate.filler is filler]
            if rows:
                yield (words.FILLERS[filler] if filler else None), rows


@dataclass(frozen=True, slots=True)
class Relaxing:
    """A condition loosened, as a link."""

    label: str
    counts: Counts
    url: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/partners", view_func=partner_list)


@takes("key", "relation", "place", "size", "basis", "credit", "known", "top", "why", "open")
@permission(Permission.PARTNERS_READ)
def partner_list() -> str:
    """GET /partners?key=&relation=&place=&size=&basis=&known=&top=&why=&open="""
    asked = asking.question()
    if asked is None:
        return render_template(
            "partner_form.html", relations=words.RELATIONS, relation=request.args.get("relation", "supplier")
        )
    try:
        answer = find(frame.view(), asked)
    except BadQuestion:
        return choice_page(asked)
    asked = asking.addressed(asked, answer.subject.ref)
    answer = replace(answer, candidates=grouped(answer.candidates))
    rows = _rows(answer)
    return render_template(
        "partners.html" if answer.candidates else "partners_empty.html",
        answer=answer,
        question=asked,
        heading=heading(answer),
        chips=[Chip(c, _link(asked, filters=c.filters)) for c in answer.choices],
        groups=[Group(b, answer.counts[b], [r for r in rows if r.candidate.basis is b]) for b in Basis],
        picture=hop_picture.draw(answer.subject, answer.candidates),
        conditions=asking.conditions(asked.filters),
        relaxations=[
            Relaxing(r.label, r.counts, _link(asked, filters=r.filters, known=r.known)) for r in answer.relaxations
        ],
        why=request.args.get("why", "").strip(),
        reason=_reason(asked),
        links=_links(asked),
        searched=searched(answer),
        credit_searched=credit_searched(answer),
        meaning=words.BASIS_MEANING,
        tiers=words.TIERS,
        tier_meaning=words.TIER_MEANING,
        relations=words.RELATIONS,
    )


def choice_page(asked: Question) -> str:
    """Which of several records of one name is meant. Raises BadQuestion again where it was about something else."""
    namesakes = asking.subjects(asked)
    if len(namesakes) < 2:
        find(frame.view(), asked)  # raises what it raised before
    return render_template(
        "choose.html",
        name=asked.key,
        options=[(each, _link(asked, key=each.ref.key)) for each in namesakes],
    )


def grouped(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates by basis, the surest first, and in their order within each."""
    order = list(Basis)
    return sorted(candidates, key=lambda found: order.index(found.basis))


def heading(answer: PartnerAnswer) -> str:
    """The finding as a sentence; the three counts stand side by side."""
    name, relation = answer.subject.name, answer.question.relation
    conditions = asking.conditions(answer.question.filters)
    if not answer.candidates:
        if conditions > 1:
            return f"没有一家同时满足这 {conditions} 个条件"
        return "没有一家满足这个条件" if conditions else NOBODY[relation].format(name=name)
    counts = "、".join(f"{chinese(b)} {n:,} 家" for b, n in words.by_basis(answer.counts) if n)
    return f"{SHOW_ALL[relation].format(name=name)}：{counts}"


def searched(answer: PartnerAnswer) -> str:
    """Of how many sources how many were searched, up to which day, how far, and which not."""
    found = answer.searched
    total = len(found.datasets) + len(found.missing)
    until = f"，{reach_words(found.until, found.until_stated)}" if found.until else ""
    missing = "、".join(f"{name}（{why}）" for name, why in found.missing)
    left_out = f"没查：{missing}。" if missing else ""
    return f"查了 {total} 个来源中的 {len(found.datasets)} 个{until}，走到 {found.hops} 跳为止。{left_out}"


def credit_searched(answer: PartnerAnswer) -> str:
    """Where credit was looked for: the same for all candidates."""
    strips = [found.credit for found in answer.candidates if found.credit is not None]
    if not strips or not allowed(Permission.CREDIT_READ):
        return ""
    return credit_words.searched(strips[0].searched, strips[0].not_loaded)


def _rows(answer: PartnerAnswer) -> list[Row]:
    opened = request.args.get("open", "").strip()
    if opened and all(found.ref.key != opened for found in answer.candidates):
        raise BadQuestion(f'open: "{opened}" is not in this list', f"要展开的“{opened}”不在这个名单里")
    return [_row(answer, number, found, opened) for number, found in enumerate(answer.candidates, 1)]


def _row(answer: PartnerAnswer, number: int, found: Candidate, opened: str) -> Row:
    subject = answer.subject.ref
    walks = [walk(path, subject, found.ref) for path in found.paths if path.hops]
    shown = walks[:1]
    if shown and shown[0].start.ref != subject:
        shown += [row for row in walks if row.start.ref == subject][:1]
    others = [row for row in walks if all(row is not each for each in shown)]
    is_open = found.ref.key == opened
    more = len(others) + found.more_paths
    return Row(number, found, shown, others if is_open else (), more, is_open, credit_of(found))


def credit_of(found: Candidate) -> CreditStrip | str:
    """Its credit strip, or in words why there is none."""
    if found.credit is None:
        return credit_words.NOT_ASKED
    return found.credit if allowed(Permission.CREDIT_READ) else credit_words.DENIED


def _reason(asked: Question) -> WhyNot | str | None:
    """The answer to 为何不在: a reason, or in words why there is none."""
    other = request.args.get("why", "").strip()
    if not other:
        return None
    try:
        return why_not(frame.view(), asked, other)
    except (NotKnown, BadQuestion) as error:
        return _said(error)


def _said(error: LianxinError) -> str:
    return error.zh


def _link(asked: Question, **changed: object) -> str:
    return frame.go("pages.partner_list", **asking.parameters(asked, **changed))


def _links(asked: Question) -> dict[str, object]:
    """The other addresses of the same question."""
    parameters = asking.parameters(asked)
    return {
        "known": _link(asked, known=not asked.known),
        "more": _link(asked, top=min(asked.top + asking.TOP, LARGEST_TOP)) if asked.top < LARGEST_TOP else None,
        "bare_form": frame.go("pages.partner_list"),
        "bare": frame.go("pages.partner_list", key=asked.key, relation=asked.relation.value),
        "print": frame.go("pages.partner_print", **parameters),
        "xlsx": frame.go("pages.partner_xlsx", **parameters),
        "open": lambda key: _link(asked, open=key),
        "hidden": [(name, value) for name, value in parameters.items() if value],
        "relation": {
            relation: frame.go("pages.partner_list", key=asked.key, relation=relation.value)
            for relation in (Relation.SUPPLIER, Relation.CUSTOMER)
        },
    }
