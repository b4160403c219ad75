"""Running a load: all or nothing, every row counted, every refusal with file, row, field and value."""

import ast
import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from graph.ledger import Ledger
from graph.ledger.request import HELD_BACK
from graph.memory_build import build
from graph.ontology import Product, Ref, UpstreamOf
from lianxin.errors import (
    LargeRetraction,
    LianxinError,
    MissingFile,
    TooFewRows,
    TooManyRefused,
    UnknownField,
    UnreadableFile,
)
from loaders.chain_cn import CHAIN_CN
from loaders.demo_district import DEMO_DISTRICT
from loaders.loader import Format, Notes, Refused, Row, SourceFile, Statement, skip
from loaders.run import find_files, run_load
from loaders.words import chinese

if TYPE_CHECKING:
    from graph.ledger import LoadOutcome

ROOT = Path(__file__).parents[2]


class Named(Row):
    """A product; `upstream` may name another of the same file."""

    key: Annotated[str, Field(min_length=1)]
    name: str
    upstream: str | None


def take(row: Named, notes: Notes) -> Iterator[Statement]:
    if row.name == "skip me":
        skip("said so")
    if row.name == "refuse me":
        raise Refused("name", row.name, "is refused", "不收")
    if row.name == "note me":
        notes.note("noted")
    yield Product(key=row.key, name=row.name)
    if row.upstream:
        yield UpstreamOf(from_ref=Ref("Product", row.upstream), to_ref=Ref("Product", row.key))


JSON = Format("toy", "样例", (SourceFile(("a.jsonl", "a.jsonl.gz"), Named, take, floor=2),))
CSV = Format("toy", "样例", (SourceFile(("a.csv",), Named, take),))
INCREMENT = Format("toy", "样例", (SourceFile(("a.csv",), Named, take),), mode="increment")


def rows(count: int, *more: str) -> str:
    return "\n".join(["key,name,upstream", *(f"p{n},name {n}," for n in range(count)), *more]) + "\n"


def load(ledger: Ledger, folder: Path, content: str | bytes, source: Format = CSV, **how: Any) -> "LoadOutcome":
    file = folder / source.files[0].names[0]
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return run_load(ledger, source, [folder], **how)


def counts(outcome: "LoadOutcome") -> tuple[int, int, int, int]:
    return outcome.new, outcome.changed, outcome.unchanged, outcome.retracted


def untouched(ledger: Ledger, loads: int = 0) -> None:
    assert len(ledger.loads()) == loads
    assert ledger.position() == loads


def clear(error: LianxinError) -> None:
    """In both languages, without the words of the machinery."""
    for words in (error.en, error.zh):
        assert not re.search(r"pydantic|Traceback|sqlite3|Error\b|errors\.|0x[0-9a-f]{6}|Input should", words), words
    assert re.search(r"[一-鿿]", error.zh)
    assert not re.search(r"[一-鿿]", error.en.replace(str(getattr(error, "value", "")), ""))


# --- the report -------------------------------------------------------------------------------------------------------


def test_the_report_says_what_became_of_every_row(tmp_ledger: Ledger, tmp_path: Path) -> None:
    extra = ("x,skip me,", "y,refuse me,", "p1,name 1,", "z,note me,p0")
    outcome = load(tmp_ledger, tmp_path, rows(20, *extra))
    assert outcome.report() == {
        "load": 1,
        "rows": 24,
        "new": 21,
        "changed": 0,
        "unchanged": 0,
        "retracted": 0,
        "noted": {"noted": 1},
        "skipped": {"said so": 1, "repeats an earlier row": 1},
        "refused": [
            {
                "file": "a.csv",
                "row": 22,
                "field": "name",
                "field_zh": "name",
                "value": "refuse me",
                "problem": "is refused",
                "problem_zh": "不收",
            }
        ],
    }
    assert tmp_ledger.load(1).report == outcome.report()


