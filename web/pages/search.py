"""企业 Search by code, name or pinyin, saying which of them matched."""

from flask import Blueprint, render_template, request

from services import search as search_service
from web.pages import frame, words
from web.parameters import takes
from web.security import Permission, permission

TYPES = ("Enterprise", "Institution", "Segment", "Product")
TYPE_NAMES = {"Enterprise": "企业", "Institution": "机构", "Segment": "环节", "Product": "产品"}
LIMIT = 30


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/search", view_func=search_page)


@takes("q")
@permission(Permission.GRAPH_READ)
def search_page() -> str:
    """GET /search?q="""
    asked = request.args.get("q", "").strip()
    found = search_service.search(frame.view(), asked, types=TYPES, limit=LIMIT) if asked else []
    return render_template(
        "search.html", q=asked, found=found, matched=words.MATCHED, types=TYPE_NAMES, full=len(found) == LIMIT
    )
