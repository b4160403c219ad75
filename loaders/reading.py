"""Reading source files: JSON Lines and CSV, plain or gzip, with the place of every failure.

A reader yields (row number, data); rows are counted from 1 and a CSV heading is not a row. JSON rows stay bytes:
the row model parses them, which is several times faster than parsing twice.
"""

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import methodcaller
from pathlib import Path
from typing import IO, NamedTuple

from lianxin.errors import UnknownField, UnreadableFile

ReportBytes = Callable[[int], None]
BOM = b"\xef\xbb\xbf"
JSON_BATCH = 1_000  # rows read as one list: a third faster than one by one
_COLONS = methodcaller("count", b'":')


@dataclass(slots=True)
class OpenedFile:
    """A source file being read; digest and size are complete once it has been read to its end."""

    path: Path
    digest: str = ""
    size: int = 0
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.path.name


def read_bytes(opened: OpenedFile, report: ReportBytes, *, headings: int = 0) -> Iterator[bytes]:
    """The lines of a file, plain or gzip, without their line ends. `report` is told how many bytes were read.

    `headings`: how many lines stand before the first row; rows are counted from there.
    """
    try:
        yield from _read_bytes(opened, report, headings)
    except OSError as error:
        raise UnreadableFile(
            opened.name,
            None,
            f"cannot be read ({error.strerror or error}). Check the file and your right to read it; nothing was loaded",
            f"读不了（{error.strerror or error}）。请检查文件和读取权限；没有入库",
        ) from error


def _read_bytes(opened: OpenedFile, report: ReportBytes, headings: int) -> Iterator[bytes]:
    hashed = hashlib.sha256()
    with opened.path.open("rb") as raw:
        watched = _Watched(raw, hashed.update, report)
        # Of a damaged archive `read` would give nothing of the block that breaks off, `read1` all up to there.
        read = gzip.GzipFile(fileobj=watched).read1 if opened.name.endswith(".gz") else watched.read
        row = -headings
        try:
            for line in _lines(read):
                row += 1
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            if row == -headings and isinstance(error, gzip.BadGzipFile):
                raise UnreadableFile(
                    opened.name,
                    None,
                    "is named .gz and is no gzip archive. Name the file by what it is, or fetch it again",
                    "名为 .gz，却不是 gzip 压缩文件。请按实际格式命名，或重新取得文件",
                ) from error
            raise UnreadableFile(
                opened.name,
                row + 1,
                "the gzip archive is cut off or damaged here. Fetch the file again; nothing was loaded",
                "压缩文件在此处截断或损坏。请重新取得文件；没有入库",
            ) from error
        watched.drain()
    opened.digest, opened.size = hashed.hexdigest(), watched.size


class _Watched(io.RawIOBase):
    """A raw stream that reports every read to the digest and to the progress bar."""

    def __init__(self, raw: IO[bytes], digest: Callable[[bytes], None], report: ReportBytes) -> None:
        self._raw, self._digest, self._report, self.size = raw, digest, report, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self._digest(data)
        self._report(len(data))
        self.size += len(data)
        return data

    def drain(self) -> None:
        while self.read(1 << 16):
            pass


def _lines(read: Callable[[int], bytes]) -> Iterator[bytes]:
    rest = b""
    while block := read(1 << 18):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


class JsonRows(NamedTuple):
    """Rows of a JSON Lines file, each still JSON text, with their numbers.

    `plain`: each line is one object that names as many fields as there are; they can be read as one list.
    """

    numbers: Sequence[int]
    lines: Sequence[bytes]
    plain: bool

    def as_list(self) -> bytes:
        """The rows as one JSON list. The line ends stay: a text that is left open must not go on in the next row."""
        return b"[" + b",\n".join(self.lines) + b"]"