def test_the_same_file_twice_then_changed_then_shorter(tmp_ledger: Ledger, tmp_path: Path) -> None:
    assert counts(load(tmp_ledger, tmp_path, rows(30))) == (30, 0, 0, 0)
    assert counts(load(tmp_ledger, tmp_path, rows(30))) == (0, 0, 30, 0)
    assert counts(load(tmp_ledger, tmp_path, rows(30).replace("name 7", "seven"))) == (0, 1, 29, 0)
    assert counts(load(tmp_ledger, tmp_path, rows(29).replace("name 7", "seven"))) == (0, 0, 29, 1)


def test_the_mode_is_the_formats_own_unless_it_is_given(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(30))
    assert load(tmp_ledger, tmp_path, rows(29), mode="increment").retracted == 0
    assert load(tmp_ledger, tmp_path, rows(29), INCREMENT).retracted == 0
    assert load(tmp_ledger, tmp_path, rows(29), INCREMENT, mode="snapshot").retracted == 1
    assert [each.mode for each in tmp_ledger.loads()] == ["snapshot", "increment", "increment", "snapshot"]


def test_another_data_set_name_keeps_the_two_apart(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(5))
    assert counts(load(tmp_ledger, tmp_path, rows(1), dataset="other")) == (1, 0, 0, 0)
    assert sorted(d.name for d in tmp_ledger.datasets()) == ["other", "toy"]
    assert len(build(tmp_ledger).all_of("Product")) == 5


def test_a_load_that_would_retract_much_asks_and_yes_goes_on(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(30))
    with pytest.raises(LargeRetraction) as error:
        load(tmp_ledger, tmp_path, rows(20))
    clear(error.value)
    untouched(tmp_ledger, loads=1)
    assert load(tmp_ledger, tmp_path, rows(20), yes=True).retracted == 10


