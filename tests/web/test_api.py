"""The API answers as it describes itself, refuses what it does not name, and says what to do when it cannot answer."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel

from graph.ledger import Ledger
from lianxin import errors
from lianxin.errors import LianxinError, StoreUnavailable
from services import partners
from services.answers_json import partner_answer
from services.demo import DEMO_FORMATS
from services.partners import Question, Relation
from web import create_app
from web.api import edges, models, problems
from web.api.edges import Day, LoadsQuery, PartnerQuery, SearchQuery, WhyNotQuery
from web.state import platform

DAY = date(2026, 11, 24)
TUBING = "91330113YANG00019U"
NO_PRODUCTS = "91330113YANG001230"
RENAMED = "91330113YANG00094L"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def app(demo_ledger: Ledger) -> OpenAPI:
    return create_app(demo_ledger, demo=True, today=lambda: DAY)


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., Any]:
    """GET an address, expect a status, give the JSON: validated as a problem where it is one."""

    def get(address: str, expected: int = 200, **query: str | list[str]) -> Any:
        response = client.get(address, query_string=query or None)
        assert response.status_code == expected, response.text
        if expected >= HTTPStatus.BAD_REQUEST:
            assert response.mimetype == PROBLEM
            problem = models.Problem.model_validate_json(response.data)
            assert problem.status == expected
            assert problem.detail
            assert problem.next
        else:
            assert response.mimetype == "application/json"
        return json.loads(response.data)

    return get


# --- answers ----------------------------------------------------------------------------------------------------------


def test_health_says_from_what_it_answers(ask: Callable[..., Any]) -> None:
    health = ask("/api/health")
    assert health["status"] == "ok"
    assert health["lag"] == 0
    assert health["position"] == health["view_position"] > 0
    assert [each["synthetic"] for each in health["datasets"]] == [True] * len(DEMO_FORMATS)


def test_search_says_what_matched_and_what_was_searched(ask: Callable[..., Any]) -> None:
    answer = ask("/api/search", q=RENAMED)
    models.SearchAnswer.model_validate(answer)
    assert answer["found"][0]["key"] == RENAMED
    assert answer["found"][0]["matched"] == "key"
    assert answer["searched"]["datasets"]


def test_search_takes_several_types_and_repeats_them_once(ask: Callable[..., Any]) -> None:
    answer = ask("/api/search", q="示例", types=["Institution", "Enterprise", "Institution"], limit="3")
    assert answer["query"]["types"] == ["Institution", "Enterprise"]
    assert len(answer["found"]) == 3


@pytest.mark.parametrize("kind", list(edges.Findable))
def test_every_type_can_be_searched(ask: Callable[..., Any], kind: edges.Findable) -> None:
    ask("/api/search", q="a", types=kind.value)


def test_enterprise_shows_every_value_with_its_source(ask: Callable[..., Any]) -> None:
    answer = ask(f"/api/enterprises/{TUBING}")
    models.EnterpriseAnswer.model_validate(answer)
    assert answer["key"] == TUBING
    stated = [value for fact in answer["facts"] for value in fact["stated"]]
    assert stated
    assert all(value["source"]["file"] and value["source"]["row"] for value in stated)
    assert all((fact["text"] is None) == (fact["unknown"] is not None) for fact in answer["facts"])


def test_enterprise_can_be_asked_for_by_name(ask: Callable[..., Any]) -> None:
    name = ask(f"/api/enterprises/{TUBING}")["name"]
    assert ask(f"/api/enterprises/{name}")["key"] == TUBING


def test_a_name_of_two_companies_is_a_bad_question(ask: Callable[..., Any]) -> None:
    name = ask("/api/enterprises/91330113YANG00107A")["name"]
    problem = ask(f"/api/enterprises/{name}", 422)
    assert problem["code"] == "bad_question"
    assert "91330521YANG00115C" in problem["detail"]


def test_chains_keep_the_three_bases_apart(ask: Callable[..., Any]) -> None:
    answer = ask("/api/chains")
    models.ChainsAnswer.model_validate(answer)
    assert {chain["key"] for chain in answer["chains"]} == {"YLQX", "SWZY", "GDZB", "FZFZ"}
    assert all(set(chain["counts"]) == {"observed", "claimed", "predicted"} for chain in answer["chains"])


def test_chain_map_names_its_warnings(ask: Callable[..., Any]) -> None:
    answer = ask("/api/chains/YLQX")
    models.ChainAnswer.model_validate(answer)
    keys = {segment["key"] for segment in answer["segments"]}
    assert all(link["upstream"] in keys and link["downstream"] in keys for link in answer["links"])
    assert "single_supplier" in {segment["warning"] for segment in answer["segments"]}


def test_partners_are_the_same_json_as_the_command_prints(app: OpenAPI, ask: Callable[..., Any]) -> None:
    answer = ask("/api/partners", key=TUBING, relation="supplier", top="7")
    models.PartnersAnswer.model_validate(answer)
    assert 0 < len(answer["candidates"]) <= 7
    with app.test_request_context():
        found = partners.find(platform().views.newest(), Question(TUBING, Relation.SUPPLIER, DAY, top=7))
    assert answer == json.loads(json.dumps(partner_answer(found), default=str))


def test_every_hop_of_every_path_has_its_source(ask: Callable[..., Any]) -> None:
    answer = ask("/api/partners", key=TUBING, relation="supplier")
    hops = [hop for each in answer["candidates"] for path in each["paths"] for hop in path["hops"]]
    assert hops
    assert all({"from", "link", "to", "basis", "source"} <= set(hop) for hop in hops)
    assert all({"dataset", "file", "row"} <= set(hop["source"]) for hop in hops)


@pytest.mark.parametrize("relation", list(Relation))
def test_every_relation_and_filter_has_an_answer(ask: Callable[..., Any], relation: Relation) -> None:
    key = ask("/api/chains/YLQX")["segments"][0]["key"] if relation is Relation.GAP else TUBING
    answer = ask(
        "/api/partners", key=key, relation=relation, place="city", size="small", basis="predicted", known="true"
    )
    models.PartnersAnswer.model_validate(answer)
    asked = answer["query"]
    assert (asked["place"], asked["size"], asked["basis"], asked["known"]) == ("city", "small", ["predicted"], True)


def test_bases_may_be_repeated_and_credit_be_asked_for(ask: Callable[..., Any]) -> None:
    answer = ask("/api/partners", key=TUBING, relation="supplier", known="true", basis=["observed", "claimed"])
    assert answer["query"]["basis"] == ["observed", "claimed"]
    assert {each["basis"] for each in answer["candidates"]} <= {"observed", "claimed"}
    clean = ask("/api/partners", key=TUBING, relation="supplier", credit="clean")
    models.PartnersAnswer.model_validate(clean)
    assert clean["query"]["credit"] == "clean"
    assert {each["credit"]["state"] for each in clean["candidates"]} == {"none_shown"}


def test_why_not_gives_the_reason_in_both_languages(ask: Callable[..., Any]) -> None:
    answer = ask("/api/partners/why-not", key=TUBING, other=NO_PRODUCTS, relation="supplier")
    models.WhyNotAnswer.model_validate(answer)
    assert answer["why"]
    assert answer["why_en"]


def test_the_day_is_today_unless_it_is_given(ask: Callable[..., Any]) -> None:
    assert ask("/api/chains")["on"] == "2026-11-24"
    assert ask("/api/chains", on="2020-01-31")["on"] == "2020-01-31"


# --- loads ------------------------------------------------------------------------------------------------------------


def test_load_report_has_files_and_counts(ask: Callable[..., Any]) -> None:
    answer = ask("/api/loads/1")
    models.LoadAnswer.model_validate(answer)
    assert answer["report"]["rows"] == answer["rows"] > 0
    assert sum(answer["report"]["noted_zh"].values()) == sum(answer["report"]["noted"].values())
    assert all(len(file["digest"]) == 64 for file in answer["files"])


def test_loads_are_paged_newest_first(own_demo_ledger: Ledger) -> None:
    loaded = [each.id for each in own_demo_ledger.loads()]
    newest = own_demo_ledger.undo(loaded[-1]).load
    client = create_app(own_demo_ledger, demo=True, today=lambda: DAY).test_client()
    first = client.get("/api/loads?limit=3").get_json()
    models.LoadsAnswer.model_validate(first)
    second = client.get("/api/loads", query_string={"limit": 3, "cursor": first["next_cursor"]}).get_json()
    assert [each["id"] for each in (*first["loads"], *second["loads"])] == [newest, *loaded]
    assert [each["mode"] for each in first["loads"]] == ["undo", "increment", "increment"]
    assert second["next_cursor"] is None
    models.LoadAnswer.model_validate(client.get("/api/loads/2").get_json())


def test_an_empty_ledger_is_answered_from(tmp_ledger: Ledger) -> None:
    client = create_app(tmp_ledger, demo=True, today=lambda: DAY).test_client()
    assert client.get("/api/search?q=a").get_json()["found"] == []
    assert client.get("/api/chains").get_json()["searched"] == {
        "datasets": [],
        "until": None,
        "until_stated": False,
        "position": 0,
    }
    assert client.get("/api/loads").get_json()["loads"] == []
    assert client.get(f"/api/enterprises/{TUBING}").status_code == 404


# --- refusals ---------------------------------------------------------------------------------------------------------

PARTNERS = f"/api/partners?key={TUBING}&relation=supplier"


@pytest.mark.parametrize(
    ("address", "pointer", "code"),
    [
        ("/api/partners?relation=supplier", "/query/key", "missing"),
        (f"/api/partners?key={TUBING}&relation=friend", "/query/relation", "enum"),
        (f"{PARTNERS}&top=0", "/query/top", "greater_than_equal"),
        (f"{PARTNERS}&top=201", "/query/top", "less_than_equal"),
        (f"{PARTNERS}&top=1.0", "/query/top", "whole"),
        (f"{PARTNERS}&top=1_0", "/query/top", "whole"),
        (f"{PARTNERS}&top=+5", "/query/top", "whole"),
        (f"{PARTNERS}&top=٣", "/query/top", "whole"),
        (f"{PARTNERS}&top=", "/query/top", "whole"),
        (f"{PARTNERS}&top={'9' * 5000}", "/query/top", "whole"),
        (f"{PARTNERS}&known=on", "/query/known", "yes_no"),
        (f"{PARTNERS}&known=1", "/query/known", "yes_no"),
        (f"{PARTNERS}&on=0", "/query/on", "day"),
        (f"{PARTNERS}&on=20261124", "/query/on", "day"),
        (f"{PARTNERS}&on=2026-13-01", "/query/on", "day"),
        (f"{PARTNERS}&on=2026-W48-2", "/query/on", "day"),
        (f"{PARTNERS}&on=2026-11-24T00:00", "/query/on", "day"),
        (f"{PARTNERS}&place=moon", "/query/place", "enum"),
        (f"{PARTNERS}&colour=red", "/query/colour", "extra_forbidden"),
        (f"{PARTNERS}&top=1&top=2", "/query/top", "repeated"),
        (f"{PARTNERS}&a/b~c=1", "/query/a~1b~0c", "extra_forbidden"),
        ("/api/search?q=", "/query/q", "string_too_short"),
        (f"/api/search?q={'x' * 201}", "/query/q", "string_too_long"),
        ("/api/search?q=a%00b", "/query/q", "string_pattern_mismatch"),
        ("/api/search?q=a%0A", "/query/q", "string_pattern_mismatch"),
        ("/api/search?q=a&types=Need", "/query/types/0", "enum"),
        ("/api/search?q=a" + "&types=Product" * 9, "/query/types", "too_long"),
        ("/api/health?x=1", "/query/x", "extra_forbidden"),
        ("/api/loads/1?x=1", "/query/x", "extra_forbidden"),
        ("/api/loads/one", "/path/id", "whole"),
        ("/api/loads/0", "/path/id", "greater_than_equal"),
        ("/api/loads?cursor=0", "/query/cursor", "greater_than_equal"),
        ("/api/enterprises/%00", "/path/key", "string_pattern_mismatch"),
        (f"/api/enterprises/{'x' * 201}", "/path/key", "string_too_long"),
    ],
)
def test_what_is_not_meant_is_refused_with_its_place(
    ask: Callable[..., Any], address: str, pointer: str, code: str
) -> None:
    problem = ask(address, 422)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
    assert problem["errors"][0]["detail"] != "不合格"


def test_a_refusal_does_not_repeat_the_refused_value(client: FlaskClient) -> None:
    assert "secret" not in client.get("/api/search?q=" + "secret" * 50).text


@pytest.mark.parametrize("query", ["%FF%FE", "\U0001f600", "' OR 1=1 --", "%25%5F", "‮", "　", "..", "$(id)", "{{7*7}}"])
def test_odd_text_is_only_text(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/search?q={query}").status_code == 200
    for address in (f"/api/enterprises/{query}", f"/api/chains/{query}", f"/api/partners?relation=gap&key={query}"):
        assert client.get(address).status_code in (404, 422)


def test_an_unknown_key_ends_as_404_with_a_way_on(ask: Callable[..., Any]) -> None:
    problem = ask("/api/enterprises/91330113YANG0001", 404)
    assert problem["code"] == "not_known"
    assert problem["suggestions"] == [] or {"key", "name"} == set(problem["suggestions"][0])


def test_an_unknown_address_and_a_wrong_method(client: FlaskClient, ask: Callable[..., Any]) -> None:
    assert ask("/api/nothing", 404)["code"] == "no_such_address"
    response = client.post("/api/health")
    assert response.status_code == 405
    assert response.mimetype == PROBLEM
    assert "GET" in response.headers["Allow"]


def test_a_program_gets_json_and_a_person_a_page(client: FlaskClient) -> None:
    assert client.get("/nothing", headers={"Accept": "application/json"}).mimetype == PROBLEM
    page = client.get("/nothing", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    assert page.headers["X-Request-Id"] in page.text


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make every search raise an error."""

    def arrange(error: Exception) -> None:
        def search(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("services.search.search", search)

    return arrange


def test_a_fault_shows_a_number_and_nothing_else(
    ask: Callable[..., Any], raising: Callable[[Exception], None], capsys: pytest.CaptureFixture[str]
) -> None:
    raising(KeyError("张三"))
    problem = ask("/api/search", 500, q="张三")
    assert problem["request_id"] in problem["detail"]
    assert "KeyError" not in json.dumps(problem)
    written = json.loads(capsys.readouterr().err.splitlines()[0])
    assert written["request_id"] == problem["request_id"]
    assert written["error"] == "KeyError"
    assert "张三" not in json.dumps(written, ensure_ascii=False)


def test_a_store_that_is_gone_is_503(ask: Callable[..., Any], raising: Callable[[Exception], None]) -> None:
    raising(StoreUnavailable("locked", "账本被占用"))
    assert ask("/api/search", 503, q="a")["detail"] == "账本被占用"


def test_a_page_that_fails_to_show_an_error_still_answers(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("template")

    monkeypatch.setattr("web.api.problems.render_template", broken)
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "没有这个网址" in page.text
    assert page.headers["X-Request-Id"] in page.text


def leaves(kind: type[LianxinError]) -> Iterator[type[LianxinError]]:
    if not kind.__subclasses__():
        yield kind
    for below in kind.__subclasses__():
        yield from leaves(below)


def test_every_error_has_its_line() -> None:
    missing = sorted(kind.__name__ for kind in set(leaves(LianxinError)) - problems.MEANINGS.keys())
    assert not missing, f"add to MEANINGS in web/api/problems.py: {', '.join(missing)}"
    assert all(issubclass(kind, LianxinError) for kind in problems.MEANINGS)


def test_codes_are_told_apart() -> None:
    codes = [meaning.code for meaning in problems.MEANINGS.values()]
    assert len(codes) == len(set(codes))
    assert problems.of_lianxin(errors.MissingData("a", "b")).meaning.status == 409


def test_every_refusal_has_chinese_words() -> None:
    kinds = {"missing", "extra_forbidden", "enum", "repeated"}
    for query in (SearchQuery, PartnerQuery, WhyNotQuery, LoadsQuery):
        kinds |= _kinds(query)
    assert kinds <= problems.MESSAGES.keys()


def _kinds(model: type[BaseModel]) -> set[str]:
    bounds = {"minLength": "string_too_short", "maxLength": "string_too_long", "minimum": "greater_than_equal"}
    bounds |= {"maximum": "less_than_equal", "pattern": "string_pattern_mismatch", "maxItems": "too_long"}
    declared = model.model_json_schema()["properties"].values()
    return {bounds[name] for schema in declared for name in schema if name in bounds}


# --- the log ----------------------------------------------------------------------------------------------------------


def test_the_log_names_the_route_and_no_party(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get(f"/api/enterprises/{TUBING}?on=2026-01-01")
    written = capsys.readouterr().err
    assert TUBING not in written
    assert "2026-01-01" not in written
    line = json.loads(written.splitlines()[-1])
    assert line["route"] == "/api/enterprises/<key>"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert set(line) == {"event", "method", "route", "status", "ms", "request_id", "timestamp"}


def test_days_are_read_from_text_alone() -> None:
    class Asked(BaseModel):
        on: Day

    with pytest.raises(ValueError, match="should be a day"):
        Asked(on=0)  # type: ignore[arg-type]  # that is the point
    assert Asked.model_validate({"on": "2024-02-29"}).on == date(2024, 2, 29)
