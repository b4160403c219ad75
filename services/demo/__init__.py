"""The demo district 演示区: about two thousand invented enterprises in the files that the loaders read (合成数据).

One seed gives the same bytes on every machine and every day: each file draws from a stream of its own, and no clock
is read. What is planted for demonstrations does not depend on the seed; `docs/demo-district.md` names it.
"""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from graph.ledger import Ledger, LoadOutcome
from loaders.demo_district import DEMO_DISTRICT, FormerNameRow
from loaders.listings import ABNORMAL_LISTING, SERIOUS_LISTING, AbnormalListingRow, SeriousListingRow
from loaders.loader import Format, Row
from loaders.penalties import SHUANGGONGSHI_2018, PenaltyRow
from loaders.run import run_load
from services.demo import chain_tables, credit, firms, support, trade
from services.demo.credit_words import read_credit_words
from services.demo.draw import DEMO_DAY, stream
from services.demo.vocabulary import read_vocabulary

__all__ = ["DEFAULT_SEED", "DEMO_DAY", "DEMO_FORMATS", "load_demo", "render", "tables", "write_demo"]

DEFAULT_SEED = 20261124

DEMO_FORMATS: Sequence[Format] = (DEMO_DISTRICT, SHUANGGONGSHI_2018, ABNORMAL_LISTING, SERIOUS_LISTING)
"""The formats of the demo's files, in the order in which they are loaded: names are looked up in the first."""


def write_demo(out: Path, seed: int = DEFAULT_SEED) -> tuple[Path, ...]:
    """Write the files of the demo district into a folder, which is made where it is missing.

    Only files of these names are replaced; others that lie in the folder are left alone. All files are complete
    before the first one takes its name, so an interrupted run leaves the former files as they were.
    """
    contents = render(seed)
    out.mkdir(parents=True, exist_ok=True)
    drafts = {out / name: out / f".{name}.part" for name in contents}
    try:
        for path, draft in drafts.items():
            draft.write_bytes(contents[path.name])
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return tuple(drafts)


def load_demo(ledger: Ledger, folder: Path) -> list[LoadOutcome]:
    """Load the files of a folder, each through its loader. Their data end on the demo day."""
    return [run_load(ledger, each, [folder], data_day=DEMO_DAY) for each in DEMO_FORMATS]


def render(seed: int = DEFAULT_SEED) -> dict[str, bytes]:
    """The content of every file, by its name."""
    models = {file.names[0]: file.model for file in DEMO_DISTRICT.files}
    made = tables(seed)
    files = {name: _csv(models[name], rows) for name, rows in made.items()}
    return files | credit_files(seed, made["former_names.csv"])


def credit_files(seed: int, former: Sequence[Row]) -> dict[str, bytes]:
    """Penalties and listings, in the formats of their loaders; they move no byte of the other files."""
    words, credit_words = read_vocabulary(), read_credit_words()
    parties = firms.make_firms(stream(seed, "enterprises.csv"), words)
    names = credit.names_of(row for row in former if isinstance(row, FormerNameRow))
    penalties = credit.penalties(stream(seed, "penalties.csv"), parties, names, credit_words, words)
    abnormal = credit.abnormal_listings(stream(seed, "abnormal_listings.csv"), parties, names, credit_words)
    serious = credit.serious_listings(stream(seed, "serious_listings.csv"), parties, names, credit_words)
    return {
        "penalties.csv": _text(credit.columns(PenaltyRow), (row.values() for row in penalties)),
        "abnormal_listings.csv": _text(credit.columns(AbnormalListingRow), (row.values() for row in abnormal)),
        "serious_listings.csv": _text(credit.columns(SeriousListingRow), (row.values() for row in serious)),
    }


def tables(seed: int = DEFAULT_SEED) -> Mapping[str, Sequence[Row]]:
    """The rows of every file. A later table may read the rows of an earlier one, never its random numbers."""
    words = read_vocabulary()
    enterprises = firms.make_firms(stream(seed, "enterprises.csv"), words)
    memberships = trade.enterprise_segments(stream(seed, "enterprise_segments.csv"), enterprises, words)
    makes = trade.enterprise_products(stream(seed, "enterprise_products.csv"), enterprises, memberships, words)
    return {
        "chains.csv": chain_tables.chains(words),
        "segments.csv": chain_tables.segments(words),
        "segment_links.csv": chain_tables.segment_links(words),
        "products.csv": chain_tables.products(words),
        "product_links.csv": chain_tables.product_links(words),
        "enterprises.csv": [firm.row for firm in enterprises],
        "former_names.csv": firms.former_names(stream(seed, "former_names.csv"), enterprises, words),
        "enterprise_segments.csv": memberships,
        "enterprise_products.csv": makes,
        "supplies.csv": trade.supplies(stream(seed, "supplies.csv"), enterprises, makes, words),
        "institutions.csv": support.institutions(stream(seed, "institutions.csv"), words),
        "institution_services.csv": support.institution_services(stream(seed, "institution_services.csv"), words),
        "needs.csv": support.needs(stream(seed, "needs.csv"), enterprises, makes, words),
    }


def _csv(model: type[Row], rows: Sequence[Row]) -> bytes:
    headings = list(model.model_fields)
    return _text(headings, ([_cell(getattr(row, heading)) for heading in headings] for row in rows))


def _text(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else str(value)