def read_json_lines(opened: OpenedFile, fields: frozenset[str], report: ReportBytes) -> Iterator[JsonRows]:
    """The rows of a JSON Lines file, so many at a time. Blank lines are no rows."""
    lines = enumerate((line.rstrip(b"\r") for line in read_bytes(opened, report)), start=1)
    begun = False
    while batch := list(islice(lines, JSON_BATCH)):
        if batch[0][0] == 1:
            batch[0] = 1, batch[0][1].removeprefix(BOM)
        rows = [each for each in batch if each[1]]
        if not rows:
            continue
        if not begun:
            _check_first_line(opened, *rows[0])
            begun = True
        numbers, texts = zip(*rows, strict=True)
        yield JsonRows(numbers, texts, _checked_fields(opened, numbers, texts, fields))


def _checked_fields(opened: OpenedFile, numbers: Sequence[int], lines: Sequence[bytes], fields: frozenset[str]) -> bool:
    """Whether no line looks odd. Counting the colons behind quotes is cheap; only lines that look odd are looked at
    closely. A space between quote and colon would hide one."""
    together = b"\n".join(lines)
    apart = together.count(b"}\n{") == len(lines) - 1
    if apart and not _is_spaced(together) and set(map(_COLONS, lines)) == {len(fields)}:
        return True
    for number, line in zip(numbers, lines, strict=True):
        if _COLONS(line) != len(fields) or _is_spaced(line):
            _check_fields(opened, number, line, fields)
    return False


def _is_spaced(text: bytes) -> bool:
    return b'" ' in text or b'"\t' in text


def _check_first_line(opened: OpenedFile, row: int, line: bytes) -> None:
    if not line.lstrip().startswith(b"{"):
        text = line[:40].decode("utf-8", "replace")
        shown = "".join(c if c.isprintable() else "·" for c in text)  # control bytes of an archive upset terminals
        raise UnreadableFile(
            opened.name,
            row,
            f'not JSON Lines: the first line is "{shown}". Is it the right file, and unpacked or named .gz?',
            f"不是 JSON Lines：第一行是“{shown}”。请确认文件没有拿错，压缩文件应以 .gz 结尾",
        )


