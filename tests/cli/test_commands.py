"""The commands as a user meets them: output, exit codes, errors in both languages, and never a traceback."""

import csv
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger

BUYER, OBSERVED, CLAIMED = "91330113YANG00027N", "91330521YANG0006X6", "91330113YANG00078Y"
SINGLE = "91330113YANG00019U"
TWO_BEARERS = "浙江同昇精密机械（示例）有限公司"
REPORT = {"load", "rows", "new", "changed", "unchanged", "retracted", "noted", "skipped", "refused"}
REPORT |= {"noted_zh", "skipped_zh"}
COMMAND = [sys.executable, "-c", "import cli; cli.main()"]
DAY = ["--on", "2026-11-20"]

Result = Any
Run = Callable[..., Result]


@pytest.fixture(scope="session")
def demo_url(demo_ledger: "Ledger") -> str:
    return demo_ledger.url


def _is_bilingual(text: str) -> bool:
    return bool(re.search(r"[一-鿿]{2}", text)) and bool(re.search(r"[A-Za-z]{2,} [a-z]{2,}", text))


def _refused(done: Result, code: int, *words: str) -> None:
    assert done.returncode == code, done
    assert _is_bilingual(done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


# --- load -------------------------------------------------------------------------------------------------------------


def _report(file: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert set(report) == REPORT
    return report


@pytest.fixture(scope="module")
def small_dir(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo cut down to its first 60 enterprises, and what is said of them alone."""
    folder = tmp_path_factory.mktemp("small")
    kept: set[str] = set()
    for file in sorted(demo_dir.iterdir(), key=lambda f: f.name != "enterprises.csv"):
        heading, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        if file.name == "enterprises.csv":
            rows = rows[:60]
            kept = {row.split(",")[1] for row in rows}
        rows = [row for row in rows if {cell for cell in row.split(",") if "YANG" in cell} <= kept]
        (folder / file.name).write_text(heading + "".join(rows), encoding="utf-8")
    return folder


def _copied(folder: Path, target: Path, file: str, change: Callable[[list[str]], list[str]]) -> Path:
    """The same files, with the lines of one changed."""
    shutil.copytree(folder, target)
    lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
    (target / file).write_text("".join(change(lines)), encoding="utf-8")
    return target


def test_load_again_changed_undone_and_listed(run: Run, small_dir: Path, tmp_path: Path) -> None:
    """A snapshot, the same again, one with a row changed, and its undo: the reports add up each time."""
    ledger, report = f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "report.json"
    options = ["--dataset", "district", "--ledger", ledger, "--report", report]
    done = run("load", "demo-district", small_dir, *options)
    assert done.returncode == 0, done
    first = _report(report)
    assert first["load"] == 1
    assert first["rows"] == first["new"] > 1000
    assert [first[name] for name in ("changed", "unchanged", "retracted", "refused")] == [0, 0, 0, []]
    assert f"{first['rows']:,}" in done.stdout

    assert run("load", "demo-district", small_dir, *options).returncode == 0
    again = _report(report)
    assert (again["unchanged"], again["new"], again["changed"]) == (first["rows"], 0, 0)

    renamed = _copied(
        small_dir, tmp_path / "renamed", "chains.csv", lambda ls: [x.replace("医疗器械", "医械") for x in ls]
    )
    assert run("load", "demo-district", renamed, *options).returncode == 0
    third = _report(report)
    assert (third["changed"], third["new"], third["retracted"]) == (1, 0, 0)

    done = run("load", "undo", str(third["load"]), "--ledger", ledger)
    assert done.returncode == 0
    assert _is_bilingual(done.stdout)
    listed = run("load", "list", "--ledger", ledger).stdout
    assert "已被第 4 次撤销" in listed
    assert "撤销第 3 次" in listed
    assert listed.count("district") == 4
    _refused(run("load", "undo", "3", "--ledger", ledger), 1)
    _refused(run("load", "undo", "77", "--ledger", ledger), 1, "77")


def test_a_refused_row_is_reported_by_file_row_field_and_value(run: Run, small_dir: Path, tmp_path: Path) -> None:
    row = next(csv.DictReader((small_dir / "former_names.csv").read_text(encoding="utf-8").splitlines()))

    def broken(lines: list[str]) -> list[str]:
        return [line.replace(row["until"], "2026-13-01") if n == 1 else line for n, line in enumerate(lines)] + [
            f"合成数据,{row['uscc']},再早{n}（示例）厂,\n" for n in (*range(20), 0)
        ]

    folder, report = _copied(small_dir, tmp_path / "broken", "former_names.csv", broken), tmp_path / "report.json"
    done = run("load", "demo-district", folder, "--ledger", f"sqlite:///{tmp_path / 'new.db'}", "--report", report)
    assert done.returncode == 0, done
    told = _report(report)
    assert told["skipped"] == {"repeats an earlier row": 1}
    assert told["skipped_zh"] == {"与前面的行完全重复": 1}
    (refusal,) = told["refused"]
    assert {"file", "row", "field", "field_zh", "value", "problem", "problem_zh"} <= set(refusal)
    assert (refusal["file"], refusal["row"], refusal["field"]) == ("former_names.csv", 1, "until")
    assert refusal["value"] == "2026-13-01"
    assert "former_names.csv 第 1 行" in done.stderr
    assert _is_bilingual(done.stderr)


def test_the_day_of_the_data_is_kept_and_never_guessed(run: Run, small_dir: Path, tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path / 'new.db'}"
    wanted = ["partners", "find", "YLQX-04", "--relation", "gap", "--ledger", ledger, *DAY]
    assert run("load", "demo-district", small_dir, "--ledger", ledger).returncode == 0
    assert "，入库日 20" in run(*wanted).stdout
    assert "未写明" in run("load", "list", "--ledger", ledger).stdout
    day = ["--data-day", "2026-11-20"]
    assert run("load", "demo-district", small_dir, "--ledger", ledger, *day).returncode == 0
    assert "，数据到 2026-11-20，" in run(*wanted).stdout
    assert json.loads(run(*wanted, "--json").stdout)["searched"]["until_stated"] is True
    assert "2026-11-20" in run("load", "list", "--ledger", ledger).stdout
    for wrong in ("2026-13-01", "20261120"):
        _refused(run("load", "demo-district", small_dir, "--ledger", ledger, "--data-day", wrong), 2, wrong)
    _refused(run("load", "chain-cn", small_dir, "--ledger", ledger, "--data-day", "2999-01-01"), 2, "2999-01-01")


def test_large_retraction_needs_yes_and_an_increment_retracts_nothing(
    run: Run, small_dir: Path, tmp_path: Path
) -> None:
    ledger, report = f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "report.json"
    options = ["--ledger", ledger, "--report", report]
    assert run("load", "demo-district", small_dir, *options).returncode == 0
    less = _copied(small_dir, tmp_path / "less", "product_links.csv", lambda lines: lines[:20])
    gone = len((small_dir / "product_links.csv").read_text(encoding="utf-8").splitlines()) - 20
    assert gone > 200
    assert run("load", "demo-district", less, *options, "--as", "increment").returncode == 0
    assert _report(report)["retracted"] == 0
    _refused(run("load", "demo-district", less, *options), 1, "--yes", str(gone))
    assert run("load", "demo-district", less, *options, "--yes").returncode == 0
    assert _report(report)["retracted"] == gone


def test_formats_are_listed(run: Run) -> None:
    done = run("load", "--list")
    assert done.returncode == 0
    formats = {line.split("\t")[0]: line.split("\t") for line in done.stdout.splitlines()}
    assert formats["demo-district"][2] == "snapshot"
    assert "company.json" in formats["chain-cn"][3]


def test_wrong_loads_are_refused(run: Run, tmp_path: Path, demo_url: str) -> None:
    (tmp_path / "empty").mkdir()
    _refused(run("load", "no-such", tmp_path), 2, "no-such", "chain-cn")
    _refused(run("load", "chain-cn"), 2)
    _refused(run("load", "demo-district", tmp_path, "--as", "weekly"), 2, "--as")
    _refused(run("load", "undo", "first", "--ledger", demo_url), 2)
    _refused(run("load", "demo-district", tmp_path, "--report", tmp_path / "none" / "r.json"), 1, "r.json")
    assert not (tmp_path / "lianxin.db").exists(), "nothing was opened for what could not be asked"
    _refused(run("load", "chain-cn", tmp_path / "empty"), 1, "company.json")
    _refused(run("load", "chain-cn", tmp_path / "nowhere"), 1, "nowhere")


READING = [
    ("load", "list"),
    ("load", "undo", "1"),
    ("partners", "find", BUYER, "--relation", "supplier"),
    ("partners", "why-not", BUYER, OBSERVED, "--relation", "supplier"),
    ("repair", "notice", "Penalty/x", "--out", "notice.docx", "--base-url", "https://credit.example"),
    ("serve",),
    ("serve", "--demo"),
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_mistyped_path_is_refused_and_nothing_is_made_there(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    _refused(run(*command, "--ledger", "sqlite:///mistyped.db"), 1, str(tmp_path / "mistyped.db"), "lianxin load")
    (tmp_path / "mistyped.db").write_bytes(b"")
    _refused(run(*command, "--ledger", "sqlite:///mistyped.db"), 1, str(tmp_path / "mistyped.db"), "lianxin load")


def test_an_empty_ledger_says_what_to_do(run: Run, tmp_path: Path) -> None:
    from graph.ledger import Ledger

    url = f"sqlite:///{tmp_path / 'new.db'}"
    Ledger.open(url).close()
    done = run("load", "list", "--ledger", url)
    assert done.returncode == 0
    assert _is_bilingual(done.stdout)


# --- find and why-not -------------------------------------------------------------------------------------------------


def test_find_as_json_has_the_documented_keys(run: Run, demo_url: str, demo_dir: Path) -> None:
    done = run("partners", "find", BUYER, "--relation", "supplier", "--known", "--json", "--ledger", demo_url, *DAY)
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert {"query", "searched", "candidates", "relaxations"} <= set(answer)
    assert (answer["query"]["key"], answer["query"]["relation"], answer["query"]["on"]) == (BUYER, "supplier", DAY[1])
    assert len(answer["candidates"]) == 20
    bases = {candidate["key"]: candidate["basis"] for candidate in answer["candidates"]}
    assert (bases[OBSERVED], bases[CLAIMED]) == ("observed", "claimed")
    for candidate in answer["candidates"]:
        assert {"key", "name", "basis", "tier", "score", "paths"} <= set(candidate)
        for path in candidate["paths"]:
            assert {"score", "hops"} <= set(path)
            for hop in path["hops"]:
                assert {"from", "link", "to", "basis", "source"} <= set(hop)
                assert {"dataset", "file", "row"} <= set(hop["source"])
    first = answer["candidates"][0]["paths"][0]["hops"][0]
    with (demo_dir / first["source"]["file"]).open(encoding="utf-8", newline="") as opened:
        row = list(csv.reader(opened))[first["source"]["row"]]
    assert {first["from"], first["to"]} <= set(row)


def test_top_place_size_and_side_lines_reach_the_question(run: Run, demo_url: str) -> None:
    options = ["--relation", "supplier", "--json", "--ledger", demo_url, *DAY]
    plain = json.loads(run("partners", "find", BUYER, *options).stdout)
    near = json.loads(run("partners", "find", BUYER, *options, "--place", "district", "--top", "3").stdout)
    small = json.loads(run("partners", "find", BUYER, *options, "--size", "small").stdout)
    sides = json.loads(run("partners", "find", BUYER, *options, "--side-lines").stdout)
    stated = json.loads(
        run("partners", "find", BUYER, *options, "--known", "--basis", "observed", "--basis", "claimed").stdout
    )
    clean = json.loads(run("partners", "find", BUYER, *options, "--credit", "clean").stdout)
    assert {c["division"] for c in near["candidates"]} == {"330113"}
    assert len(near["candidates"]) == 3
    assert {c["size"] for c in small["candidates"]} == {"small"}
    assert [c["score"] for c in sides["candidates"]] != [c["score"] for c in plain["candidates"]]
    assert {c["basis"] for c in stated["candidates"]} == {"observed", "claimed"}
    assert {c["credit"]["state"] for c in clean["candidates"]} == {"none_shown"}


def test_find_for_people_shows_whole_sources_in_a_pipe(run: Run, demo_url: str) -> None:
    options = ["--relation", "supplier", "--known", "--top", "3", "--ledger", demo_url, *DAY]
    text = run("partners", "find", BUYER, *options).stdout
    assert "已证实 2 · 企业自述 1 · 推测" in text
    assert re.search(r"\[supplies\.csv 第 \d+ 行\]", text)
    hops = [line for line in text.splitlines() if "→" in line]
    assert len(hops) == 6
    assert all(line.rstrip().endswith("]") for line in hops)


def test_what_is_computed_is_not_shown_as_certain_to_people(run: Run, demo_url: str) -> None:
    options = ["YLQX-04", "--relation", "gap", "--basis", "predicted", "--top", "3", "--ledger", demo_url, *DAY]
    raw = json.loads(run("partners", "find", *options, "--json").stdout)["candidates"][0]
    assert raw["score"] > 0.995
    text = run("partners", "find", *options).stdout
    assert "推测 · 精确 · 0.990" in text
    assert "1.000" not in text


def test_what_the_credit_filter_left_out_is_said(run: Run, demo_url: str) -> None:
    text = run(
        "partners", "find", "YLQX-15", "--relation", "gap", "--credit", "clean", "--ledger", demo_url, *DAY
    ).stdout
    assert re.search(r"只列已查来源无展示中的失信信息的；信用未取得、或有同名记录未能关联的 [1-9]\d* 家没有列。", text)


def test_gap_and_customer(run: Run, demo_url: str) -> None:
    for key, relation in (("YLQX-15", "gap"), ("医用聚丙烯粒料", "gap"), (SINGLE, "customer")):
        done = run("partners", "find", key, "--relation", relation, "--json", "--ledger", demo_url, *DAY)
        assert json.loads(done.stdout)["candidates"]


def test_nobody_found_names_what_could_be_loosened(run: Run, demo_url: str) -> None:
    options = ["--relation", "supplier", "--ledger", demo_url, *DAY]
    assert "没有候选" in run("partners", "find", "91330113YANG001230", *options).stdout
    narrow = ["--relation", "gap", "--place", "district", "--size", "large", "--ledger", demo_url, *DAY]
    text = run("partners", "find", "YLQX-15", *narrow).stdout
    assert "放宽一个条件" in text
    assert "去掉大型企业：已证实 0" in text


def test_why_not(run: Run, demo_url: str) -> None:
    options = ["--relation", "supplier", "--ledger", demo_url, *DAY]
    answer = json.loads(run("partners", "why-not", BUYER, OBSERVED, *options, "--json").stdout)
    assert {"key": OBSERVED, "code": "known_partner", "rank": None}.items() <= answer.items()
    assert answer["why"]
    assert answer["why_en"]
    text = run("partners", "why-not", BUYER, "91330113YANG001230", *options).stdout
    assert "缺产品类目" in text
    assert "no product on record" in text
    _refused(run("partners", "why-not", BUYER, "没有这家厂", *options), 1, "没有这家厂")


def test_questions_that_cannot_be_answered(run: Run, demo_url: str) -> None:
    options = ["--relation", "supplier", "--ledger", demo_url]
    _refused(run("partners", "find", "杭州乙沐", *options), 1, BUYER, "Did you mean", "您是不是要找")
    _refused(run("partners", "find", TWO_BEARERS, *options), 2, "91330113YANG00107A", "91330521YANG00115C")
    _refused(run("partners", "find", BUYER, *options, "--top", "0"), 2, "1000")
    _refused(run("partners", "find", BUYER, *options, "--on", "2026-13-01"), 2, "2026-13-01")
    _refused(run("partners", "find", BUYER, "--relation", "friend", "--ledger", demo_url), 2, "friend")
    _refused(run("partners", "find", BUYER, "--ledger", demo_url), 2, "--relation")
    _refused(run("frobnicate"), 2, "frobnicate")


# --- rank and quality -------------------------------------------------------------------------------------------------


def _rank(run: Run, folder: Path, demo_url: str, queries: str, relation: str, *more: str | Path) -> list[list[str]]:
    (folder / "queries.txt").write_text(queries, encoding="utf-8")
    out = folder / "out.tsv"
    options = ["--queries", folder / "queries.txt", "--relation", relation, "--out", out, "--ledger", demo_url, *DAY]
    done = run("partners", "rank", *options, *more)
    assert done.returncode == 0, done
    rows = [line.split("\t") for line in out.read_text(encoding="utf-8").splitlines()]
    _check_ranks(rows)
    return rows


def _check_ranks(rows: list[list[str]]) -> None:
    """Four cells a row, no heading; ranks from 1; scores fall, ties stand by key."""
    before: list[str] = ["", "0", "", ""]
    for row in rows:
        query, rank, candidate, score = row
        assert float(score) > 0
        if query == before[0]:
            assert int(rank) == int(before[1]) + 1
            assert (-float(score), candidate) > (-float(before[3]), before[2])
        else:
            assert rank == "1"
        before = row


def test_rank_of_suppliers_customers_and_materials(run: Run, demo_url: str, tmp_path: Path) -> None:
    suppliers = _rank(run, tmp_path, demo_url, f"{BUYER}\n{SINGLE}\n", "supplier", "--top", "40")
    assert list(dict.fromkeys(row[0] for row in suppliers)) == [BUYER, SINGLE]
    assert sum(row[0] == BUYER for row in suppliers) == 40
    assert {OBSERVED, CLAIMED} <= {row[2] for row in suppliers}
    customers = _rank(run, tmp_path, demo_url, f"{SINGLE}\n", "customer")
    assert BUYER in [row[2] for row in customers]
    assert len(customers) == 50
    materials = _rank(run, tmp_path, demo_url, "一次性使用输液器\n", "material")
    assert "医用聚氯乙烯软管" in [row[2] for row in materials if float(row[3]) == 0.95]
    assert len({row[3] for row in materials}) < len(materials), "there are ties to be broken"


def test_known_and_hidden_pairs_change_the_ranks(run: Run, demo_url: str, tmp_path: Path) -> None:
    plain = _rank(run, tmp_path, demo_url, f"{BUYER}\n", "supplier", "--top", "10")
    file = tmp_path / "pairs.tsv"
    file.write_text(f"{BUYER}\t{plain[0][2]}\n", encoding="utf-8")
    known = _rank(run, tmp_path, demo_url, f"{BUYER}\n", "supplier", "--top", "10", "--known", file)
    assert [row[2] for row in known][:9] == [row[2] for row in plain][1:]
    assert len(known) == 10
    material = ["一次性使用输液器\t医用聚氯乙烯软管\n", "医用聚氯乙烯软管\t一次性使用输液器\n"]
    for line in material:
        file.write_text(line, encoding="utf-8")
        hidden = _rank(run, tmp_path, demo_url, "一次性使用输液器\n", "material", "--hide", file)
        assert "医用聚氯乙烯软管" not in [row[2] for row in hidden if float(row[3]) == 0.95]


@pytest.mark.parametrize("relation", ["segment", "company", "partner"])
def test_rank_without_its_data_set_ends_with_2_and_names_it(
    run: Run, demo_url: str, tmp_path: Path, relation: str
) -> None:
    (tmp_path / "q.txt").write_text(f"{BUYER}\n", encoding="utf-8")
    files = ["--queries", tmp_path / "q.txt", "--out", tmp_path / "out.tsv"]
    done = run("partners", "rank", *files, "--relation", relation, "--ledger", demo_url)
    _refused(done, 2, relation, "no data set", "还没有载入")
    assert not (tmp_path / "out.tsv").exists()


def test_rank_that_cannot_be_done(run: Run, demo_url: str, tmp_path: Path) -> None:
    queries, out = tmp_path / "q.txt", tmp_path / "out.tsv"
    options = ["--relation", "material", "--ledger", demo_url, "--queries", queries]
    _refused(run("partners", "rank", *options, "--out", out), 1, "q.txt")
    queries.write_text("一次性使用输液器\n医用聚丙烯粒粒\n", encoding="utf-8")
    _refused(run("partners", "rank", *options, "--out", out), 1, "第 2 个", "医用聚丙烯粒料")
    _refused(run("partners", "rank", *options, "--out", tmp_path / "none" / "out.tsv"), 1, "out.tsv")
    _refused(run("partners", "rank", *options, "--out", tmp_path), 1, tmp_path.name)
    (tmp_path / "bad.tsv").write_text("one\n", encoding="utf-8")
    _refused(run("partners", "rank", *options, "--out", out, "--hide", tmp_path / "bad.tsv"), 1, "bad.tsv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tsv", "q.txt"]


def test_quality_prints_a_table_and_json(run: Run, demo_url: str, tmp_path: Path) -> None:
    truth, known, hide = (tmp_path / f"{name}.tsv" for name in ("truth", "known", "hide"))
    truth.write_text(f"{BUYER}\t{SINGLE}\n", encoding="utf-8")
    known.write_text(f"{SINGLE}\t{OBSERVED}\n", encoding="utf-8")
    hide.write_text(f"一次性使用输液器\t医用聚氯乙烯软管\n{BUYER}\t{SINGLE}\n", encoding="utf-8")
    options = ["--truth", truth, "--known", known, "--hide", hide, "--ledger", demo_url, *DAY]
    done = run("partners", "quality", *options)
    assert done.returncode == 0
    measured = json.loads(done.stdout.splitlines()[-1])
    assert (measured["pairs"], measured["companies"], measured["edges"]) == (1, 1, 1)
    assert {"lianxin", "popularity", "text similarity", "personalised PageRank"} <= set(measured["methods"])
    assert "Hits@10" in done.stdout


# --- ledgers, demo, serve ---------------------------------------------------------------------------------------------


def test_the_ledger_of_the_option_is_taken_before_that_of_the_environment(
    run: Run, demo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    monkeypatch.setenv("LIANXIN_LEDGER", demo_url)
    assert "demo-district" in run("load", "list").stdout
    assert "demo-district" not in run("load", "list", "--ledger", empty).stdout
    monkeypatch.setenv("LIANXIN_LEDGER", empty)
    assert "demo-district" not in run("load", "list").stdout
    assert "demo-district" in run("load", "list", "--ledger", demo_url).stdout


def test_ledgers_that_cannot_be_opened(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no ledger" * 100, encoding="utf-8")
    for url in (f"sqlite:///{tmp_path}/none/x.db", f"sqlite:///{tmp_path}/text.db", "ledger.db", "nosuch://host/db"):
        _refused(run("load", "list", "--ledger", url), 1)
        _refused(run("partners", "find", "X", "--relation", "supplier", "--ledger", url), 1)


def test_a_ledger_of_a_newer_version(run: Run, own_demo_ledger: "Ledger") -> None:
    database = own_demo_ledger.engine.url.database
    assert database
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from the future'")
        connection.commit()
    _refused(run("load", "list", "--ledger", own_demo_ledger.url), 1, "newer")


def test_demo_writes_the_same_files_for_the_same_seed(run: Run, demo_dir: Path, tmp_path: Path) -> None:
    assert run("demo", "--out", tmp_path / "same").returncode == 0
    assert {f.name: f.read_bytes() for f in (tmp_path / "same").iterdir()} == {
        f.name: f.read_bytes() for f in demo_dir.iterdir()
    }
    assert run("demo", "--out", tmp_path / "other", "--seed", "7").returncode == 0
    assert (tmp_path / "other" / "enterprises.csv").read_bytes() != (demo_dir / "enterprises.csv").read_bytes()


def test_demo_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    _refused(run("demo", "--out", tmp_path / "file"), 1, "file")
    _refused(run("demo", "--out", tmp_path / "file" / "below"), 1, "below")


def test_serve_on_a_port_in_use_names_another_one(run: Run, demo_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _refused(run("serve", "--port", str(port), "--ledger", demo_url), 1, str(port), str(port + 1))
    _refused(run("serve", "--port", "99999", "--ledger", demo_url), 2, "--port")


# --- as a process of its own ------------------------------------------------------------------------------------------


@pytest.fixture
def pipe(environment: None) -> Callable[..., tuple[int, str]]:
    """`pipe("load", "list")`: the exit code and what is said when the reader has gone before the first word."""
    del environment

    def called(*arguments: str) -> tuple[int, str]:
        reading, writing = os.pipe()
        os.close(reading)
        try:
            path = {"PYTHONPATH": str(Path(__file__).parents[2])}
            done = subprocess.run(
                [*COMMAND, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True, env=os.environ | path
            )
        finally:
            os.close(writing)
        return done.returncode, done.stderr

    return called


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_reader_that_goes_away_gets_no_traceback(
    pipe: Callable[..., tuple[int, str]], demo_url: str, form: list[str]
) -> None:
    options = ["--relation", "supplier", "--top", "200", "--ledger", demo_url, *DAY]
    code, said = pipe("partners", "find", BUYER, *options, *form)
    assert code == 1
    assert said == ""
