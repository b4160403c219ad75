"""Reading source files: every way in which a file is not what it says ends with its name, its row and what to do."""

import gzip
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from lianxin.errors import SourceError, UnknownField, UnreadableFile
from loaders.reading import OpenedFile, read_csv, read_json_lines

FIELDS = ("name", "place")
LINES = ['{"name": "甲", "place": "临平"}', '{"name": "乙", "place": "余杭"}', '{"name": "丙", "place": "临平"}']
TABLE = "name,place\n甲,临平\n乙,余杭\n丙,临平\n"


def written(folder: Path, name: str, content: bytes | str) -> OpenedFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return OpenedFile(path)


def json_rows(opened: OpenedFile) -> list[tuple[int, Any]]:
    return [(row, json.loads(line)) for row, line in json_lines(opened)]


def json_lines(opened: OpenedFile) -> list[tuple[int, bytes]]:
    batches = read_json_lines(opened, frozenset(FIELDS), lambda _: None)
    return [each for rows in batches for each in zip(rows.numbers, rows.lines, strict=True)]


def csv_rows(opened: OpenedFile) -> list[tuple[int, Any]]:
    return list(read_csv(opened, FIELDS, lambda _: None))


def names(rows: list[tuple[int, Any]]) -> list[str]:
    return [row["name"] for _, row in rows]


def says(error: SourceError, file: str, en: str, zh: str) -> None:
    assert error.en.startswith(file)
    assert error.zh.startswith(file)
    assert en in error.en
    assert zh in error.zh


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_lines_end_in_either_way_and_may_be_zipped(tmp_path: Path, end: str, last: bool, zipped: bool) -> None:
    content = (end.join(LINES) + end * last).encode()
    name, content = ("a.jsonl.gz", gzip.compress(content)) if zipped else ("a.jsonl", content)
    assert [row for row, _ in json_rows(written(tmp_path, name, content))] == [1, 2, 3]
    content = (TABLE.replace("\n", end) if last else TABLE.replace("\n", end).rstrip()).encode()
    name, content = ("a.csv.gz", gzip.compress(content)) if zipped else ("a.csv", content)
    assert names(csv_rows(written(tmp_path, name, content))) == ["甲", "乙", "丙"]


def test_blank_lines_are_no_rows_and_json_rows_are_counted_by_line(tmp_path: Path) -> None:
    opened = written(tmp_path, "a.jsonl", f"\n{LINES[0]}\n\n{LINES[1]}\n\n")
    assert [row for row, _ in json_rows(opened)] == [2, 4]
    assert [row for row, _ in csv_rows(written(tmp_path, "a.csv", "name,place\n\n甲,\n\n乙,x\n"))] == [1, 2]


def test_an_empty_cell_is_none_and_columns_may_come_in_any_order(tmp_path: Path) -> None:
    assert csv_rows(written(tmp_path, "a.csv", 'place,name\n,甲\n"a, ""b""\nc",乙\n')) == [
        (1, {"name": "甲", "place": None}),
        (2, {"name": "乙", "place": 'a, "b"\nc'}),
    ]


