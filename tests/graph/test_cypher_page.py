"""The page for people who explore in Cypher: its picture is the ontology, its ten questions have these answers."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from graph.ledger import Ledger
from graph.model_picture import model_svg
from graph.neo4j_projection import Projection
from graph.neo4j_server import Address, Server
from graph.ontology import LINK_TYPES, PROPERTIES, RECORD_TYPES, Enterprise, FormerName, link_name

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cypher.md").read_text(encoding="utf-8")
QUESTION = re.compile(
    r"^\*\*(\d+)\. (.*?)\*\*.*?^```cypher\n(.*?)^```\n\n?((?:^\|[^\n]*\n?)*)", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Question:
    """A question of the page: its number, its words, its Cypher, and its answer as lines of a table."""

    number: int
    words: str
    cypher: str
    answer: str


QUESTIONS = [Question(int(number), *rest) for number, *rest in QUESTION.findall(PAGE)]


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """An answer as a table of the page."""
    lines = [columns, ["---"] * len(columns), *([_told(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _told(value: Any) -> str:
    if value is None:
        return ""
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_a_question_has_the_answer_of_the_page(question: Question, demo_graph: str) -> None:
    from neo4j import GraphDatabase

    address = Address.read(demo_graph)
    with (
        GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver,
        driver.session(default_access_mode="READ") as session,
    ):
        asked = session.run(question.cypher)  # type: ignore[arg-type]
        columns, rows = list(asked.keys()), asked.values()
        spoken = [status.gql_status for status in asked.consume().gql_status_objects]
    assert rows
    assert table(columns, rows) == question.answer
    assert not [status for status in spoken if status.startswith("01")], "the server warns"


def test_there_are_ten_questions_of_three_services() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 11))
    assert re.findall(r"^### (.*)$", PAGE, re.MULTILINE) == [
        "Chain partners 产业链对接",
        "Credit repair 信用修复",
        "IP and finance 知识产权与融资",
    ]


def test_the_committed_picture_is_the_ontology() -> None:
    committed = (ROOT / "docs" / "pictures" / "model.svg").read_text(encoding="utf-8")
    assert committed == model_svg(), "python -m web.generated writes it anew"
    assert "(pictures/model.svg)" in PAGE


def test_the_readme_leads_to_the_page() -> None:
    assert "(docs/cypher.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


# --- full text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("临平", ["f1", "f2"]),
        ("平临", ["f2"]),
        ("农机", ["f3"]),
        ('"红枫农机"', ["f3"]),
        ('"枫农器械"', []),
        ("器", []),
    ],
)
def test_a_piece_of_a_chinese_name_finds_the_enterprise(asked: str, found: list[str], named: Any) -> None:
    query = "CALL db.index.fulltext.queryNodes('record_names', $asked) YIELD node RETURN node.key ORDER BY node.key"
    assert named.run(query, asked=asked) == [[key] for key in found]


@pytest.fixture(scope="module")
def named(neo4j: Any, put: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with a few names in it."""
    neo4j.clear()
    firms = [
        Enterprise(key="f1", name="杭州临平医疗器械有限公司"),
        Enterprise(key="f2", name="临平区平临贸易商行"),
        Enterprise(key="f3", name="杭州澜拓智能装备有限公司", former_names=(FormerName("余杭红枫农机修造厂"),)),
        Enterprise(key="f4", name="杭州余杭平安医院"),
    ]
    file = tmp_path_factory.mktemp("named") / "ledger.db"
    with closing(Ledger.open(f"sqlite:///{file}")) as ledger, closing(Server.open(neo4j.url)) as server:
        put(ledger, [[firm] for firm in firms])
        Projection(ledger, server).catch_up()
    return neo4j


# --- the picture ------------------------------------------------------------------------------------------------------


def test_the_picture_names_every_type_and_every_property() -> None:
    picture = ElementTree.fromstring(model_svg())
    texts = [text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    for name, declared in RECORD_TYPES.items():
        assert f"{name} {declared.label}" in texts
    for name, link in LINK_TYPES.items():
        drawn = [text for text in texts if text.startswith(f"{link_name(name)} {link.label}")]
        assert len(drawn) == len(link.ends)
    told = " ".join(texts)
    assert [p.name for each in PROPERTIES.values() for p in each if p.name not in told] == []


def test_no_two_boxes_of_the_picture_overlap() -> None:
    picture = ElementTree.fromstring(model_svg())
    sides = ("x", "y", "width", "height")
    boxes = [tuple(int(rect.attrib[side]) for side in sides) for rect in picture.iter() if rect.get("class") == "b"]
    assert len(boxes) == len(RECORD_TYPES)
    for number, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[:number]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y or other_y + other_height <= y
