"""What stands on every page: navigation, dateline, synthetic mark, who is logged in; and links that keep the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from flask import Blueprint, request, url_for
from markupsafe import Markup

from cases.accounts import ROLE_NAMES, Account, Role
from graph.identifiers import parse_day
from graph.ontology import Basis
from graph.places import place_name
from graph.view import DatasetInfo, View
from lianxin.errors import BadQuestion, LianxinError
from services.sources import reach
from web.landing import first_page
from web.pages import known, words
from web.security import Permission, allowed
from web.state import platform
from web.visitor import visitor


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page. `synthetic`: the words of the badge, or None. `account`: whose login it is; `first`: the
    first page that whoever looks may see."""

    entries: Sequence[Entry]
    division: str
    on: date
    chosen_day: bool
    until: date | None
    until_stated: bool
    synthetic: str | None
    demo: bool
    role: Role | None
    roles: Sequence[tuple[Role, str]]
    account: Account | None
    first: str
    kept: Sequence[tuple[str, str]]
    known: known.Known
    path: str
    here: str


NAVIGATION = (
    ("今日", "pages.home", Permission.GRAPH_READ),
    ("链图", "pages.chain_list", Permission.GRAPH_READ),
    ("找伙伴", "pages.partner_list", Permission.PARTNERS_READ),
    ("企业", "pages.search_page", Permission.GRAPH_READ),
    ("修复", "pages.eligible_list", Permission.REPAIR_OVERSEE),
    ("规则", "pages.rule_table", Permission.PUBLIC),
    ("数据", "pages.load_list", Permission.LOADS_READ),
)
CASE_PAGES = (
    "pages.case_list",
    "pages.case_page",
    "pages.prepare_page",
    "pages.new_case",
    "pages.open_case",
    "pages.act_in_case",
    "pages.negotiate_in_case",
)
SECTIONS = {
    "pages.chain_page": "pages.chain_list",
    "pages.enterprise_page": "pages.search_page",
    "pages.credit_page": "pages.search_page",
    "pages.credit_record": "pages.search_page",
    "pages.load_page": "pages.load_list",
    "pages.impact_list": "pages.eligible_list",
    "pages.notice_list": "pages.eligible_list",
    "pages.notice_form": "pages.eligible_list",
    "pages.write_stated_notice": "pages.eligible_list",
    "pages.tout_list": "pages.eligible_list",
    **dict.fromkeys(CASE_PAGES, "pages.eligible_list"),
}


def register(blueprint: Blueprint) -> None:
    """Give templates the frame, the links and the words; also those that are rendered outside the blueprint."""
    blueprint.app_context_processor(_context)
    for name, function in words.FILTERS.items():
        blueprint.add_app_template_filter(function, name)


def asked_day() -> date:
    """The day for which the page is asked: `on`, else today. Raises BadQuestion."""
    text = request.args.get("on", "").strip()
    if not text:
        return platform().today()
    return read_day(text, "on", "查询日")


def read_day(text: str, name: str, label: str) -> date:
    """A day as somebody wrote it. Raises BadQuestion that calls the parameter by its name and its label."""
    try:
        return parse_day(text)
    except ValueError as error:
        shown = text[:20]  # a day has ten characters
        raise BadQuestion(f'{name}: "{shown}" {error}', f"{label}“{shown}”不是日期，请写成 2026-11-24 这样") from error


def view() -> View:
    """The state of the graph that the page asks: the newest, or that of the position asked for."""
    return known.view()


def datasets() -> Sequence[DatasetInfo]:
    """What is loaded; nothing while the ledger cannot be read."""
    try:
        return view().datasets
    except LianxinError:  # the error page has a frame even when the ledger cannot be read
        return ()


def go(endpoint: str, **parameters: Any) -> str:
    """A link that keeps the two times asked for and leaves out what is not set."""
    if "on" not in parameters and request.args.get("on"):
        parameters["on"] = request.args["on"]
    parameters.setdefault(known.NAME, known.kept())
    return url_for(endpoint, **{name: value for name, value in parameters.items() if value not in (None, "", False)})


def times() -> Markup:
    """The hidden fields by which a form keeps the two times asked for."""
    day = _day_or_today()
    return known.fields(day.isoformat() if day != platform().today() else None)


def as_json(answer: dict[str, Any]) -> str:
    """An answer of the API as a file to keep."""
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode()


def synthetic_words(datasets: Sequence[DatasetInfo]) -> str | None:
    """合成数据 where all data are made up, 含合成数据 where some are."""
    made_up = [d.synthetic for d in datasets]
    if not any(made_up):
        return None
    return words.SYNTHETIC if all(made_up) else f"含{words.SYNTHETIC}"


def _context() -> dict[str, Any]:
    return {
        "frame": _frame(),
        "go": go,
        "times": times,
        "Basis": Basis,
        "marks": words.BASIS_MARKS,
        "icons": url_for("static", filename="icons.svg"),
        "may_read_graph": allowed(Permission.GRAPH_READ),
        "may_find_partners": allowed(Permission.PARTNERS_READ),
    }


def _frame() -> Frame:
    running, who = platform(), visitor()
    loaded, day = datasets(), _day_or_today()
    reached = reach(loaded)
    section = SECTIONS.get(request.endpoint or "", request.endpoint)
    return Frame(
        entries=[
            *_own_entries(who.account),
            *(
                Entry(label, go(endpoint), endpoint == section)
                for label, endpoint, needed in NAVIGATION
                if allowed(needed)
            ),
        ],
        division=place_name(running.division),
        on=day,
        chosen_day=day != running.today(),
        until=reached.until,
        until_stated=reached.stated,
        synthetic=synthetic_words(loaded),
        demo=running.demo,
        role=who.role,
        roles=list(ROLE_NAMES.items()),
        account=who.account,
        first=first_page(who, request.args.get("on") or None, known.kept()),
        kept=[(name, value) for name, value in request.args.items(multi=True) if name != "on"],
        known=known.known(),
        path=request.path,
        here=request.full_path.rstrip("?"),
    )


def _own_entries(account: Account | None) -> list[Entry]:
    """本企业 What an enterprise finds first: its own records."""
    if account is None or account.duty.enterprise is None:
        return []
    here = request.endpoint in ("pages.credit_page", "pages.credit_record")
    in_cases = (request.endpoint or "") in CASE_PAGES
    return [
        Entry("我的记录", go("pages.credit_page", key=account.duty.enterprise), here),
        Entry("案件", go("pages.case_list"), in_cases),
    ]


def _day_or_today() -> date:
    try:
        return asked_day()
    except BadQuestion:  # the error page has a frame too
        return platform().today()
