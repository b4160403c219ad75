"""The demo district: the same bytes for ever, valid codes that belong to nobody, and what is planted in it.

What is planted is looked up in the written files, not in the vocabulary that the generator reads.
"""

import csv
import hashlib
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import networkx as nx
import pytest

from graph.identifiers import Uscc
from loaders.demo_district import DEMO_DISTRICT, MARK, FormerNameRow, NeedRow
from services import demo
from services.demo import DEFAULT_SEED, DEMO_FORMATS, credit, firms, render, support, tables, trade, write_demo
from services.demo.firms import demo_uscc, organisation_check
from services.demo.page import describe
from services.demo.vocabulary import read_vocabulary

ROOT = Path(__file__).parents[2]
LOCAL = "330113"
Rows = dict[str, list[dict[str, str]]]

DIGESTS = {
    "chains.csv": "70003ed8fa348cf51e67d0121fac60bd6605529e97362940909d4d3f40de97b1",
    "segments.csv": "ac879671cef4bfa27c2245f9e50b6f5495ab66f89f0ec0c502d27de56a6d1857",
    "segment_links.csv": "77521abefdb475e0c206454867805459bf1c4a84ae476ca2c08e232f03737b95",
    "products.csv": "23068268da75509a1e6e72b25260f55dd229e532b8135472d38b2ac9d73c1d97",
    "product_links.csv": "614e5e6b432e1436b5156e3903d1d74da805d7a04cb7b61405024d5be22ed791",
    "enterprises.csv": "9ece6b8ab37d8e82c5f5b36cfb46f227eced68e4d78bc6d0a21bbf60aa80dd19",
    "former_names.csv": "71758a0a2e60ef609c1d652f4977a033464bac83217a9e4f4baef2840a305190",
    "enterprise_segments.csv": "3b17329dfb4c6df6b8dceb385299eb1aba6de632fde5d0df1c869f02d96f5edb",
    "enterprise_products.csv": "b27eedbc4a54761df8982ef5e3e4ee25b0b50399da0357d37b2150c9cc8e1987",
    "supplies.csv": "e89bb87a9a2d0f1cb332176645c8b0d1f2ff252ff0af7e620883fef840db383a",
    "institutions.csv": "fa0b9fd5d25dba914f7801c0e4436dae78c8dad2c7cdcfe0280ea57ce8b8bffc",
    "institution_services.csv": "27f144273366d980ac1fa0c6b7bda4f662c810f18220cc9d91aa0300c9a5b76e",
    "needs.csv": "bbe30c750b93f696f89ae46ba80183db9ae8341faee1e26ce54cc335b9d6e340",
    "penalties.csv": "8e712444077868a63da9ff8b34307202e8217d2cf3747c17385ff16cea007985",
    "abnormal_listings.csv": "fb1fec8a86ac90f43e21ab42ba6b1d5ca8cfaef1345c7de3397cea908b8af398",
    "serious_listings.csv": "adfd38fdc5fce2ff5b5c27b0f903620633290bd7cea746ef7bfd0b27a46273ce",
}
CREDIT_FILES = {"penalties.csv": "BZ", "abnormal_listings.csv": "数据来源", "serious_listings.csv": "数据来源"}
"""The files in the formats of registers, and the column in which they carry the mark."""

TUBING = "91330113YANG00019U"
INFUSION, AIRWAY, CANNULA, BIOPROCESS = (
    "91330113YANG00027N",
    "91330113YANG00035H",
    "91330113YANG00043C",
    "91330113YANG000517",
)
RESIN_OBSERVED, RESIN_CLAIMED, RESIN_PREDICTED = "91330521YANG0006X6", "91330113YANG00078Y", "91330113YANG00086R"
RENAMED = "91330113YANG00094L"
NAMESAKES = {"91330113YANG00107A", "91330521YANG00115C"}
NO_PRODUCTS = "91330113YANG001230"
ENDED_SUPPLIER, ENDED_BUYER = "91330113YANG00131T", "91330113YANG0014XJ"
STERILE_DRESSING, STERILE_INSTRUMENTS = "91330113YANG00158J", "91330113YANG00166D"
STERILE_SUZHOU, STERILE_SONGJIANG = "91320506YANG00174L", "91310117YANG00182L"


