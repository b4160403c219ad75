"""企业 One enterprise: facts with sources, unknowns with reasons, its place in the chains."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from graph.ontology import Basis
from graph.view import View
from lianxin.errors import BadQuestion, OutOfScope
from services import credit as credit_service
from services import enterprise as enterprise_service
from services.credit import CreditStrip
from services.enterprise import Fact, Profile, Relation
from web.pages import asking, credit_words, frame, words
from web.security import Permission, allowed, permission, reach

NAMES = frozenset({"name", "short_name", "former_names", "other_names"})  # stand in the head of the page
SHOWN = 12  # links of one kind before the rest is folded


@dataclass(frozen=True, slots=True)
class Group:
    """The links of one kind, the surest first; `rest` is folded."""

    label: str
    shown: Sequence[Relation]
    rest: Sequence[Relation]


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/enterprises/<key>", view_func=enterprise_page)


@permission(Permission.GRAPH_READ)
def enterprise_page(key: str) -> str | Response:
    """GET /enterprises/<key>; a name, or a key that was merged into another, leads to the enterprise's own address."""
    try:
        view = frame.view()
        profile = enterprise_service.profile(view, key, on=frame.asked_day())
    except BadQuestion:
        return _choice_page(key)
    if profile.ref.key != key:
        return redirect(frame.go("pages.enterprise_page", key=profile.ref.key))
    return render_template(
        "enterprise.html",
        profile=profile,
        names=[fact for fact in profile.facts if fact.name in NAMES and fact.stated],
        facts=[fact for fact in profile.facts if fact.name not in NAMES],
        status=_status(profile),
        groups=_groups(profile.relations),
        counts_by=_counts(profile.relations),
        why=words.UNKNOWN_WHY,
        credit=_credit(view, profile),
        only=_only(),
        denied=credit_words.BEYOND if allowed(Permission.CREDIT_READ) else credit_words.DENIED,
    )


def _choice_page(name: str) -> str:
    """Which of several enterprises of one name is meant. Raises BadQuestion where it was about something else."""
    namesakes = asking.namesakes(name, ("Enterprise",))
    if len(namesakes) < 2:
        enterprise_service.profile(frame.view(), name, on=frame.asked_day())  # raises what it raised before
    options = [(each, frame.go("pages.enterprise_page", key=each.ref.key)) for each in namesakes]
    return render_template("choose.html", name=name, options=options)


def _credit(view: View, profile: Profile) -> CreditStrip | None:
    """Its strip, over the records that are reached; None where none of them may be seen."""
    if not allowed(Permission.CREDIT_READ):
        return None
    with suppress(OutOfScope):
        return credit_service.strip_of(view, profile.ref, frame.asked_day(), reach(Permission.CREDIT_READ))
    return None


def _only() -> Collection[str] | None:
    """The authorities whose records alone are counted; None where all are."""
    return reach(Permission.CREDIT_READ).authorities if allowed(Permission.CREDIT_READ) else None


def _status(profile: Profile) -> str | None:
    found: Fact | None = next((fact for fact in profile.facts if fact.name == "status"), None)
    return found.text if found else None


def _groups(relations: Sequence[Relation]) -> list[Group]:
    order = list(Basis)
    labels = list(dict.fromkeys(relation.label for relation in relations))
    groups = []
    for label in labels:
        members = sorted(
            (r for r in relations if r.label == label), key=lambda r: (not r.holds, order.index(r.basis), r.other_name)
        )
        groups.append(Group(label, members[:SHOWN], members[SHOWN:]))
    return groups


def _counts(relations: Sequence[Relation]) -> dict[Basis, int]:
    """Links that hold on the day, by basis."""
    return Counter(relation.basis for relation in relations if relation.holds)
