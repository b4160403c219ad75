"""The API 接口 under /api: one operation a question; JSON out, problem+json when it cannot be answered.

Read only. Every operation declares its permission, takes no parameter that it does not name, says what was searched,
and carries an example that a test calls for real (`x-example`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from graph.views import lag
from lianxin.version import VERSION
from services import (
    answers_json,
    chains,
    claims,
    credit,
    credit_json,
    enterprise,
    oversight_json,
    partners,
    search,
)
from services.calendar_file import credit_plan_ics
from services.partners import Filters, Question
from web.api import cases, models, oversight, repair
from web.api.edges import (
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
from web.api.operation import as_json, blueprint, day, operation, searched, state
from web.security import Permission, reach
from web.state import platform

__all__ = ["blueprint", "cases", "examples", "oversight", "repair"]


# --- the operations ---------------------------------------------------------------------------------------------------


@operation("/health", models.Health, Permission.PUBLIC, summary="平台状态 Health", example="/api/health")
def health(query: Query) -> Response:  # noqa: ARG001  # declared: an unknown parameter is refused here too
    """Whether the server can answer: version, ledger position, how far the view is behind it, data sets."""
    view = platform().views.newest()
    position, behind = platform().ledger.position(), lag(platform().ledger, view)
    return as_json(
        {
            "status": "ok",
            "version": VERSION,
            "demo": platform().demo,
            "position": position,
            "view_position": view.position,
            "lag": behind.positions if behind else 0,
            "lag_since": answers_json.utc(behind.since) if behind else None,
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
    view, types = state(query), [kind.value for kind in dict.fromkeys(query.types)]
    found = search.search(view, query.q, types=types, limit=query.limit)
    return as_json(
        {
            "query": {"q": query.q, "types": types, "limit": query.limit},
            "searched": searched(view),
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
    view, on = state(query), day(query.on)
    known = enterprise.profile(view, path.key, on=on)
    return as_json({**answers_json.profile(known), "on": on, "searched": searched(view)})


@operation(
    "/enterprises/<key>/credit",
    models.CreditAnswer,
    Permission.CREDIT_READ,
    summary="信用记录 Credit records",
    example="/api/enterprises/91330113YANG00086R/credit",
)
def show_credit(path: EnterprisePath, query: OnQuery) -> Response:
    """All credit records of one enterprise by authority and kind: what the registers say with their sources, what they
    do not say, what the rules find in every way of what is not known, and which kinds of record are not loaded. What
    the enterprise says of its records stands apart, under `claims`: it changes no finding."""
    view = state(query)
    known = credit.credit(view, path.key, day(query.on), reach(Permission.CREDIT_READ))
    said = claims.claimed(platform().ledger, view, known)
    told = [oversight_json.record_claims(each) for each in said.values()]
    return as_json({**credit_json.credit(known), "claims": told})


@operation(
    "/enterprises/<key>/credit/plan",
    models.CreditPlanAnswer,
    Permission.CREDIT_READ,
    summary="修复计划 Repair plan of an enterprise",
    example="/api/enterprises/91330113YANG00086R/credit/plan?on=2026-07-01",
)
def show_credit_plan(path: EnterprisePath, query: OnQuery) -> Response:
    """The plan over all credit records of one enterprise: in which order to file, which acts come first, what has to
    be clarified, what needs nothing, and which records have no finding and why."""
    made = credit.credit_plan(state(query), path.key, day(query.on), reach=reach(Permission.CREDIT_READ))
    return as_json(credit_json.credit_plan(made))


@operation(
    "/enterprises/<key>/credit/plan.ics",
    "text/calendar",
    Permission.CREDIT_READ,
    summary="修复计划日历 Repair plan as a calendar",
    example="/api/enterprises/91330113YANG00086R/credit/plan.ics?on=2026-07-01",
)
def show_credit_calendar(path: EnterprisePath, query: OnQuery) -> Response:
    """The days of the plan as a calendar file (iCalendar): an all-day event for each first day of filing, and for each
    record that stops by itself."""
    made = credit.credit_plan(state(query), path.key, day(query.on), reach=reach(Permission.CREDIT_READ))
    return Response(credit_plan_ics(made), mimetype="text/calendar")


@operation(
    "/chains", models.ChainsAnswer, Permission.GRAPH_READ, summary="产业链列表 Industry chains", example="/api/chains"
)
def list_chains(query: OnQuery) -> Response:
    """All industry chains with local enterprises by basis, single-supplier and empty segments."""
    view, on, division = state(query), day(query.on), platform().division
    found = chains.chains(view, on=on, division=division)
    return as_json(
        {
            "on": on,
            "division": division,
            "searched": searched(view),
            "chains": [answers_json.chain_summary(each) for each in found],
        }
    )


@operation(
    "/chains/<key>", models.ChainAnswer, Permission.GRAPH_READ, summary="链图 Chain map", example="/api/chains/YLQX"
)
def show_chain(path: ChainPath, query: OnQuery) -> Response:
    """One chain: its segments with their warnings and why, and the links between them."""
    view, on, division = state(query), day(query.on), platform().division
    chain = chains.chain_map(view, path.key, on=on, division=division)
    return as_json({**answers_json.chain_map(chain), "on": on, "division": division, "searched": searched(view)})


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
    answer = partners.find(state(query), _question(query))
    return as_json(answers_json.partner_answer(answer))


@operation(
    "/partners/why-not",
    models.WhyNotAnswer,
    Permission.PARTNERS_READ,
    summary="为何不在 Why not",
    example="/api/partners/why-not?key=91330113YANG00019U&other=91330113YANG001230&relation=supplier",
)
def explain_absence(query: WhyNotQuery) -> Response:
    """Why a named company is not in the list of this question: the first constraint or missing fact."""
    answer = partners.why_not(state(query), _question(query), query.other)
    return as_json(answers_json.why_not(answer))


@operation("/loads", models.LoadsAnswer, Permission.LOADS_READ, summary="入库列表 Loads", example="/api/loads?limit=5")
def list_loads(query: LoadsQuery) -> Response:
    """The loads, newest first, a page at a time: give `next_cursor` as `cursor` to go on."""
    position, loads = platform().ledger.position(), platform().ledger.loads()
    standing = [each for each in loads if query.cursor is None or each.id < query.cursor]
    page = standing[: query.limit]
    return as_json(
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
    return as_json(answers_json.load_report(platform().ledger.load(path.id)))


def _question(query: PartnerQuery) -> Question:
    return Question(
        key=query.key,
        relation=query.relation,
        on=day(query.on),
        top=query.top,
        filters=Filters(query.place, query.size, frozenset(query.basis), query.credit),
        known=query.known,
        core=query.core,
        division=platform().division,
    )


def examples(spec: Mapping[str, Any]) -> Sequence[str]:
    """The example of every operation of the description."""
    return [each["x-example"] for item in spec["paths"].values() for each in item.values()]