def read(folder: Path) -> Rows:
    return {path.name: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in folder.iterdir()}


@pytest.fixture(scope="module", params=[DEFAULT_SEED, 7])
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, request.param)
    return read(folder)


@pytest.fixture(scope="module")
def default() -> dict[str, bytes]:
    return render()


def segment_key(rows: Rows, name: str) -> str:
    (segment,) = (r["segment"] for r in rows["segments.csv"] if r["name"] == name)
    return segment


def products_of(rows: Rows, segment: str) -> set[str]:
    return {r["product"] for r in rows["products.csv"] if r["segment"] == segment}


def division_of(rows: Rows) -> dict[str, str]:
    return {r["uscc"]: r["division"] for r in rows["enterprises.csv"]}


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_the_default_seed_writes_these_bytes(default: dict[str, bytes]) -> None:
    assert {name: hashlib.sha256(content).hexdigest() for name, content in default.items()} == DIGESTS


def test_one_seed_gives_the_same_bytes_and_another_gives_others(default: dict[str, bytes]) -> None:
    other = render(4)
    assert render() == default
    same = {name for name in default if default[name] == other[name]}
    assert same == {"chains.csv", "segments.csv", "segment_links.csv", "products.csv", "product_links.csv"}


@pytest.mark.parametrize(
    ("module", "builder", "files"),
    [
        # What a decision calls its party is the name of its day: a row of former_names.csv, not a random number.
        (firms, "former_names", {"former_names.csv", "penalties.csv"}),
        (support, "institutions", {"institutions.csv"}),
        (support, "institution_services", {"institution_services.csv"}),
        (support, "needs", {"needs.csv"}),
        (trade, "supplies", {"supplies.csv"}),
        (credit, "penalties", {"penalties.csv"}),
        (credit, "abnormal_listings", {"abnormal_listings.csv"}),
        (credit, "serious_listings", {"serious_listings.csv"}),
    ],
)
def test_a_file_that_draws_more_moves_no_other(
    default: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, module: object, builder: str, files: set[str]
) -> None:
    original: Callable[..., object] = getattr(module, builder)

    def greedy(rng: random.Random, *arguments: object) -> object:
        rng.random()
        return original(rng, *arguments)

    monkeypatch.setattr(module, builder, greedy)
    after = render()
    assert {name for name in default if default[name] != after[name]} == files