def decoded(opened: OpenedFile, row: int, line: bytes) -> str:
    """The line as text. Raises UnreadableFile naming the first byte that is not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            opened.name,
            row,
            f"byte {error.start + 1} is not UTF-8. Save the file as UTF-8 and repeat",
            f"第 {error.start + 1} 个字节不是 UTF-8。请把文件另存为 UTF-8 后重试",
        ) from error


def _check_fields(opened: OpenedFile, row: int, line: bytes, fields: frozenset[str]) -> None:
    try:
        found = json.loads(decoded(opened, row, line), object_pairs_hook=list)
    except (json.JSONDecodeError, RecursionError):
        return  # the row model refuses it, with its place
    if not isinstance(found, list):
        return
    names = Counter(pair[0] for pair in found if isinstance(pair, tuple))
    if twice := sorted(name for name, count in names.items() if count > 1):
        raise UnreadableFile(
            opened.name,
            row,
            f"the field {', '.join(twice)} stands twice in one row, so one value would be lost. Nothing was loaded",
            f"同一行里字段 {', '.join(twice)} 出现两次，会丢一个值。没有入库",
        )
    if names and (unknown := sorted(set(names) - fields)):
        raise UnknownField(opened.name, row, unknown, sorted(fields - set(names)))


def read_csv(
    opened: OpenedFile,
    fields: tuple[str, ...],
    report: ReportBytes,
    *,
    optional: frozenset[str] = frozenset(),
    meaning: Callable[[str], str] = str,
    personal: frozenset[str] = frozenset(),
) -> Iterator[tuple[int, dict[str, str | None] | list[str]]]:
    """The rows of a CSV file: a mapping by heading, or the bare cells where their number does not fit the heading.

    UTF-8 (with or without byte-order mark) or GB18030. An empty cell is None. Raises UnknownField when the heading
    is not exactly the declared one (in any order; `optional` columns may be missing; `meaning` translates headings).
    Columns with `personal` data may stand twice: nothing of them is lost, as nothing of them is kept.
    """
    text = _csv_text(opened, report)
    reader = csv.reader(text, strict=True)
    try:
        heading = [meaning(name) for name in next(reader, [])]
        if personal:
            _check_is_heading(opened, heading, fields)
        _check_heading(opened, heading, fields, optional, personal)
        row = 0
        for cells in reader:
            if not cells:
                continue
            row += 1
            if len(cells) != len(heading):
                yield row, cells
            else:
                yield row, {name: cell or None for name, cell in zip(heading, cells, strict=True)}
    except csv.Error as error:
        raise _no_csv(opened, reader.line_num, str(error)) from error


_NO_CSV = {
    "new-line character": (
        "its line ends differ: some lines end with a carriage return alone. Save it again with one kind of line end",
        "换行不一致，有的行只用回车符（CR）结尾。请用同一种换行另存一次",
    ),
    "field larger": (
        "a cell holds more than 131,072 characters. Is a quote left open?",
        "有一格超过 131,072 个字。请检查引号是否成对",
    ),
}
_QUOTE = (
    "a quote is left open, or stands inside a cell. Check the quotes",
    "引号没有成对，或者格子中间有引号。请检查引号",
)


def _no_csv(opened: OpenedFile, line: int, problem: str) -> UnreadableFile:
    """The refusal in our own words: what the reader of CSV says is meant for programmers."""
    en, zh = next((said for begins, said in _NO_CSV.items() if problem.startswith(begins)), _QUOTE)
    return UnreadableFile(
        opened.name,
        None,
        f"line {line} of the file is not CSV: {en}. Nothing was loaded",
        f"文件第 {line} 行不是合法的 CSV：{zh}；没有入库",
    )


def _check_is_heading(opened: OpenedFile, heading: list[str], fields: tuple[str, ...]) -> None:
    """Refuse a file whose first line is a row: an error that named its cells would show personal data."""
    if 2 * sum(name in fields for name in heading) < len(heading):
        raise UnreadableFile(
            opened.name,
            0,
            "the first line is no heading of this format: most of its columns are not known. Nothing was loaded",
            "第一行不是这种格式的表头：大部分列名不认识。没有入库",
        )


def _check_heading(
    opened: OpenedFile,
    heading: list[str],
    fields: tuple[str, ...],
    optional: frozenset[str],
    repeatable: frozenset[str],
) -> None:
    if twice := sorted({name for name in heading if name not in repeatable and heading.count(name) > 1}):
        raise UnreadableFile(
            opened.name,
            0,
            f"the heading names {', '.join(twice)} twice. Nothing was loaded",
            f"表头里 {', '.join(twice)} 出现两次。没有入库",
        )
    unknown, missing = sorted(set(heading) - set(fields)), sorted(set(fields) - optional - set(heading))
    if unknown or missing:
        raise UnknownField(opened.name, 0, unknown, missing)


def _csv_text(opened: OpenedFile, report: ReportBytes) -> Iterator[str]:
    """Lines as text: UTF-8 where it fits the first line that is not ASCII, else GB18030; the same to the end.

    A file must not change its encoding on the way: after one damaged byte the rest would be read as nonsense.
    """
    encoding = ""
    for number, line in enumerate(read_bytes(opened, report, headings=1), start=1):
        if number == 1 and line.startswith(BOM):
            line, encoding = line.removeprefix(BOM), "utf-8"
        if not encoding and not line.isascii():
            encoding = "utf-8" if _fits(line, "utf-8") else "gb18030"
        try:
            yield line.decode(encoding or "ascii") + "\n"
        except UnicodeDecodeError as error:
            raise _undecodable(opened, number, error.start, encoding) from error


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(opened: OpenedFile, line: int, start: int, encoding: str) -> UnreadableFile:
    what = "not UTF-8 as the lines before" if encoding == "utf-8" else "neither UTF-8 nor GB18030"
    what_zh = "不是 UTF-8，而前面的行是" if encoding == "utf-8" else "既不是 UTF-8 也不是 GB18030"
    return UnreadableFile(
        opened.name,
        None,
        f"line {line}, byte {start + 1} is {what}. Save the file as UTF-8 and repeat",
        f"文件第 {line} 行第 {start + 1} 个字节{what_zh}。请另存为 UTF-8 后重试",
    )
