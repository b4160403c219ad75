"""The committed documents equal what is generated from the declarations."""

import json
from pathlib import Path
from typing import Any

import pytest

from rules.credit_repair.facts import CHINESE, Facts
from rules.facts import json_schema
from rules.laws import LAWS
from rules.table import table_json, table_markdown

DOCS = Path(__file__).parent.parent.parent / "docs"
REMEDY = "run: lianxin rules table > docs/rules.md; lianxin rules table --format json > docs/rules.json"


def test_the_committed_tables_equal_the_generated_ones() -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == table_markdown(LAWS), REMEDY
    assert json.loads((DOCS / "rules.json").read_text("utf-8")) == table_json(LAWS), REMEDY


def test_every_rule_has_an_id_of_its_own_a_question_and_a_citation() -> None:
    for law in LAWS:
        rules = law.rules
        assert len({rule.id for rule in rules}) == len(rules)
        assert all(rule.question.endswith("？") and rule.how and rule.citations for rule in rules)


@pytest.mark.parametrize("ruleset", [each for law in LAWS for each in law.rule_sets], ids=lambda each: each.id)
def test_every_rule_of_a_set_has_a_citation_among_its_texts(ruleset: Any) -> None:
    without = [rule.id for rule in ruleset.rules if not {c.text for c in rule.citations} & ruleset.texts]
    assert without == []


def test_the_schema_of_the_facts_lists_codes_with_their_words() -> None:
    schema = json_schema(Facts, "credit-repair-facts", CHINESE)
    assert schema["required"] == ["kind", "authority_system"]
    assert {"const": "penalty", "title": "行政处罚"} in schema["properties"]["kind"]["oneOf"]
    assert schema["properties"]["sanctions"]["items"]["oneOf"][0]["const"] == "warning"
    assert table_json(LAWS)[0]["facts"] == schema