def test_a_new_file_moves_no_other(default: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = demo.stream

    def with_a_new_file_first(seed: int, file: str) -> random.Random:
        drawing(seed, "another.csv").random()
        return drawing(seed, file)

    monkeypatch.setattr(demo, "stream", with_a_new_file_first)
    assert render() == default


def test_the_shared_random_numbers_of_python_are_neither_used_nor_moved(default: dict[str, bytes]) -> None:
    random.seed(1)
    state = random.getstate()
    assert render() == default
    assert random.getstate() == state


def test_writing_makes_the_folder_and_leaves_other_files_alone(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    written = write_demo(out)
    (out / "notes.txt").write_text("mine")
    assert write_demo(out, 5) == written
    assert {path.name for path in out.iterdir()} == {*DIGESTS, "notes.txt"}
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "needs.csv").read_bytes() == render(5)["needs.csv"]


def test_an_interrupted_write_leaves_the_former_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_demo(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write, left = Path.write_bytes, iter(range(4))

    def until_the_disk_is_full(path: Path, data: bytes) -> int:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", until_the_disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        write_demo(tmp_path, 5)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# --- shape ------------------------------------------------------------------------------------------------------------


def test_headings_are_the_fields_of_the_row_models(tmp_path: Path) -> None:
    write_demo(tmp_path)
    for file in DEMO_DISTRICT.files:
        heading = (tmp_path / file.names[0]).read_text(encoding="utf-8").partition("\n")[0]
        assert heading.split(",") == list(file.model.model_fields)


def test_every_line_says_that_it_is_synthetic(rows: Rows) -> None:
    for file, content in rows.items():
        column = CREDIT_FILES.get(file, "mark")
        assert {row[column] for row in content} == {MARK}, file
        assert file in CREDIT_FILES or next(iter(content[0])) == "mark"


def test_every_name_of_a_party_says_that_it_is_an_example(rows: Rows) -> None:
    names = [r["name"] for file in ("enterprises.csv", "institutions.csv") for r in rows[file]]
    names += [r["former_name"] for r in rows["former_names.csv"]]
    assert [name for name in names if "（示例）" not in name] == []


def test_codes_are_valid_and_visibly_invented(rows: Rows) -> None:
    codes = [r["uscc"] for r in rows["enterprises.csv"]]
    assert len(set(codes)) == len(codes) == 2018
    for row in rows["enterprises.csv"]:
        code = Uscc(row["uscc"])
        assert code[2:8] == row["division"]
        assert code[8:12] == "YANG"
        assert code[16] == organisation_check(code[8:16])


def test_the_check_character_of_an_organisation_code_is_the_published_one() -> None:
    assert organisation_check("D2143569") == "X"  # the example that explanations of GB 11714 print
    assert organisation_check("60003734") == "1"  # 91110000600037341L, the example of python-stdnum


def test_a_demo_code_is_a_uscc() -> None:
    assert Uscc(demo_uscc("330113", 1)) == TUBING


def test_sizes_of_the_files(rows: Rows) -> None:
    local = sum(division == LOCAL for division in division_of(rows).values())
    assert local > 0.7 * len(rows["enterprises.csv"])
    assert len(rows["supplies.csv"]) == 3000
    assert len(rows["products.csv"]) >= 300
    assert (len(rows["institutions.csv"]), len(rows["needs.csv"])) == (40, 60)
    per_chain = Counter(r["chain"] for r in rows["segments.csv"])
    assert len(per_chain) == len(rows["chains.csv"]) == 4
    assert all(10 <= count <= 17 for count in per_chain.values())


@pytest.mark.parametrize("file", ["enterprise_segments.csv", "enterprise_products.csv", "supplies.csv"])
def test_about_sixty_of_a_hundred_links_are_observed(rows: Rows, file: str) -> None:
    basis = Counter(r["basis"] for r in rows[file])
    assert set(basis) == {"observed", "claimed"}
    assert 0.55 < basis["observed"] / basis.total() < 0.65


def test_an_enterprise_works_in_one_or_two_segments_and_makes_one_to_five_products(rows: Rows) -> None:
    segments = Counter(r["uscc"] for r in rows["enterprise_segments.csv"])
    products = Counter(r["uscc"] for r in rows["enterprise_products.csv"])
    codes = set(division_of(rows))
    assert segments.keys() == codes
    assert set(segments.values()) == {1, 2}
    assert codes - products.keys() == {NO_PRODUCTS}
    assert set(products.values()) == {1, 2, 3, 4, 5}


def test_shares_of_an_enterprise_do_not_exceed_its_turnover(rows: Rows) -> None:
    shares: dict[str, float] = defaultdict(float)
    for row in rows["enterprise_products.csv"]:
        shares[row["uscc"]] += float(row["share"] or 0)
    assert max(shares.values()) < 1.0001


def test_a_supply_carries_a_material_of_something_that_the_buyer_makes(rows: Rows) -> None:
    makes = {(r["uscc"], r["product"]) for r in rows["enterprise_products.csv"]}
    made = defaultdict(set)
    for uscc, product in makes:
        made[uscc].add(product)
    materials = defaultdict(set)
    for row in rows["product_links.csv"]:
        if row["relation"] == "material":
            materials[row["product"]].add(row["other"])
    for row in rows["supplies.csv"]:
        assert (row["supplier"], row["product"]) in makes
        assert any(row["product"] in materials[product] for product in made[row["buyer"]]), row


def test_nothing_is_told_before_the_establishment_or_after_the_demo_day(rows: Rows) -> None:
    since = {r["uscc"]: date.fromisoformat(r["established_on"]) for r in rows["enterprises.csv"]}
    told = [(r["uscc"], r["stated_on"]) for r in (*rows["enterprise_segments.csv"], *rows["enterprise_products.csv"])]
    for end, day in itertools.product(("supplier", "buyer"), ("valid_from", "valid_to")):
        told += [(r[end], r[day]) for r in rows["supplies.csv"]]
    told += [(r["uscc"], r["until"]) for r in rows["former_names.csv"]]
    told += [(r["uscc"], r["raised_on"]) for r in rows["needs.csv"]]
    for uscc, day in told:
        assert not day or since[uscc] <= date.fromisoformat(day) <= demo.DEMO_DAY


def test_materials_lead_many_hops_deep_and_never_in_a_circle(rows: Rows) -> None:
    links = [r for r in rows["product_links.csv"] if r["relation"] == "material"]
    materials = nx.DiGraph((r["other"], r["product"]) for r in links)
    assert nx.dag_longest_path_length(materials) >= 6
    kinds = nx.DiGraph((r["other"], r["product"]) for r in rows["product_links.csv"] if r["relation"] == "narrower")
    assert nx.is_directed_acyclic_graph(kinds)
    segments = nx.DiGraph((r["upstream"], r["downstream"]) for r in rows["segment_links.csv"])
    assert nx.is_directed_acyclic_graph(segments)
    assert set(segments) == {r["segment"] for r in rows["segments.csv"]}


def test_segments_deliver_from_upstream_to_downstream_within_a_chain(rows: Rows) -> None:
    place = ("upstream", "midstream", "downstream")
    side = {r["segment"]: (r["chain"], place.index(r["side"])) for r in rows["segments.csv"]}
    for row in rows["segment_links.csv"]:
        (chain, first), (other, second) = side[row["upstream"]], side[row["downstream"]]
        assert chain != other or first <= second, row


# --- what is planted --------------------------------------------------------------------------------------------------


def test_one_segment_has_a_single_supplier_who_serves_four_others(rows: Rows) -> None:
    segment = segment_key(rows, "医用高分子管材")
    (member,) = (r for r in rows["enterprise_segments.csv"] if r["segment"] == segment)
    assert (member["uscc"], member["basis"]) == (TUBING, "observed")
    made = products_of(rows, segment)
    assert {r["uscc"] for r in rows["enterprise_products.csv"] if r["product"] in made} == {TUBING}
    served = {r["buyer"] for r in rows["supplies.csv"] if r["supplier"] == TUBING and r["basis"] == "observed"}
    assert served >= {INFUSION, AIRWAY, CANNULA, BIOPROCESS}


def test_no_other_segment_has_fewer_than_three_local_enterprises_but_the_empty_one(rows: Rows) -> None:
    division, members = division_of(rows), Counter({r["segment"]: 0 for r in rows["segments.csv"]})
    members.update(r["segment"] for r in rows["enterprise_segments.csv"] if division[r["uscc"]] == LOCAL)
    few = {segment: count for segment, count in members.items() if count < 3}
    assert few == {segment_key(rows, "医用高分子管材"): 1, segment_key(rows, "灭菌服务"): 0}


def test_one_segment_is_empty_and_yet_there_is_help(rows: Rows) -> None:
    segment, division = segment_key(rows, "灭菌服务"), division_of(rows)
    assert segment not in {r["segment"] for r in rows["enterprise_segments.csv"]}
    services = products_of(rows, segment)
    makers = {r["uscc"] for r in rows["enterprise_products.csv"] if r["product"] in services}
    assert makers == {STERILE_SUZHOU, STERILE_SONGJIANG}
    assert LOCAL not in {division[uscc] for uscc in makers}
    narrower = {
        r["other"] for r in rows["product_links.csv"] if r["relation"] == "narrower" and r["product"] in services
    }
    able = {r["uscc"] for r in rows["enterprise_products.csv"] if r["product"] in narrower}
    assert able == {STERILE_DRESSING, STERILE_INSTRUMENTS}
    assert {division[uscc] for uscc in able} == {LOCAL}
    offers = {(r["institution"], r["service"]) for r in rows["institution_services.csv"] if r["product"] in services}
    assert offers == {("JG-020", "pilot"), ("JG-021", "testing")}


def test_one_buyer_has_observed_claimed_and_predicted_candidates(rows: Rows) -> None:
    resin = "医用聚丙烯粒料"
    bought = [r for r in rows["supplies.csv"] if (r["buyer"], r["product"]) == (INFUSION, resin)]
    assert {r["supplier"]: r["basis"] for r in bought} == {RESIN_OBSERVED: "observed", RESIN_CLAIMED: "claimed"}
    assert RESIN_PREDICTED in {r["uscc"] for r in rows["enterprise_products.csv"] if r["product"] == resin}
    assert RESIN_PREDICTED not in {r["supplier"] for r in rows["supplies.csv"]}


def test_one_enterprise_was_renamed_beyond_recognition(rows: Rows) -> None:
    (former,) = (r for r in rows["former_names.csv"] if r["uscc"] == RENAMED)
    (now,) = (r["name"] for r in rows["enterprises.csv"] if r["uscc"] == RENAMED)
    assert (former["former_name"], former["until"]) == ("余杭红枫农机修造（示例）厂", "2019-06-30")
    assert set(former["former_name"]) & set(now) <= set("（示例）杭")


def test_two_enterprises_share_one_name_and_no_others_do(rows: Rows) -> None:
    by_name = defaultdict(set)
    for row in rows["enterprises.csv"]:
        by_name[row["name"]].add(row["uscc"])
    assert [codes for codes in by_name.values() if len(codes) > 1] == [NAMESAKES]
    assert {division_of(rows)[code] for code in NAMESAKES} == {LOCAL, "330521"}
    assert not {r["former_name"] for r in rows["former_names.csv"]} & by_name.keys()


def test_one_supply_has_ended_and_nothing_took_its_place(rows: Rows) -> None:
    theirs = [r for r in rows["supplies.csv"] if {ENDED_SUPPLIER, ENDED_BUYER} & {r["supplier"], r["buyer"]}]
    assert [(r["supplier"], r["buyer"], r["valid_to"]) for r in theirs] == [(ENDED_SUPPLIER, ENDED_BUYER, "2025-12-31")]


def test_some_products_have_no_seller(rows: Rows) -> None:
    sold = {r["product"] for r in rows["enterprise_products.csv"]}
    unsold = set(read_vocabulary().unsold())
    assert len(unsold) > 20
    assert not unsold & sold


def decisions(rows: Rows, authority: str, day: str) -> dict[str, str]:
    """The one penalty of an authority on a day."""
    (row,) = (r for r in rows["penalties.csv"] if r["CF_CFJG"].startswith(authority) and r["CF_JDRQ"] == day)
    return row


def test_a_candidate_has_a_penalty_that_can_be_repaired(rows: Rows) -> None:
    row = decisions(rows, "临平区应急管理局", "2026/05/12")
    assert (row["CF_XDR_SHXYM"], row["CF_CFLB"]) == (RESIN_PREDICTED, "没收违法所得、没收非法财物")
    assert row["CF_NR_WFFF"] == "0.320000"
    assert [r["CF_WSH"] for r in rows["penalties.csv"] if r["CF_XDR_SHXYM"] == RESIN_PREDICTED] == [row["CF_WSH"]]


def test_a_penalty_names_the_renamed_enterprise_as_it_was_called_then(rows: Rows) -> None:
    row = decisions(rows, "杭州市生态环境局临平分局", "2019/03/15")
    (former,) = (r["former_name"] for r in rows["former_names.csv"] if r["uscc"] == RENAMED)
    assert (row["CF_XDR_MC"], row["CF_XDR_SHXYM"]) == (former, "")


def test_a_penalty_without_a_code_may_be_against_either_namesake(rows: Rows) -> None:
    row = decisions(rows, "临平区消防救援大队", "2025/09/18")
    assert row["CF_XDR_SHXYM"] == ""
    assert {r["uscc"] for r in rows["enterprises.csv"] if r["name"] == row["CF_XDR_MC"]} == NAMESAKES


def test_one_penalty_is_against_a_sole_trader(rows: Rows) -> None:
    (row,) = (r for r in rows["penalties.csv"] if r["CF_XDR_LB"] == "个体工商户")
    assert row["CF_XDR_SHXYM"].startswith("92330113YANG")
    assert Uscc(row["CF_XDR_SHXYM"])
    assert row["CF_FRDB"] in row["CF_XDR_MC"]


def test_penalties_are_against_known_enterprises_by_the_name_of_the_day(rows: Rows) -> None:
    names = {r["uscc"]: {r["name"]} for r in rows["enterprises.csv"]}
    for row in rows["former_names.csv"]:
        names[row["uscc"]].add(row["former_name"])
    everybody = set.union(*names.values())
    for row in rows["penalties.csv"]:
        if row["CF_XDR_LB"] != "个体工商户":
            assert row["CF_XDR_MC"] in names.get(row["CF_XDR_SHXYM"], everybody)
    for file in ("abnormal_listings.csv", "serious_listings.csv"):
        assert all(r["企业名称"] in names[r["统一社会信用代码"]] for r in rows[file])


def test_numbers_of_decisions_are_unique_within_an_authority(rows: Rows) -> None:
    numbers = Counter((r["CF_CFJGDM"], r["CF_WSH"]) for r in rows["penalties.csv"])
    assert set(numbers.values()) == {1}
    assert len(rows["penalties.csv"]) == 300
    assert {Uscc(code)[:2] for code, _ in numbers} == {"11"}


def test_fines_are_written_in_units_of_ten_thousand_and_named_in_yuan(rows: Rows) -> None:
    fined = [r for r in rows["penalties.csv"] if "罚款" in r["CF_CFLB"]]
    assert len(fined) > 200
    for row in fined:
        assert f"罚款人民币{float(row['CF_NR_FK']) * 10_000:.0f}元" in row["CF_NR"]


def test_events_happen_within_the_life_of_a_firm_and_before_the_demo_day(rows: Rows) -> None:
    since = {r["uscc"]: date.fromisoformat(r["established_on"]) for r in rows["enterprises.csv"]}
    days = [(r["CF_XDR_SHXYM"], r["CF_JDRQ"]) for r in rows["penalties.csv"]]
    days += [(r["统一社会信用代码"], r["设立日期"]) for r in rows["abnormal_listings.csv"]]
    days += [(r["统一社会信用代码"], r["列入日期"]) for r in rows["serious_listings.csv"]]
    for uscc, day in days:
        assert since.get(uscc, date.min) <= date.fromisoformat(day.replace("/", "-")) <= demo.DEMO_DAY


# --- documentation ----------------------------------------------------------------------------------------------------


def test_the_page_is_the_one_that_the_code_writes() -> None:
    page = (ROOT / "docs" / "demo-district.md").read_text(encoding="utf-8")
    assert page == describe(), "write it anew: python -m services.demo.page > docs/demo-district.md"


def test_the_page_names_every_planted_key_and_every_heading() -> None:
    page = describe()
    for planted in read_vocabulary().planted.enterprises:
        assert demo_uscc(planted.division, planted.number) in page
    for file in (file for each in DEMO_FORMATS for file in each.files):
        fields = file.model.model_fields.items()
        assert all(f"| `{field.alias or heading}` | {field.title} |" in page for heading, field in fields)


def test_the_tables_are_rows_of_the_models() -> None:
    made = tables()
    assert isinstance(made["needs.csv"][0], NeedRow)
    assert isinstance(made["former_names.csv"][0], FormerNameRow)
