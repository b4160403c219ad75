"""Running a load: find the files, read them through the format's row models, hand the statements to the ledger."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from graph.ledger import Ledger, LoadOutcome, LoadRequest, SourceFileInfo, Staging
from lianxin.clock import utc_now
from lianxin.errors import BadRow, Conflict, MissingFile, TooFewRows, TooManyRefused, UnknownField, UnreadableFile
from loaders import personal
from loaders.loader import CONTRADICTS_LATER, Format, Mode, Notes, Refused, Row, Skipped, SourceFile
from loaders.parties import Parties
from loaders.reading import JsonRows, OpenedFile, decoded, read_csv, read_json_lines

THE_ROW, THE_ROW_ZH = "the row", "整行"  # what is refused where no single field is to blame
REFUSED_LIMIT = 0.1  # above this share the file as a whole is not believed: a shifted column refuses every row


class Progress(Protocol):
    """Is told how a load proceeds; the command line draws a bar from it."""

    def file(self, name: str, size: int) -> None:
        """Reading of a file of this many bytes begins."""

    def read(self, size: int) -> None:
        """So many more bytes were read."""

    def comparing(self) -> None:
        """All files are read; the ledger compares and appends."""


class Silent:
    """A progress that says nothing."""

    def file(self, name: str, size: int) -> None: ...
    def read(self, size: int) -> None: ...
    def comparing(self) -> None: ...


@dataclass(slots=True)
class _Run:
    """What one load gathers while it reads. `missing_in`: how many rows of the present file miss something in which
    earlier one."""

    staging: Staging
    progress: Progress
    notes: Notes
    missing_in: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    refused: list[BadRow] = field(default_factory=list)
    files: list[SourceFileInfo] = field(default_factory=list)


def run_load(
    ledger: Ledger,
    source_format: Format,
    paths: Sequence[Path],
    *,
    dataset: str | None = None,
    mode: Mode | None = None,
    data_day: date | None = None,
    yes: bool = False,
    progress: Progress | None = None,
) -> LoadOutcome:
    """Load the files of a format into the ledger, all or nothing.

    `paths`: folders that hold the files, or the files themselves. `dataset` defaults to the format's name, `mode` to
    the format's own. `data_day`: up to which day the data reach, as their source says.
    Raises a SourceError for files that cannot be believed, LargeRetraction unless `yes`.
    """
    started = utc_now()
    found = find_files(source_format, paths)
    shown = progress or Silent()
    with ledger.staging() as staging:
        run = _Run(staging, shown, Notes(parties=Parties(ledger)))
        for declared, path in found:
            _read_file(run, declared, path)
        shown.comparing()
        named = dataset or source_format.name
        request = LoadRequest(
            dataset=named,
            format=source_format.name,
            label=source_format.label,
            mode=mode or source_format.mode,
            files=run.files,
            started_at=started,
            trust=source_format.trust,
            synthetic=_synthetic(ledger, source_format, named, run),
            noted=run.notes.noted,
            skipped=run.skipped,
            refused=run.refused,
            data_day=data_day,
        )
        return staging.commit(request, yes=yes)


def _synthetic(ledger: Ledger, source_format: Format, dataset: str, run: _Run) -> bool:
    """Whether the data are made up: the format says so, or the rows do. Real and made-up data never share a data set.

    Raises UnreadableFile where only some rows carry the mark, Conflict where the data set is of the other sort.
    """
    if not run.notes.marked:
        return source_format.synthetic
    if len(run.notes.marked) > 1:
        raise UnreadableFile(
            run.files[0].name,
            None,
            "some rows carry the mark 合成数据 (synthetic data) and some do not. Keep them in files of their own; "
            "nothing was loaded",
            "有的行标了“合成数据”，有的没有。请分成两个文件；没有入库",
        )
    (marked,) = run.notes.marked
    if any(each.dataset == dataset and each.synthetic != marked for each in ledger.loads()):
        raise Conflict(
            f"the data set {dataset} holds {'real' if marked else 'synthetic'} data, this file the opposite; "
            "give --dataset another name",
            f"数据集 {dataset} 里是{'真实' if marked else '合成'}数据，这份文件相反；请用 --dataset 换一个名字",
        )
    return marked


def find_files(source_format: Format, paths: Sequence[Path]) -> list[tuple[SourceFile, Path]]:
    """Each declared file of the format with its path. Raises MissingFile naming what is not there."""
    candidates = list(dict.fromkeys(_candidates(source_format, paths)))
    found, missing = [], []
    for declared in source_format.files:
        of_it = [path for path in candidates if path.name in declared.names or (declared.any_name and path in paths)]
        if len(of_it) > 1:
            both, both_zh = " and ".join(map(str, of_it)), "、".join(map(str, of_it))
            raise UnreadableFile(
                declared.names[0],
                None,
                f"is given twice: {both}. Name one of them",
                f"给出了两份：{both_zh}。请只留一份",
            )
        if of_it:
            found.append((declared, of_it[0]))
        elif declared.required:
            missing.append(declared.names[0])
    if missing:
        raise MissingFile(source_format.name, missing, ", ".join(map(str, paths)))
    return found


def _candidates(source_format: Format, paths: Sequence[Path]) -> Iterator[Path]:
    """The files in these folders, and those given by their own path, which must be files of the format."""
    names = [name for declared in source_format.files for name in declared.names]
    for path in paths:
        if path.is_dir():
            yield from (p for p in sorted(path.iterdir()) if p.is_file())
        elif not path.is_file():
            raise MissingFile(source_format.name, [f.names[0] for f in source_format.files], str(path), there=False)
        elif path.name in names or any(declared.any_name for declared in source_format.files):
            yield path
        else:
            listed = ", ".join(names)
            raise UnreadableFile(
                path.name,
                None,
                f"the format {source_format.name} has no file of this name; its files are {listed}",
                f"格式 {source_format.name} 没有这个文件名；它的文件是 {listed}",
            )


def _read_file(run: _Run, declared: SourceFile, path: Path) -> None:
    opened = OpenedFile(path)
    run.progress.file(path.name, path.stat().st_size)
    index, rows, refused_before = len(run.files), 0, len(run.refused)
    run.missing_in.clear()
    for row, parsed in _parsed_rows(run, declared, opened):
        rows += 1
        run.notes.row = row
        if parsed is not None:
            _take(run, declared, opened.name, index, row, parsed)
    refused = run.refused[refused_before:]
    if rows < declared.floor:
        raise TooFewRows(opened.name, rows, declared.floor)
    if len(refused) > REFUSED_LIMIT * rows:
        raise _too_many(run, opened.name, rows, refused)
    if declared.conclude is not None:
        declared.conclude(run.notes)
    run.files.append(SourceFileInfo(opened.name, opened.digest, opened.size, rows))


def _too_many(run: _Run, file: str, rows: int, refused: Sequence[BadRow]) -> TooManyRefused:
    """The error that names the file at fault: an earlier one, where its refused rows are what this one misses."""
    for earlier, missing in run.missing_in.most_common():
        first = next((row for row in run.refused if row.file.removesuffix(".gz") == earlier), None)
        if first is not None and len(refused) - missing <= REFUSED_LIMIT * rows:
            read = next(each.rows for each in run.files if each.name == first.file)
            theirs = sum(row.file == first.file for row in run.refused)
            return TooManyRefused(first.file, theirs, read, first, follow_on=(file, missing))
        if first is None and missing > len(refused) / 2:
            return TooManyRefused(file, len(refused), rows, refused[0], silent=earlier)
    return TooManyRefused(file, len(refused), rows, refused[0])


def _take(run: _Run, declared: SourceFile, file: str, index: int, row: int, parsed: Row) -> None:
    try:
        statements = list(declared.take(parsed, run.notes))
    except Skipped as reason:
        run.skipped[str(reason)] += 1
    except Refused as refusal:
        run.missing_in.update([refusal.missing_in] if refusal.missing_in else [])
        value = _presentable(declared, refusal.value)
        run.refused.append(BadRow(file, row, refusal.field, value, refusal.problem, refusal.problem_zh))
        for earlier in refusal.contradicts:
            run.staging.withdraw(index, BadRow(file, earlier, refusal.field, value, *CONTRADICTS_LATER))
    else:
        add = run.staging.add
        for statement in statements:
            add(statement, index, row)


def _parsed_rows(run: _Run, declared: SourceFile, opened: OpenedFile) -> Iterator[tuple[int, Row | None]]:
    """Each row as its model, or None where it was refused (and noted in `run.refused`)."""
    fields = tuple(field.alias or name for name, field in declared.model.model_fields.items())
    is_json = opened.name.removesuffix(".gz").endswith((".json", ".jsonl"))
    if is_json and not declared.personal:  # errors of JSON show the line that they are about
        yield from _parsed_json(run, declared, opened, frozenset(fields))
    else:
        yield from _parsed_csv(run, declared, opened, fields)


def _parsed_json(
    run: _Run, declared: SourceFile, opened: OpenedFile, fields: frozenset[str]
) -> Iterator[tuple[int, Row | None]]:
    # The model's validator itself: `model_validate_json` adds half as much again on rows this small.
    validate: Callable[[bytes], Row] = declared.model.__pydantic_validator__.validate_json
    # mypy knows no list of a class that is only known at run time.
    validate_all = TypeAdapter(list[declared.model]).validator.validate_json  # type: ignore[name-defined]
    for rows in read_json_lines(opened, fields, run.progress.read):
        if parsed := _all_of(rows, validate_all):
            yield from zip(rows.numbers, parsed, strict=True)
            continue
        for row, line in zip(rows.numbers, rows.lines, strict=True):
            try:
                yield row, validate(line)
            except ValidationError as error:
                decoded(opened, row, line)  # a wrong encoding is a matter of the file, not of the row
                _refuse(run, declared, opened, row, error)
                yield row, None


def _all_of(rows: JsonRows, validate_all: Callable[[bytes], list[Row]]) -> list[Row]:
    """The rows read as one list; none where they have to be read one by one, to see which is not as it should be."""
    if not rows.plain:
        return []
    try:
        parsed = validate_all(rows.as_list())
    except ValidationError:
        return []
    return parsed if len(parsed) == len(rows.lines) else []


def _parsed_csv(
    run: _Run, declared: SourceFile, opened: OpenedFile, fields: tuple[str, ...]
) -> Iterator[tuple[int, Row | None]]:
    optional = frozenset(f.alias or n for n, f in declared.model.model_fields.items() if not f.is_required())
    rows = read_csv(
        opened,
        fields,
        run.progress.read,
        optional=optional,
        meaning=declared.meaning,
        personal=declared.personal,
    )
    validate: Callable[[dict[str, str | None]], Row] = declared.model.__pydantic_validator__.validate_python
    for row, cells in rows:
        if isinstance(cells, list):
            run.refused.append(_misfit(declared, opened, row, cells, None if optional else len(fields)))
            yield row, None
            continue
        try:
            yield row, validate(cells)
        except ValidationError as error:
            _refuse(run, declared, opened, row, error)
            yield row, None


def _misfit(declared: SourceFile, opened: OpenedFile, row: int, cells: list[str], expected: int | None) -> BadRow:
    """The refusal of a row whose cells are not as many as the columns (`expected` None: a file may lack some)."""
    where, where_zh = ("where the heading has", "表头是") if expected else ("unlike the heading", "与表头不符")
    return BadRow(
        opened.name,
        row,
        THE_ROW,
        _presentable(declared, ",".join(cells)),
        f"has {len(cells)} cells {where}{f' {expected}' if expected else ''}",
        f"有 {len(cells)} 格，{where_zh}{f' {expected} 格' if expected else ''}",
        THE_ROW_ZH,
    )


def _presentable(declared: SourceFile, value: str) -> str:
    """A value as a report may show it: of a file with personal data only what cannot be any."""
    return personal.shown(value) if declared.personal else value


def _refuse(run: _Run, declared: SourceFile, opened: OpenedFile, row: int, error: ValidationError) -> None:
    problems = error.errors(include_url=False)
    if unknown := _fields(problems, "extra_forbidden"):
        raise UnknownField(opened.name, row, unknown, _fields(problems, "missing"))
    problem = problems[0]
    name = ".".join(str(part) for part in problem["loc"])
    # Of a missing field pydantic gives the whole row as its value.
    value = None if problem["type"] == "missing" else problem["input"]
    shown = _presentable(declared, _shown(value))
    said, said_zh = _problem(problem)
    field_zh = name or THE_ROW_ZH
    run.refused.append(BadRow(opened.name, row, name or THE_ROW, shown, said, said_zh, field_zh))


def _fields(problems: Sequence[Any], kind: str) -> list[str]:
    return [".".join(map(str, problem["loc"])) for problem in problems if problem["type"] == kind]


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return "" if value is None else str(value)[:200]


_PROBLEMS = {
    "missing": ("is missing", "没有这个字段"),
    "json_invalid": ("is not JSON", "不是合法的 JSON"),
    "none_required": ("has to be empty", "应当为空"),
    "string_type": ("is empty where a text is required", "必填，不能为空"),
    "string_too_short": ("is empty where a text is required", "必填，不能为空"),
    "string_pattern_mismatch": ("does not have the required form", "格式不对"),
    "enum": ("is not in the closed list of values", "不在取值范围内"),
    "literal_error": ("is not a value allowed here", "不是这里允许的值"),
    "model_type": ("is not an object of named fields", "不是带字段名的对象"),
    "decimal_parsing": ("is not a number", "不是数字"),
    "decimal_type": ("is not a number", "不是数字"),
    "float_parsing": ("is not a number", "不是数字"),
    "float_type": ("is not a number", "不是数字"),
    "int_parsing": ("is not a whole number", "不是整数"),
    "int_type": ("is not a whole number", "不是整数"),
    "finite_number": ("is not a finite number", "不是有限的数"),
    "greater_than_equal": ("is too small", "太小"),
    "less_than_equal": ("is too large", "太大"),
}


def _problem(problem: Any) -> tuple[str, str]:
    """What pydantic found, in both languages; a ValueError of one of our types speaks for itself."""
    if problem["type"] == "value_error":
        said = str(problem["ctx"]["error"])
        return said, _VALUE_ERRORS.get(said.partition(" (")[0], "不合格")
    if problem["type"] == "string_type" and problem["input"] is not None:
        return "is not a text", "不是文本"
    return _PROBLEMS.get(problem["type"], (str(problem["msg"]), f"格式不合格（{problem['type']}）"))


_VALUE_ERRORS = {
    "is not a day": "不是日期（应为 YYYY-MM-DD）",
    "has spaces around it or is blank": "前后有空格或为空白",
    "is not a whole number": "不是整数",
    "is not an amount": "不是金额",
    "is not a share from 0 to 1": "不是 0 到 1 的占比",
    "is not a basis that a file may state": "文件只能写 observed 或 claimed",
    "is not a day of the calendar": "日历上没有这一天",
    "is not a unified social credit code": "不是有效的统一社会信用代码（校验不符）",
    "is not a six-digit stock code": "不是六位证券代码",
    "is not a six-digit division code": "不是六位行政区划代码（GB/T 2260）",
}
