"""A partner question as it stands in a page's address, and back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from graph.ontology import Basis, Ref, Size
from lianxin.errors import BadQuestion
from services import search as search_service
from services.partners import CreditFilter, Filters, Place, Question, Relation
from services.partners.find import ASKED_OF, LARGEST_TOP
from services.search import Found
from web.pages import frame
from web.state import platform

Member = TypeVar("Member", bound=StrEnum)
TOP = 20


def question() -> Question | None:
    """The question in the address, None while no key is given. Raises BadQuestion for a value that does not exist."""
    key = request.args.get("key", "").strip()
    relation = _member(Relation, "relation", "关系") or Relation.SUPPLIER
    basis = _member(Basis, "basis", "依据")
    filters = Filters(
        place=_member(Place, "place", "范围"),
        size=_member(Size, "size", "规模"),
        bases=frozenset() if basis is None else frozenset({basis}),
        credit=_member(CreditFilter, "credit", "信用"),
    )
    top, on = _top(), frame.asked_day()
    if not key:
        return None
    return Question(key, relation, on, top=top, filters=filters, known=_flag("known"), division=platform().division)


def parameters(asked: Question, **changed: Any) -> dict[str, Any]:
    """The question as parameters of an address; what is the default is left out."""
    filters = changed.pop("filters", asked.filters)
    known = changed.pop("known", asked.known)
    return {
        "key": asked.key,
        "relation": asked.relation.value if asked.relation is not Relation.SUPPLIER else None,
        "place": filters.place and filters.place.value,
        "size": filters.size and filters.size.value,
        "basis": next((basis.value for basis in filters.bases), None),
        "credit": filters.credit and filters.credit.value,
        "known": "1" if known else None,
        "top": asked.top if asked.top != TOP else None,
        **changed,
    }


def conditions(filters: Filters) -> int:
    """How many filters are set."""
    return filters.count


def namesakes(key: str, types: tuple[str, ...]) -> list[Found]:
    """The records that bear exactly this name."""
    found = search_service.search(frame.view(), key, types=types, limit=20)
    return [each for each in found if each.exact]


def subjects(asked: Question) -> list[Found]:
    """The records that the key of a question could mean."""
    return namesakes(asked.key, ASKED_OF[asked.relation])


def addressed(asked: Question, subject: Ref) -> Question:
    """The question by the key that was found, so that links do not depend on a name staying unique."""
    return Question(
        subject.key, asked.relation, asked.on, asked.top, asked.filters, asked.known, asked.core, asked.division
    )


def _member(kind: type[Member], name: str, label: str) -> Member | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(kind)
        raise BadQuestion(
            f'{name}: "{text}" is none of {known}', f"{label}“{text}”没有这个值，可选：{known}"
        ) from error


def _flag(name: str) -> bool:
    text = request.args.get(name, "").strip()
    known: Mapping[str, bool] = {"": False, "0": False, "false": False, "1": True, "true": True}
    if text not in known:
        raise BadQuestion(f'{name}: "{text}" is neither 1 nor 0', f"{name} 只能是 1 或 0")
    return known[text]


def _top() -> int:
    text = request.args.get("top", "").strip() or str(TOP)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LARGEST_TOP):
        raise BadQuestion(f'top: "{text}" is not 1 to {LARGEST_TOP}', f"家数“{text}”应在 1 到 {LARGEST_TOP} 之间")
    return int(text)