def test_a_row_of_another_width_comes_as_its_cells(tmp_path: Path) -> None:
    assert csv_rows(written(tmp_path, "a.csv", "name,place\n甲\n乙,x\n丙,x,y\n")) == [
        (1, ["甲"]),
        (2, {"name": "乙", "place": "x"}),
        (3, ["丙", "x", "y"]),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_field(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    assert names(json_rows(written(tmp_path, "a.jsonl", mark + "\n".join(LINES).encode()))) == ["甲", "乙", "丙"]
    assert names(csv_rows(written(tmp_path, "a.csv", mark + TABLE.encode()))) == ["甲", "乙", "丙"]


def test_digest_and_size_are_those_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz"):
        content = "\n".join(LINES).encode()
        content = gzip.compress(content) if name.endswith(".gz") else content
        opened, told = written(tmp_path, name, content), list[int]()
        list(read_json_lines(opened, frozenset(FIELDS), told.append))
        assert (opened.digest, opened.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert sum(told) == len(content), "the progress bar ends full"


@given(st.lists(st.tuples(st.text(max_size=20), st.integers(0, 3)), max_size=30))
def test_json_lines_come_back_whatever_lies_in_them(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, int]]
) -> None:
    rows = [{"name": text, "place": '": ' * number} for text, number in cells]
    content = "".join(json.dumps(row, ensure_ascii=number % 2 == 0) + "\n" for number, row in enumerate(rows))
    opened = written(tmp_path_factory.mktemp("json"), "a.jsonl", content.encode("utf-8", "replace"))
    expected = [{**row, "name": row["name"].encode("utf-8", "replace").decode()} for row in rows]
    assert [row for _, row in json_rows(opened)] == expected


# --- encodings --------------------------------------------------------------------------------------------------------


def test_a_table_in_gb18030_is_read_and_json_lines_in_it_are_refused(tmp_path: Path) -> None:
    assert names(csv_rows(written(tmp_path, "a.csv", TABLE.encode("gb18030")))) == ["甲", "乙", "丙"]
    rare = "name,place\n㐀𠀀镕,é\n"
    assert csv_rows(written(tmp_path, "b.csv", rare.encode("gb18030"))) == [(1, {"name": "㐀𠀀镕", "place": "é"})]


@pytest.mark.parametrize("line", [1, 2, 3])
def test_bytes_that_are_neither_encoding_are_named_with_their_line(tmp_path: Path, line: int) -> None:
    lines = TABLE.encode("gb18030").split(b"\n")
    lines[line] = b"\xff\xff" + lines[line]
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv", b"\n".join(lines)))
    says(
        error.value, "a.csv", f"line {line + 1}, byte 1 is neither UTF-8 nor GB18030. Save", f"第 {line + 1} 行第 1 个"
    )


def test_one_damaged_byte_does_not_turn_the_rest_of_a_table_into_nonsense(tmp_path: Path) -> None:
    lines = ["name,place", "临平区,甲乙", "余杭区,丙丁", "上城区,戊己", "拱墅区,庚辛"]
    content = [line.encode() for line in lines]
    content[2] = content[2][:2] + content[2][3:]  # as GB18030 this line could be read
    assert content[2].decode("gb18030")
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv", b"\n".join(content)))
    says(error.value, "a.csv", "line 3, byte 1 is not UTF-8 as the lines before", "文件第 3 行")


def test_a_table_that_begins_with_a_mark_is_utf8_throughout(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not UTF-8"):
        csv_rows(written(tmp_path, "a.csv", b"\xef\xbb\xbf" + TABLE.encode("gb18030")))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_encodings_of_two_and_four_bytes_are_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(SourceError):
        csv_rows(written(tmp_path, "a.csv", TABLE.encode(encoding)))
    with pytest.raises(SourceError):
        json_rows(written(tmp_path, "a.jsonl", "\n".join(LINES).encode(encoding)))


# --- archives ---------------------------------------------------------------------------------------------------------

ARCHIVE = gzip.compress(("\n".join(json.dumps({"name": f"{n * n}", "place": "x"}) for n in range(20_000))).encode(), 1)


END = len(ARCHIVE)


@pytest.mark.parametrize("kept", [5, 12, 1_000, END // 2, END - 9, END - 8, END - 1])
def test_an_archive_cut_off_anywhere_is_refused_at_the_row_where_it_ends(tmp_path: Path, kept: int) -> None:
    with pytest.raises(UnreadableFile) as error:
        json_rows(written(tmp_path, "a.jsonl.gz", ARCHIVE[:kept]))
    says(error.value, "a.jsonl.gz", "is cut off or damaged here. Fetch the file again", "截断或损坏")
    there = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(ARCHIVE[:kept]).count(b"\n")  # whole lines
    # The very last row has no line end: whether it is whole, only the check sum behind it could say.
    assert error.value.row == there + 1


def test_rows_of_a_table_that_is_cut_off_are_counted_behind_the_heading(tmp_path: Path) -> None:
    table = "name,place\n" + "".join(f"{n * n},x\n" for n in range(20_000))
    archive = gzip.compress(table.encode(), 1)
    kept = archive[: len(archive) // 2]
    whole = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(kept).count(b"\n") - 1  # without the heading
    assert whole > 1_000
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv.gz", kept))
    assert error.value.row == whole + 1


def test_an_archive_with_a_wrong_checksum_or_something_behind_it_is_refused(tmp_path: Path) -> None:
    broken = ARCHIVE[:-8] + bytes([ARCHIVE[-8] ^ 0xFF]) + ARCHIVE[-7:]
    for content in (broken, ARCHIVE + b"something else"):
        with pytest.raises(UnreadableFile, match="cut off or damaged"):
            json_rows(written(tmp_path, "a.jsonl.gz", content))


def test_an_archive_in_several_members_is_read_whole(tmp_path: Path) -> None:
    members = b"".join(gzip.compress(f"{line}\n".encode()) for line in LINES)
    assert names(json_rows(written(tmp_path, "a.jsonl.gz", members))) == ["甲", "乙", "丙"]


def test_a_plain_file_named_gz_and_an_archive_named_plain_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        json_rows(written(tmp_path, "a.jsonl.gz", "\n".join(LINES)))
    says(error.value, "a.jsonl.gz", "is no gzip archive. Name the file by what it is", "不是 gzip")
    with pytest.raises(UnreadableFile) as error:
        json_rows(written(tmp_path, "a.jsonl", gzip.compress(LINES[0].encode())))
    says(error.value, "a.jsonl", "or named .gz", ".gz")
    assert error.value.en.isprintable()


# --- wrong rows and headings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["name,place", "[", "<html>", '"text"'])
def test_what_is_no_json_lines_is_said_at_its_first_line(tmp_path: Path, first: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        json_rows(written(tmp_path, "a.json", f"{first}\n甲,临平\n"))
    assert error.value.en.startswith(f'a.json, row 1: not JSON Lines: the first line is "{first}"')
    assert error.value.zh.startswith("a.json，第 1 行：不是 JSON Lines")


@pytest.mark.parametrize(
    "line",
    [
        '{"name": "甲", "place": "x", "name": "乙"}',
        '{"name" : "甲", "place": "x", "name": "乙"}',
        '{"name"\t: "甲", "place": "x", "name": "乙"}',
        '{"name": "甲", "place": "x", "n\\u0061me": "乙"}',
    ],
)
def test_a_field_that_stands_twice_in_a_row_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        json_rows(written(tmp_path, "a.jsonl", f"{LINES[0]}\n{line}\n"))
    assert error.value.en.startswith("a.jsonl, row 2: the field name stands twice")
    assert error.value.zh.startswith("a.jsonl，第 2 行：同一行里字段 name 出现两次")


def test_an_unknown_field_names_what_is_unknown_and_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnknownField) as error:
        json_rows(written(tmp_path, "a.jsonl", f'{LINES[0]}\n{{"name": "x", "place": "y", "note": "z"}}\n'))
    assert (error.value.row, error.value.unknown, error.value.missing) == (2, ("note",), ())
    with pytest.raises(UnknownField) as error:
        csv_rows(written(tmp_path, "a.csv", "name,palce\n甲,x\n"))
    assert (error.value.unknown, error.value.missing) == (("palce",), ("place",))
    says(error.value, "a.csv", "unknown field palce; missing field place", "有未登记的字段 palce；缺少字段 place")


@pytest.mark.parametrize("line", ["5", "null", "true", '"text"', "[1, 2]", "[" * 100_000, "{", "not json"])
def test_a_row_that_is_no_object_is_left_to_the_row_model(tmp_path: Path, line: str) -> None:
    opened = written(tmp_path, "a.jsonl", f"{LINES[0]}\n{line}\n")
    rows = json_lines(opened)
    assert rows[1] == (2, line.encode())


def test_a_heading_that_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv", "name,place,name\n甲,x,乙\n"))
    says(error.value, "a.csv", "the heading names name twice", "表头里 name 出现两次")


def test_an_empty_table_lacks_its_heading(tmp_path: Path) -> None:
    with pytest.raises(UnknownField) as error:
        csv_rows(written(tmp_path, "a.csv", ""))
    assert error.value.missing == FIELDS


def test_a_quote_that_is_never_closed_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv", 'name,place\n甲,"x\n乙,y\n'))
    says(
        error.value,
        "a.csv",
        "line 3 of the file is not CSV: a quote is left open",
        "第 3 行不是合法的 CSV：引号没有成对",
    )


def test_line_ends_that_differ_are_said_in_our_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        csv_rows(written(tmp_path, "a.csv", "name,place\n甲,x\r乙,y\n"))
    says(
        error.value, "a.csv", "line 2 of the file is not CSV: its line ends differ", "第 2 行不是合法的 CSV：换行不一致"
    )
    assert "new-line character" not in str(error.value)


def test_an_unknown_column_is_said_to_stand_in_the_heading(tmp_path: Path) -> None:
    with pytest.raises(UnknownField) as error:
        csv_rows(written(tmp_path, "a.csv", "name,place,colour\n甲,x,y\n"))
    says(error.value, "a.csv", "heading: unknown field colour", "a.csv，表头：有未登记的字段 colour")


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    opened = written(tmp_path, "a.csv", TABLE)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableFile) as error:
        csv_rows(opened)
    says(error.value, "a.csv", "cannot be read (Permission denied). Check the file", "读不了（Permission denied）")


@pytest.mark.parametrize(
    "lines",
    [
        ('{"name":"甲","place":"x"', '"name":"乙","place":"y"}', '{"name":"丙"},{"place":"z"}'),
        ('{"name":"甲","place":"x}', '{y","name":"乙"}', '{"name":"丙","place":"z"}'),
        ('{"name":"甲","place":[{"a":1}', '{"b":2}]}', '{"name":"丙","place":"z"}'),
    ],
)
def test_lines_that_only_together_would_be_objects_are_not_read_as_one_list(tmp_path: Path, lines: list[str]) -> None:
    class Loose(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str = ""
        place: str | None = None

    def is_list(text: bytes) -> bool:
        try:
            return bool(TypeAdapter(list[Loose]).validate_json(text))
        except ValidationError:
            return False

    opened = written(tmp_path, "a.jsonl", "\n".join(lines))
    (rows,) = read_json_lines(opened, frozenset(FIELDS), lambda _: None)
    assert not (rows.plain and is_list(rows.as_list()))


def test_rows_that_look_as_they_should_are_read_as_one_list(tmp_path: Path) -> None:
    opened = written(tmp_path, "a.jsonl", "\n".join(LINES) + "\n")
    (rows,) = read_json_lines(opened, frozenset(FIELDS), lambda _: None)
    assert json.loads(rows.as_list()) == [json.loads(line) for line in LINES]
