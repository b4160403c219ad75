"""The format `demo-district`: every row becomes what it says, or is refused by its field."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from graph.ontology import (
    Basis,
    Chain,
    Enterprise,
    FormerName,
    InSegment,
    Institution,
    InstitutionKind,
    KindOf,
    Makes,
    Need,
    Offers,
    PartOf,
    Product,
    RaisedBy,
    Ref,
    Segment,
    Service,
    Side,
    Size,
    Status,
    Supplies,
    UpstreamOf,
    Wants,
)
from lianxin.errors import TooManyRefused
from loaders.demo_district import DEMO_DISTRICT, MARK
from loaders.loader import Notes, Refused, Statement
from services.demo import write_demo

if TYPE_CHECKING:
    from graph.ledger import Ledger

FILES = {file.names[0]: file for file in DEMO_DISTRICT.files}

A, B, OTHER = "91330113YANG00019U", "91330113YANG00027N", "91330113YANG00035H"

ROWS: dict[str, tuple[tuple[str | None, ...], ...]] = {
    "chains.csv": (("C", "医疗器械"),),
    "segments.csv": (("C-01", "C", "管材", "upstream", "1"), ("C-02", "C", "输注", "midstream", "2")),
    "segment_links.csv": (("C-01", "C-02"),),
    "products.csv": (("软管", "C-01"), ("硅胶管", "C-01"), ("输液器", "C-02")),
    "product_links.csv": (("输液器", "material", "软管"), ("软管", "narrower", "硅胶管")),
    "enterprises.csv": (
        (
            A,
            "甲（示例）有限公司",
            "甲",
            "active",
            "2009-04-16",
            "3200.50",
            "330113",
            "样例路1号",
            "medium",
            "412",
        ),
        (B, "乙（示例）有限公司", *(None,) * 8),
    ),
    "former_names.csv": ((A, "旧甲（示例）厂", "2019-06-30"), (A, "更旧（示例）厂", None)),
    "enterprise_segments.csv": ((A, "C-01", "observed", "2026-03-31"),),
    "enterprise_products.csv": ((A, "软管", "0.46", "claimed", "2026-03-31"), (B, "输液器", None, "observed", None)),
    "supplies.csv": ((A, B, "软管", "claimed", "2021-03-01", "2025-12-31"),),
    "institutions.csv": (("JG-001", "院（示例）", None, "testing", "330113", None),),
    "institution_services.csv": (("JG-001", "软管", "testing"), ("JG-001", "软管", "pilot")),
    "needs.csv": (("XQ-1", "寻求软管", B, "软管", "2026-05-01", "2026-10-28"),),
}


def take(file: str, cells: tuple[str | None, ...], notes: Notes) -> list[Statement]:
    declared = FILES[file]
    row = declared.model.model_validate(dict(zip(declared.model.model_fields, (MARK, *cells), strict=True)))
    return list(declared.take(row, notes))


@pytest.fixture
def notes() -> Notes:
    """What is remembered when every file above has been read."""
    remembered = Notes()
    for file, rows in ROWS.items():
        for cells in rows:
            take(file, cells, remembered)
    return remembered


def taken(file: str) -> list[Statement]:
    """What the rows of one file become, after all rows of the files before it."""
    remembered, statements = Notes(), list[Statement]()
    for name, rows in ROWS.items():
        statements = [statement for cells in rows for statement in take(name, cells, remembered)]
        if name == file:
            break
    return statements


# --- what rows become -------------------------------------------------------------------------------------------------


def test_a_chain_and_its_segments() -> None:
    assert taken("chains.csv") == [Chain(key="C", name="医疗器械")]
    segment, part, *_ = taken("segments.csv")
    assert segment == Segment(key="C-01", name="管材", side=Side.UPSTREAM, order=1)
    assert part == PartOf(from_ref=Ref("Segment", "C-01"), to_ref=Ref("Chain", "C"))
    (link,) = taken("segment_links.csv")
    assert link == UpstreamOf(from_ref=Ref("Segment", "C-01"), to_ref=Ref("Segment", "C-02"))


def test_a_product_lies_in_its_segment() -> None:
    product, link, *_ = taken("products.csv")
    assert product == Product(key="软管", name="软管")
    assert link == InSegment(from_ref=Ref("Product", "软管"), to_ref=Ref("Segment", "C-01"))


def test_a_material_is_upstream_and_a_narrower_product_is_a_kind() -> None:
    assert taken("product_links.csv") == [
        UpstreamOf(from_ref=Ref("Product", "软管"), to_ref=Ref("Product", "输液器")),
        KindOf(from_ref=Ref("Product", "硅胶管"), to_ref=Ref("Product", "软管")),
    ]


def test_an_enterprise_with_all_cells_and_one_with_none() -> None:
    full, bare = taken("enterprises.csv")
    assert full == Enterprise(
        key=A,
        uscc=A,
        name="甲（示例）有限公司",
        short_name="甲",
        status=Status.ACTIVE,
        established_on=date(2009, 4, 16),
        registered_capital=Decimal("3200.50"),
        division="330113",
        address="样例路1号",
        size=Size.MEDIUM,
        employees=412,
    )
    assert bare == Enterprise(key=B, uscc=B, name="乙（示例）有限公司")


def test_each_former_name_is_a_part_of_its_own() -> None:
    assert taken("former_names.csv") == [
        Enterprise(
            key=A, part="former:旧甲（示例）厂", former_names=(FormerName("旧甲（示例）厂", date(2019, 6, 30)),)
        ),
        Enterprise(key=A, part="former:更旧（示例）厂", former_names=(FormerName("更旧（示例）厂"),)),
    ]


def test_segments_and_products_of_an_enterprise_carry_their_basis_and_day() -> None:
    day = date(2026, 3, 31)
    assert taken("enterprise_segments.csv") == [
        InSegment(from_ref=Ref("Enterprise", A), to_ref=Ref("Segment", "C-01"), basis=Basis.OBSERVED, valid_from=day)
    ]
    with_share, without = taken("enterprise_products.csv")
    assert with_share == Makes(
        from_ref=Ref("Enterprise", A), to_ref=Ref("Product", "软管"), basis=Basis.CLAIMED, valid_from=day, share=0.46
    )
    assert without == Makes(from_ref=Ref("Enterprise", B), to_ref=Ref("Product", "输液器"), basis=Basis.OBSERVED)


def test_a_supply_names_its_product_and_its_days() -> None:
    assert taken("supplies.csv") == [
        Supplies(
            from_ref=Ref("Enterprise", A),
            to_ref=Ref("Enterprise", B),
            part="软管",
            basis=Basis.CLAIMED,
            valid_from=date(2021, 3, 1),
            valid_to=date(2025, 12, 31),
            product="软管",
        )
    ]


def test_an_institution_may_offer_two_services_for_one_product() -> None:
    (institution,) = taken("institutions.csv")
    assert institution == Institution(key="JG-001", name="院（示例）", kind=InstitutionKind.TESTING, division="330113")
    ends = {"from_ref": Ref("Institution", "JG-001"), "to_ref": Ref("Product", "软管")}
    assert taken("institution_services.csv") == [
        Offers(**ends, part="testing", service=Service.TESTING),
        Offers(**ends, part="pilot", service=Service.PILOT),
    ]


def test_a_need_is_raised_as_observed_and_wants_as_claimed() -> None:
    first, last = date(2026, 5, 1), date(2026, 10, 28)
    need = Need(key="XQ-1", title="寻求软管", raised_on=first, until=last)
    assert taken("needs.csv") == [
        need,
        RaisedBy(from_ref=need.ref, to_ref=Ref("Enterprise", B), basis=Basis.OBSERVED, valid_from=first),
        Wants(from_ref=need.ref, to_ref=Ref("Product", "软管"), basis=Basis.CLAIMED, valid_from=first, valid_to=last),
    ]


# --- what is refused --------------------------------------------------------------------------------------------------

DANGLING = [
    ("segments.csv", ("C-03", "D", "新", "upstream", "3"), "chain", "chains.csv"),
    ("segment_links.csv", ("C-09", "C-02"), "upstream", "segments.csv"),
    ("segment_links.csv", ("C-01", "C-09"), "downstream", "segments.csv"),
    ("products.csv", ("新品", "C-09"), "segment", "segments.csv"),
    ("product_links.csv", ("无", "material", "软管"), "product", "products.csv"),
    ("product_links.csv", ("软管", "material", "无"), "other", "products.csv"),
    ("former_names.csv", (OTHER, "旧", None), "uscc", "enterprises.csv"),
    ("enterprise_segments.csv", (OTHER, "C-01", "observed", None), "uscc", "enterprises.csv"),
    ("enterprise_segments.csv", (B, "C-09", "observed", None), "segment", "segments.csv"),
    ("enterprise_products.csv", (OTHER, "软管", None, "observed", None), "uscc", "enterprises.csv"),
    ("enterprise_products.csv", (B, "无", None, "observed", None), "product", "products.csv"),
    ("supplies.csv", (OTHER, B, "软管", "observed", None, None), "supplier", "enterprises.csv"),
    ("supplies.csv", (A, OTHER, "软管", "observed", None, None), "buyer", "enterprises.csv"),
    ("supplies.csv", (A, B, "无", "observed", None, None), "product", "products.csv"),
    ("institution_services.csv", ("JG-9", "软管", "testing"), "institution", "institutions.csv"),
    ("institution_services.csv", ("JG-001", "无", "testing"), "product", "products.csv"),
    ("needs.csv", ("XQ-2", "寻", OTHER, "软管", None, None), "uscc", "enterprises.csv"),
    ("needs.csv", ("XQ-2", "寻", B, "无", None, None), "product", "products.csv"),
]


@pytest.mark.parametrize(("file", "cells", "field", "declared_in"), DANGLING)
def test_a_row_about_something_undeclared_is_refused(
    notes: Notes, file: str, cells: tuple[str | None, ...], field: str, declared_in: str
) -> None:
    with pytest.raises(Refused) as refusal:
        take(file, cells, notes)
    assert (refusal.value.field, refusal.value.problem) == (field, f"is not in {declared_in}")
    assert refusal.value.problem_zh == f"不在 {declared_in} 里"


OTHERWISE: dict[str, tuple[str | None, ...]] = {
    "chains.csv": ("C", "另一条链"),
    "segments.csv": ("C-01", "C", "另名", "upstream", "1"),
    "products.csv": ("软管", "C-02"),
    "enterprises.csv": (B, "丙（示例）有限公司", *(None,) * 8),
    "former_names.csv": (A, "旧甲（示例）厂", "2018-06-30"),
    "enterprise_segments.csv": (A, "C-01", "claimed", "2026-03-31"),
    "enterprise_products.csv": (A, "软管", "0.45", "claimed", "2026-03-31"),
    "supplies.csv": (A, B, "软管", "claimed", "2021-03-01", None),
    "institutions.csv": ("JG-001", "所（示例）", None, "testing", "330113", None),
    "needs.csv": ("XQ-1", "寻求软管", A, "软管", "2026-05-01", "2026-10-28"),
}
"""A second row of a key that says something else of it. Files of links alone have keys and nothing else to say."""


@pytest.mark.parametrize("file", OTHERWISE)
def test_a_row_that_says_something_else_of_a_key_is_refused_with_the_earlier_ones(notes: Notes, file: str) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="contradicts an earlier row") as refusal:
            take(file, OTHERWISE[file], notes)
        notes.row += 1
        if notes.row == 1:
            assert refusal.value.contradicts == [0]  # every row of these notes has the number 0
    assert refusal.value.contradicts == []  # they are refused already
    with pytest.raises(Refused, match="contradicts an earlier row"):
        take(file, ROWS[file][0] if file != "enterprises.csv" else ROWS[file][1], notes)


@pytest.mark.parametrize("file", ROWS)
def test_a_row_that_repeats_another_states_the_same(notes: Notes, file: str) -> None:
    assert take(file, ROWS[file][0], notes) == take(file, ROWS[file][0], notes)


@pytest.mark.parametrize(
    ("file", "cells", "field"),
    [
        ("segment_links.csv", ("C-01", "C-01"), "downstream"),
        ("product_links.csv", ("软管", "material", "软管"), "other"),
        ("supplies.csv", (A, A, "软管", "observed", None, None), "buyer"),
    ],
)
def test_a_link_to_itself_is_refused(notes: Notes, file: str, cells: tuple[str | None, ...], field: str) -> None:
    with pytest.raises(Refused, match="the same as the other end") as refusal:
        take(file, cells, notes)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("file", "cells", "field"),
    [
        ("supplies.csv", (B, A, "软管", "observed", "2026-02-02", "2026-02-01"), "valid_to"),
        ("needs.csv", ("XQ-2", "寻", B, "软管", "2026-02-02", "2026-02-01"), "until"),
    ],
)
def test_an_end_before_the_beginning_is_refused(notes: Notes, file: str, cells: tuple[str, ...], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        take(file, cells, notes)
    assert (refusal.value.field, refusal.value.value) == (field, "2026-02-01")
    assert refusal.value.problem == "is before 2026-02-02"


def test_a_supply_of_one_day_is_taken(notes: Notes) -> None:
    assert take("supplies.csv", (B, A, "软管", "observed", "2026-02-02", "2026-02-02"), notes)


def test_a_refused_row_leaves_its_key_free(notes: Notes) -> None:
    with pytest.raises(Refused):
        take("supplies.csv", (B, A, "软管", "observed", "2026-02-02", "2026-02-01"), notes)
    assert take("supplies.csv", (B, A, "软管", "observed", "2026-02-02", None), notes)


BAD_CELLS = [
    ("enterprises.csv", "mark", None),
    ("enterprises.csv", "mark", "真实数据"),
    ("enterprises.csv", "uscc", "91330113YANG00019X"),
    ("enterprises.csv", "uscc", None),
    ("enterprises.csv", "name", None),
    ("enterprises.csv", "name", " 甲"),
    ("enterprises.csv", "name", "　"),
    ("enterprises.csv", "status", "存续"),
    ("enterprises.csv", "established_on", "2009-02-30"),
    ("enterprises.csv", "established_on", "20090416"),
    ("enterprises.csv", "capital_wan", "3200万"),
    ("enterprises.csv", "capital_wan", "-1"),
    ("enterprises.csv", "capital_wan", "NaN"),
    ("enterprises.csv", "capital_wan", "1e4"),
    ("enterprises.csv", "division", "33011"),
    ("enterprises.csv", "size", "huge"),
    ("enterprises.csv", "employees", "12.0"),
    ("enterprises.csv", "employees", " 12"),
    ("enterprises.csv", "employees", "1_2"),
    ("enterprise_products.csv", "share", "46"),
    ("enterprise_products.csv", "share", "1.01"),
    ("enterprise_products.csv", "share", "46%"),
    ("enterprise_products.csv", "share", "nan"),
    ("enterprise_products.csv", "basis", "predicted"),
    ("enterprise_products.csv", "basis", None),
    ("supplies.csv", "valid_to", "2026-1-1"),
    ("product_links.csv", "relation", "similar"),
    ("segments.csv", "side", "middle"),
    ("institutions.csv", "kind", "school"),
    ("institution_services.csv", "service", "sales"),
]


@pytest.mark.parametrize(("file", "field", "value"), BAD_CELLS)
def test_a_bad_cell_is_refused_by_its_heading(file: str, field: str, value: str | None) -> None:
    model = FILES[file].model
    good = dict(zip(model.model_fields, (MARK, *ROWS[file][0]), strict=True))
    model.model_validate(good)
    with pytest.raises(ValidationError) as refusal:
        model.model_validate({**good, field: value})
    assert [problem["loc"] for problem in refusal.value.errors()] == [(field,)]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_or_further_heading_is_refused(file: str) -> None:
    model = FILES[file].model
    good = dict(zip(model.model_fields, (MARK, *ROWS[file][0]), strict=True))
    with pytest.raises(ValidationError):
        model.model_validate({**good, "extra": "1"})
    for heading in good:
        with pytest.raises(ValidationError):
            model.model_validate({key: value for key, value in good.items() if key != heading})


@pytest.mark.parametrize("share", ["0", "0.5", "1", "1.0"])
def test_the_edges_of_a_share_are_taken(notes: Notes, share: str) -> None:
    (makes,) = take("enterprise_products.csv", (B, "软管", share, "observed", None), notes)
    assert isinstance(makes, Makes)
    assert makes.share == float(share)


# --- the whole --------------------------------------------------------------------------------------------------------


def test_the_format_is_a_synthetic_snapshot() -> None:
    assert (DEMO_DISTRICT.name, DEMO_DISTRICT.label) == ("demo-district", "演示区")
    assert (DEMO_DISTRICT.mode, DEMO_DISTRICT.synthetic) == ("snapshot", True)
    assert all(next(iter(file.model.model_fields)) == "mark" for file in DEMO_DISTRICT.files)


def test_the_generated_district_loads_whole_and_a_second_time_without_change(
    tmp_ledger: "Ledger", tmp_path: Path
) -> None:
    from loaders.run import run_load

    written = write_demo(tmp_path / "files")
    lines = sum(path.read_bytes().count(b"\n") - 1 for path in written if path.name in FILES)
    first = run_load(tmp_ledger, DEMO_DISTRICT, [tmp_path / "files"])
    assert (first.rows, first.new, list(first.refused), dict(first.skipped)) == (lines, lines, [], {})
    second = run_load(tmp_ledger, DEMO_DISTRICT, [tmp_path / "files"])
    assert (second.rows, second.unchanged, second.retracted) == (lines, lines, 0)


def swapped(folder: Path, file: str, one: str, other: str) -> Path:
    """The written district, with two headings of one file the other way round."""
    write_demo(folder)
    heading, rest = (folder / file).read_text("utf-8").split("\n", 1)
    names = {one: other, other: one}
    heading = ",".join(names.get(name, name) for name in heading.split(","))
    (folder / file).write_text(f"{heading}\n{rest}", "utf-8")
    return folder


def test_a_shifted_heading_is_the_fault_of_its_own_file(tmp_ledger: "Ledger", tmp_path: Path) -> None:
    """A tenth of the enterprises has no short name: too few to stop the load, but the rows about them do."""
    from loaders.run import run_load

    folder = swapped(tmp_path / "files", "enterprises.csv", "name", "short_name")
    with pytest.raises(TooManyRefused) as error:
        run_load(tmp_ledger, DEMO_DISTRICT, [folder])
    assert error.value.file == error.value.first.file == "enterprises.csv"
    assert error.value.first.field == "name"
    assert "rows of supplies.csv that speak of them" in error.value.en
    assert "supplies.csv 里有" in error.value.zh


def test_where_no_row_was_refused_both_files_are_named(tmp_ledger: "Ledger", tmp_path: Path) -> None:
    from loaders.run import run_load

    folder = swapped(tmp_path / "files", "institutions.csv", "institution", "name")
    with pytest.raises(TooManyRefused, match=r"not in institutions\.csv: compare the headings of both") as error:
        run_load(tmp_ledger, DEMO_DISTRICT, [folder])
    assert error.value.file == "institution_services.csv"
    assert "institutions.csv 里找不到" in error.value.zh


def test_of_rows_that_contradict_each_other_none_is_taken(tmp_ledger: "Ledger", tmp_path: Path) -> None:
    """A product in two segments: its record is stated twice alike, so that the ledger alone would see nothing."""
    from loaders.run import run_load

    folder = tmp_path / "files"
    write_demo(folder)
    lines = (folder / "products.csv").read_text("utf-8").splitlines()
    mark, product, segment = lines[1].split(",")
    again = [f"{mark},{product},{next(s for s in ('YLQX-01', 'YLQX-02') if s != segment)}", lines[2], lines[1]]
    (folder / "products.csv").write_text("\n".join([*lines, *again]) + "\n", "utf-8")
    outcome = run_load(tmp_ledger, DEMO_DISTRICT, [folder])
    refused = [(r["file"], r["row"], r["field"], r["value"]) for r in outcome.refused if r["file"] == "products.csv"]
    last = len(lines) - 1
    assert sorted(refused) == [("products.csv", row, "product", product) for row in (1, last + 1, last + 3)]
    assert {r["problem"] for r in outcome.refused if r["file"] != "products.csv"} <= {
        "is stated only by rows that were refused: mend those"
    }
    assert dict(outcome.skipped) == {"repeats an earlier row": 1}
    assert outcome.new + len(outcome.refused) + 1 == outcome.rows