def test_a_refused_row_keeps_what_it_stated_before(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(20))
    outcome = load(tmp_ledger, tmp_path, rows(20).replace("name 7", "refuse me").replace("p9,name 9,\n", ""))
    assert (outcome.retracted, outcome.noted) == (0, {HELD_BACK: 2})
    assert len(build(tmp_ledger).all_of("Product")) == 20


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p0", "p1", "new", ""]),
            st.sampled_from(["a", "b", "skip me", "refuse me", "note me"]),
            st.sampled_from(["", "p0", "p2"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_new_changed_unchanged_skipped_or_refused(
    tmp_ledger: Ledger, tmp_path: Path, drawn: list[tuple[str, str, str]]
) -> None:
    outcome = load(tmp_ledger, tmp_path, rows(90, *(",".join(row) for row in drawn)), yes=True)
    assert outcome.rows == 90 + len(drawn)
    told = outcome.new + outcome.changed + outcome.unchanged
    assert outcome.rows == told + sum(outcome.skipped.values()) + len(outcome.refused)


def test_a_whole_chain_of_links_may_name_products_of_later_rows(tmp_ledger: Ledger, tmp_path: Path) -> None:
    outcome = load(tmp_ledger, tmp_path, rows(0, *(f"p{n},n,p{n + 1}" for n in range(9)), "p9,n,"))
    view = build(tmp_ledger)
    assert outcome.new == 10
    assert len(view.links("UpstreamOf", view.all_of("Product"), "out", on=None)) == 9


# --- rows that are refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field", "value", "problem"),
    [
        ("p99,x", "the row", "p99,x", "has 2 cells where the heading has 3"),
        ("p99,x,,more", "the row", "p99,x,,more", "has 4 cells where the heading has 3"),
        (",x,", "key", "", "is empty where a text is required"),
        ("p99,,", "name", "", "is empty where a text is required"),
    ],
)
def test_a_bad_row_of_a_table_is_refused_and_the_others_go_on(
    tmp_ledger: Ledger, tmp_path: Path, row: str, field: str, value: str, problem: str
) -> None:
    outcome = load(tmp_ledger, tmp_path, rows(20, row))
    (refused,) = outcome.refused
    assert (refused["file"], refused["row"], refused["field"], refused["value"], refused["problem"]) == (
        "a.csv",
        21,
        field,
        value,
        problem,
    )
    assert re.search(r"[一-鿿]", refused["problem_zh"])
    assert outcome.new == 20


@pytest.mark.parametrize(
    ("line", "field", "value", "problem"),
    [
        ('{"key": "k", "name": "n"}', "upstream", "", "is missing"),
        ('{"key": "k", "name": null, "upstream": null}', "name", "", "is empty where a text is required"),
        ('{"key": "k", "name": 5, "upstream": null}', "name", "5", "is not a text"),
        ('{"key": "", "name": "n", "upstream": null}', "key", "", "is empty where a text is required"),
        (
            '{"key": "k", "name": "n", "upstream": nul',
            "the row",
            '{"key": "k", "name": "n", "upstream": nul',
            "is not JSON",
        ),
        ("5", "the row", "5", "is not an object of named fields"),
        ("null", "the row", "", "is not an object of named fields"),
        ('["k", "n", null]', "the row", "['k', 'n', None]", "is not an object of named fields"),
        ('{"key": "k", "name": "\\ud800", "upstream": null}', "the row", None, "is not JSON"),
    ],
)
def test_a_bad_row_of_json_lines_is_refused_and_the_others_go_on(
    tmp_ledger: Ledger, tmp_path: Path, line: str, field: str, value: str | None, problem: str
) -> None:
    good = [f'{{"key": "p{n}", "name": "n", "upstream": null}}' for n in range(20)]
    outcome = load(tmp_ledger, tmp_path, "\n".join([*good, line]), JSON)
    (refused,) = outcome.refused
    assert (refused["file"], refused["row"], refused["field"], refused["problem"]) == ("a.jsonl", 21, field, problem)
    assert value is None or refused["value"] == value
    assert re.search(r"[一-鿿]", refused["problem_zh"])
    assert outcome.new == 20


@pytest.mark.parametrize(("bad", "believed"), [(2, True), (3, False)])
def test_more_than_a_tenth_refused_stops_the_load_and_names_the_first(
    tmp_ledger: Ledger, tmp_path: Path, bad: int, believed: bool
) -> None:
    content = rows(20 - bad, *(f"q{n},refuse me," for n in range(bad)))
    if believed:
        assert len(load(tmp_ledger, tmp_path, content).refused) == bad
        return
    with pytest.raises(TooManyRefused) as error:
        load(tmp_ledger, tmp_path, content)
    clear(error.value)
    assert 'a.csv, row 18: name "refuse me" is refused' in error.value.en
    assert "a.csv，第 18 行" in error.value.zh
    untouched(tmp_ledger)


def test_a_shifted_column_refuses_the_whole_file(tmp_ledger: Ledger, tmp_path: Path) -> None:
    content = rows(20).replace("\np", "\n,p")
    with pytest.raises(TooManyRefused, match=r'a\.csv, row 1: the row ",p0,name 0," has 4 cells') as error:
        load(tmp_ledger, tmp_path, content)
    assert "整行“,p0,name 0,”有 4 格" in error.value.zh
    assert "the row" not in error.value.zh
    untouched(tmp_ledger)


def test_contradicting_rows_are_refused_with_what_hangs_on_them(tmp_ledger: Ledger, tmp_path: Path) -> None:
    outcome = load(tmp_ledger, tmp_path, rows(20, "d,one,", "d,two,", "e,needs d,d", "f,needs e,e", "g,free,p1"))
    assert [(r["row"], r["field"], r["value"]) for r in outcome.refused] == [
        (21, "Product key", "d"),
        (22, "Product key", "d"),
        (23, "Product key", "d"),
        (24, "Product key", "e"),
    ]
    assert {r["field_zh"] for r in outcome.refused} == {"产品的键"}
    assert "contradicts row 21" in outcome.refused[1]["problem"]
    assert "mend those" in outcome.refused[2]["problem"]
    assert outcome.new == 21


# --- files that cannot be loaded --------------------------------------------------------------------------------------


def test_too_few_rows_and_an_empty_file_stop_the_load(tmp_ledger: Ledger, tmp_path: Path) -> None:
    one = '{"key": "k", "name": "n", "upstream": null}\n'
    for content in ("", "\n\n", one):
        with pytest.raises(TooFewRows, match=r"a\.jsonl: [01] rows, fewer than its floor of 2") as error:
            load(tmp_ledger, tmp_path, content, JSON)
        clear(error.value)
    with pytest.raises(UnknownField) as empty:
        load(tmp_ledger, tmp_path, "")
    clear(empty.value)
    with pytest.raises(TooFewRows):
        load(tmp_ledger, tmp_path, rows(0))
    untouched(tmp_ledger)


@pytest.mark.parametrize("at", [1, 15])
def test_a_renamed_json_field_names_both_names(tmp_ledger: Ledger, tmp_path: Path, at: int) -> None:
    lines = [f'{{"key": "p{n}", "name": "n", "upstream": null}}' for n in range(20)]
    lines[at - 1] = lines[at - 1].replace('"upstream"', '"up_stream"')
    with pytest.raises(UnknownField) as error:
        load(tmp_ledger, tmp_path, "\n".join(lines), JSON)
    assert (error.value.row, error.value.unknown, error.value.missing) == (at, ("up_stream",), ("upstream",))
    clear(error.value)
    untouched(tmp_ledger)


def test_json_lines_in_gb18030_stop_the_load_at_their_row(tmp_ledger: Ledger, tmp_path: Path) -> None:
    lines = [f'{{"key": "p{n}", "name": "n", "upstream": null}}' for n in range(20)]
    lines[11] = lines[11].replace('"n"', '"临平"')
    with pytest.raises(UnreadableFile, match=r"a\.jsonl, row 12: byte .* is not UTF-8\. Save") as error:
        load(tmp_ledger, tmp_path, "\n".join(lines).encode("gb18030"), JSON)
    clear(error.value)
    untouched(tmp_ledger)


def test_a_truncated_archive_leaves_nothing_and_the_whole_one_loads(tmp_ledger: Ledger, tmp_path: Path) -> None:
    content = gzip.compress("\n".join(f'{{"key": "p{n}", "name": "n", "upstream": null}}' for n in range(500)).encode())
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(content[:-20])
    with pytest.raises(UnreadableFile) as error:
        run_load(tmp_ledger, JSON, [tmp_path])
    clear(error.value)
    untouched(tmp_ledger)
    file.write_bytes(content)
    assert run_load(tmp_ledger, JSON, [tmp_path]).new == 500


def test_an_exception_in_the_middle_of_reading_leaves_nothing(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(5))

    def breaks(row: Named, notes: Notes) -> Iterator[Statement]:
        if row.key == "p3":
            raise KeyboardInterrupt
        return take(row, notes)

    with pytest.raises(KeyboardInterrupt):
        load(tmp_ledger, tmp_path, rows(9), Format("toy", "样例", (SourceFile(("a.csv",), Named, breaks),)))
    untouched(tmp_ledger, loads=1)
    assert load(tmp_ledger, tmp_path, rows(9)).new == 4


# --- which files ------------------------------------------------------------------------------------------------------


def test_missing_files_are_named_and_what_to_give(tmp_path: Path, demo_dir: Path) -> None:
    for where in (tmp_path, tmp_path / "nowhere", demo_dir):
        with pytest.raises(MissingFile) as error:
            find_files(CHAIN_CN, [where])
        clear(error.value)
        assert str(where) in error.value.en
        assert "company.json" in error.value.zh
    (tmp_path / "company.json").mkdir()
    with pytest.raises(MissingFile, match=r"needs company\.json, industry\.json"):
        find_files(CHAIN_CN, [tmp_path])


def test_only_the_missing_ones_are_named(tmp_path: Path, demo_dir: Path) -> None:
    for file in demo_dir.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "needs.csv").unlink()
    with pytest.raises(MissingFile, match=r"needs needs\.csv;"):
        find_files(DEMO_DISTRICT, [tmp_path])
    found = find_files(DEMO_DISTRICT, [tmp_path, demo_dir / "needs.csv"])
    assert [path.name for _, path in found] == [declared.names[0] for declared in DEMO_DISTRICT.files]


