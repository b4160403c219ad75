"""The API 接口 under /api: one operation a question; JSON out, problem+json when it cannot be answered.

Read only. Every operation declares its permission, takes no parameter that it does not name, says what was searched,
and carries an example that a test calls for real (`x-example`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel

from graph.view import View
from lianxin.version import VERSION
from services import answers_json, chains, enterprise, partners, search
from services.partners import Filters, Question
from web.api import models
from web.api.edges import (
    REPEATABLE,
    ChainPath,
    EnterprisePath,
    LoadPath,
    LoadsQuery,
    OnQuery,
    PartnerQuery,
    Query,
    SearchQuery,
    WhyNotQuery,
)
from web.api.problems import HTTP_MEANINGS, MEDIA_TYPE, refused, respond
from web.security import Permission, permission
from web.state import platform

_PROBLEM = "#/components/schemas/Problem"
_MAY_HAPPEN: Mapping[int, str] = {
    400: HTTP_MEANINGS[400][2],
    403: "The role lacks the permission.",
    404: "Nothing is known under this key, or there is no such address.",
    405: HTTP_MEANINGS[405][2],
    409: "The question needs data that are not loaded, or rules that are not in force on the day.",
    422: "A parameter is refused, or the question contradicts itself.",
    500: "A fault in the program; the number leads to the log.",
    503: "The ledger cannot be read at the moment.",
}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}}}


blueprint = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api",
    abp_tags=[{"name": "questions", "description": "One operation a question, read only."}],
    abp_responses={str(status): _problem(words) for status, words in _MAY_HAPPEN.items()},
    operation_id_callback=lambda *, name, **_: name,
)

Endpoint = Callable[..., Response]


def operation(
    rule: str, answer: type[BaseModel], needed: Permission, *, summary: str, example: str
) -> Callable[[Endpoint], Endpoint]:
    """Declare a GET operation: address, shape of its answer, permission, words, an example that works in the demo."""

    def declare(handler: Endpoint) -> Endpoint:
        registered: Endpoint = blueprint.get(
            rule,
            summary=summary,
            description=" ".join((handler.__doc__ or "").split()),
            responses={"200": answer},
            openapi_extensions={"x-example": example, "x-permission": needed.value},
        )(permission(needed)(handler))
        return registered

    return declare


@blueprint.before_request
def refuse_repeated() -> Response | None:
    """A parameter given twice is two questions: refused, where the framework would take the first."""
    twice = [name for name, values in request.args.lists() if len(values) > 1 and name not in REPEATABLE]
    if not twice:
        return None
    return respond(refused("query", [{"type": "repeated", "loc": (name,), "msg": "given twice"} for name in twice]))


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(answer), mimetype="application/json")


def _searched(view: View) -> dict[str, Any]:
    """What a list was looked up in."""
    return {
        "datasets": [answers_json.dataset(each) for each in view.datasets],
        "until": answers_json.day(max((each.loaded_on for each in view.datasets), default=None)),
        "position": view.position,
    }


def _day(chosen: date | None) -> date:
    return chosen or platform().today()


# --- the operations ---------------------------------------------------------------------------------------------------


@operation("/health", models.Health, Permission.PUBLIC, summary="平台状态 Health", example="/api/health")
def health(query: Query) -> Response:  # noqa: ARG001  # declared: an unknown parameter is refused here too
    """Whether the server can answer: version, ledger position, how far the view is behind it, data sets."""
    view, position = platform().views.newest(), platform().ledger.position()
    return _json(
        {
            "status": "ok",
            "version": VERSION,
            "demo": platform().demo,
            "position": position,
            "view_position": view.position,
            "lag": max(position - view.position, 0),
            "datasets": [answers_json.dataset(each) for each in view.datasets],
        }
    )


@operation(
    "/search",
    models.SearchAnswer,
    Permission.GRAPH_READ,
    summary="检索 Search",
    example="/api/search?q=91330113YANG00094L&types=Enterprise&limit=5",
)
def find_records(query: SearchQuery) -> Response:
    """Find records by code, full, short or former name, or pinyin; each says which of them matched."""
    view, types = platform().views.newest(), [kind.value for kind in dict.fromkeys(query.types)]
    found = search.search(view, query.q, types=types, limit=query.limit)
    return _json(
        {
            "query": {"q": query.q, "types": types, "limit": query.limit},
            "searched": _searched(view),
            "found": [answers_json.found(each) for each in found],
        }
    )


@operation(
    "/enterprises/<key>",
    models.EnterpriseAnswer,
    Permission.GRAPH_READ,
    summary="企业 Enterprise",
    example="/api/enterprises/91330113YANG00019U",
)
def show_enterprise(path: EnterprisePath, query: OnQuery) -> Response:
    """One enterprise: every property with its sources, or why it is not known, and its links."""
    view, on = platform().views.newest(), _day(query.on)
    known = enterprise.profile(view, path.key, on=on)
    return _json({**answers_json.profile(known), "on": on, "searched": _searched(view)})


@operation(
    "/chains", models.ChainsAnswer, Permission.GRAPH_READ, summary="产业链列表 Industry chains", example="/api/chains"
)
def list_chains(query: OnQuery) -> Response:
    """All industry chains with local enterprises by basis, single-supplier and empty segments."""
    view, on, division = platform().views.newest(), _day(query.on), platform().division
    found = chains.chains(view, on=on, division=division)
    return _json(
        {
            "on": on,
            "division": division,
            "searched": _searched(view),
            "chains": [answers_json.chain_summary(each) for each in found],
        }
    )


@operation(
    "/chains/<key>", models.ChainAnswer, Permission.GRAPH_READ, summary="链图 Chain map", example="/api/chains/YLQX"
)
def show_chain(path: ChainPath, query: OnQuery) -> Response:
    """One chain: its segments with their warnings and why, and the links between them."""
    view, on, division = platform().views.newest(), _day(query.on), platform().division
    chain = chains.chain_map(view, path.key, on=on, division=division)
    return _json({**answers_json.chain_map(chain), "on": on, "division": division, "searched": _searched(view)})


@operation(
    "/partners",
    models.PartnersAnswer,
    Permission.PARTNERS_READ,
    summary="找伙伴 Partners",
    example="/api/partners?key=91330113YANG00019U&relation=supplier&top=5",
)
def find_partners(query: PartnerQuery) -> Response:
    """Who could supply it, buy from it, or fill the gap: candidates in order, each with basis, tier, score and paths,
    what was searched, and, when the list is empty, what the nearest relaxations would leave."""
    answer = partners.find(platform().views.newest(), _question(query))
    return _json(answers_json.partner_answer(answer))


@operation(
    "/partners/why-not",
    models.WhyNotAnswer,
    Permission.PARTNERS_READ,
    summary="为何不在 Why not",
    example="/api/partners/why-not?key=91330113YANG00019U&other=91330113YANG001230&relation=supplier",
)
def explain_absence(query: WhyNotQuery) -> Response:
    """Why a named company is not in the list of this question: the first constraint or missing fact."""
    answer = partners.why_not(platform().views.newest(), _question(query), query.other)
    return _json(answers_json.why_not(answer))


@operation("/loads", models.LoadsAnswer, Permission.LOADS_READ, summary="入库列表 Loads", example="/api/loads?limit=5")
def list_loads(query: LoadsQuery) -> Response:
    """The loads, newest first, a page at a time: give `next_cursor` as `cursor` to go on."""
    position, loads = platform().ledger.position(), platform().ledger.loads()
    standing = [each for each in loads if query.cursor is None or each.id < query.cursor]
    page = standing[: query.limit]
    return _json(
        {
            "searched": {"position": position},
            "loads": [answers_json.load_summary(each) for each in page],
            "next_cursor": page[-1].id if len(standing) > len(page) else None,
        }
    )


@operation(
    "/loads/<id>", models.LoadAnswer, Permission.LOADS_READ, summary="入库报告 Load report", example="/api/loads/1"
)
def show_load(path: LoadPath, query: Query) -> Response:  # noqa: ARG001  # as for health
    """One load: its files with their digests, and the report with every refused value."""
    return _json(answers_json.load_report(platform().ledger.load(path.id)))


def _question(query: PartnerQuery) -> Question:
    return Question(
        key=query.key,
        relation=query.relation,
        on=_day(query.on),
        top=query.top,
        filters=Filters(query.place, query.size, query.basis),
        known=query.known,
        core=query.core,
        division=platform().division,
    )


def examples(spec: Mapping[str, Any]) -> Sequence[str]:
    """The example of every operation of the description."""
    return [each["x-example"] for item in spec["paths"].values() for each in item.values()]