def test_an_archive_stands_for_the_plain_file_and_both_together_are_refused(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz"):
        (tmp_path / name).touch()
    assert find_files(JSON, [tmp_path / "a.jsonl.gz"])[0][1].name == "a.jsonl.gz"
    with pytest.raises(UnreadableFile, match=r"is given twice: .*a\.jsonl and .*a\.jsonl\.gz") as error:
        find_files(JSON, [tmp_path])
    clear(error.value)
    assert find_files(JSON, [tmp_path / "a.jsonl", tmp_path / "a.jsonl"])[0][1].name == "a.jsonl"


def test_a_file_given_by_name_must_be_one_of_the_format(tmp_path: Path) -> None:
    (tmp_path / "other.csv").touch()
    (tmp_path / "a.csv").touch()
    with pytest.raises(UnreadableFile, match=r"other\.csv: the format toy has no file of this name.*a\.csv") as error:
        find_files(CSV, [tmp_path / "a.csv", tmp_path / "other.csv"])
    clear(error.value)
    assert len(find_files(CSV, [tmp_path])) == 1, "in a folder other files may lie about"


def test_an_optional_file_may_be_missing(tmp_path: Path) -> None:
    source = Format("toy", "样例", (*CSV.files, SourceFile(("b.csv",), Named, take, required=False)))
    (tmp_path / "a.csv").touch()
    assert len(find_files(source, [tmp_path])) == 1


# --- the progress bar -------------------------------------------------------------------------------------------------


class Told:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.bytes = 0

    def file(self, name: str, size: int) -> None:
        self.said.append((name, size))

    def read(self, size: int) -> None:
        self.bytes += size

    def comparing(self) -> None:
        self.said.append("comparing")


def test_progress_is_told_of_every_byte(tmp_ledger: Ledger, tmp_path: Path) -> None:
    told = Told()
    content = rows(50)
    load(tmp_ledger, tmp_path, content, progress=told)
    assert (told.said, told.bytes) == ([("a.csv", len(content)), "comparing"], len(content))


# --- words ------------------------------------------------------------------------------------------------------------


def reasons_in(module: Path) -> Iterator[str]:
    """The texts that a loader hands to `note` and `skip`; a changing part becomes x."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"note", "skip"}:
                for text in ast.walk(node.args[0]):
                    if isinstance(text, ast.JoinedStr):
                        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in text.values)
                if not isinstance(node.args[0], ast.JoinedStr):
                    yield from (
                        t.value
                        for t in ast.walk(node.args[0])
                        if isinstance(t, ast.Constant) and isinstance(t.value, str) and " " in t.value
                    )


@pytest.mark.parametrize("module", sorted((ROOT / "loaders").glob("*.py")), ids=lambda path: path.stem)
def test_every_reason_in_the_code_of_a_loader_has_chinese_words(module: Path) -> None:
    for reason in reasons_in(module):
        assert chinese(reason) != reason, reason
        assert re.search(r"[一-鿿]", chinese(reason))


def test_the_reasons_in_the_code_are_found() -> None:
    found = set(reasons_in(ROOT / "loaders" / "chain_cn.py"))
    assert {"exchange holds a day", "accounting item, not a product", "x written like x", "share of zero"} <= found
    assert len(found) > 25


def test_every_reason_of_the_whole_loads_has_chinese_words(chain_ledger: Ledger, demo_ledger: Ledger) -> None:
    for ledger in (chain_ledger, demo_ledger):
        report = ledger.loads()[0].report
        for reason in (*report["noted"], *report["skipped"]):
            assert chinese(reason) != reason


def test_the_reasons_of_the_ledger_have_chinese_words(tmp_ledger: Ledger, tmp_path: Path) -> None:
    load(tmp_ledger, tmp_path, rows(5))
    (noted,) = tmp_ledger.undo(1).noted
    assert chinese(noted) == "恢复到第 1 次入库之前的内容"
    assert chinese(HELD_BACK) != HELD_BACK
