"""The page `docs/demo-district.md`, written from the row models and the planted vocabulary.

`python -m services.demo.page > docs/demo-district.md` writes it anew; a test holds the two equal.
"""

import textwrap
from collections.abc import Iterator
from types import NoneType
from typing import get_args

from pydantic.fields import FieldInfo

from loaders.demo_district import DEMO_DISTRICT
from loaders.loader import SourceFile
from services.demo import DEFAULT_SEED, DEMO_DAY, DEMO_FORMATS, credit
from services.demo.firms import DRAWN, demo_uscc
from services.demo.support import NEEDS, institution_key
from services.demo.trade import SUPPLIES
from services.demo.vocabulary import Plant, Vocabulary, read_vocabulary

_HEAD = """# The demo district 演示区

Everything here is invented: 合成数据 (synthetic data). Every row says so in a cell, every enterprise, institution and
authority carries （示例） in its name, and every code spells YANG (样, sample) where a real organisation code
(组织机构代码) has eight digits, or MA and six characters. The check characters are valid, so that the codes can be
typed and checked like real ones. Divisions and streets are real, roads are not.

`lianxin demo --out DIR [--seed N]` writes the files; these commands load them, the first one first:

{loads}

One seed gives the same bytes on every machine; the default is {seed}. Each file draws from a stream of its own, so a
file that is added later moves none of the others. The data end on the demo day (数据截至) {day}; no clock is read.

{firms} enterprises, {segments} segments of {chains} chains ({chain_names}), {products} products, {supplies} supplies,
{institutions} institutions, {needs} needs; {penalties} penalties, {abnormal} abnormal listings,
{serious} serious listings.

This page is written by `python -m services.demo.page`; a test holds it equal to the code.
"""

_FILES = """
## Files

CSV in UTF-8 (as written here) or GB18030, the headings as below in any order. An empty cell means 未报送 (not
supplied); days are written 2026-11-20. A row that speaks of a code, segment or product that no earlier file declares is
refused. Rows that say different things of one key are all refused, with the rows that speak of it; a row that repeats
another word for word is skipped. The files are a snapshot: a fact that a later delivery no longer states is retracted.

How a link is known (依据): the two bases observed 已证实 and claimed 企业自述 stand in the row where it has a column
`basis`. The links of chains, segments, products and institutions are observed. That an enterprise raised a need is
observed; what the need asks for is claimed. Nothing predicted 推测 is ever loaded.
"""

_CREDIT = """
## Files of credit events 信用事件

In the formats of the registers themselves: they have no column `mark`, so 备注 or 数据来源 carries 合成数据, and the
data set counts as made up. They are increments: what a later delivery does not state stays. A file may write the
columns by their codes or by their Chinese headings (列名), and may lack those that are not required here; an empty cell
means 未报送. Money is in 万元, days are written 2026/11/20, 2099/12/31 says that there is no end.
"""

_PLANTED = """
## What is planted

The same for every seed. The codes belong to the enterprises of `services/demo/planted.yaml`; everything else is drawn.
"""

_UNSOLD = """
### 无人供应的产品 Products without a seller

Nobody in the demo makes them: materials that are hard to come by, and what the closed segments above leave open.

{products}.
"""


def describe() -> str:
    """The whole page."""
    words = read_vocabulary()
    files = [block for file in DEMO_DISTRICT.files for block in _file(file)]
    events = [block for each in DEMO_FORMATS[1:] for file in each.files for block in _file(file)]
    plants = [_plant(plant, words) for plant in words.planted.plants]
    unsold = _UNSOLD.format(products="、".join(words.unsold()))
    return "".join((_head(words), _FILES, *files, _CREDIT, *events, _PLANTED, *plants, unsold))


def _head(words: Vocabulary) -> str:
    return _HEAD.format(
        seed=DEFAULT_SEED,
        day=DEMO_DAY,
        firms=DRAWN + len(words.planted.enterprises),
        segments=len(words.segments),
        chains=len(words.chains),
        chain_names="、".join(chain.name for chain in words.chains),
        products=len(words.products),
        supplies=SUPPLIES,
        institutions=len(words.names.institutions),
        needs=NEEDS,
        loads="\n".join(f"    lianxin load {each.name} DIR --data-day {DEMO_DAY}" for each in DEMO_FORMATS),
        penalties=credit.PENALTIES,
        abnormal=credit.ABNORMAL,
        serious=credit.SERIOUS,
    )


def _file(file: SourceFile) -> Iterator[str]:
    yield f"\n### {file.names[0]}\n\n{file.model.__doc__}\n\n"
    yield "| heading | 列名 | meaning | required |\n|---|---|---|---|\n"
    for heading, declared in file.model.model_fields.items():
        named = declared.alias or heading
        yield f"| `{named}` | {declared.title} | {declared.description} | {_required(declared)} |\n"


def _required(declared: FieldInfo) -> str:
    """Whether every cell of a column is required; in the registers' formats, whether a file must have the column."""
    if declared.alias:
        return "column" if declared.is_required() else "no"
    return "no" if NoneType in get_args(declared.annotation) else "yes"


def _plant(plant: Plant, words: Vocabulary) -> str:
    lines = [f"\n### {plant.title} {plant.english}\n\n{textwrap.fill(plant.text, 118)}\n"]
    lines += [f"- 企业 `{code}` {name}\n" for code, name in _enterprises(plant, words)]
    lines += [f"- 环节 `{words.segment_key(name)}` {name}\n" for name in plant.segments]
    lines += [f"- 机构 `{key}` {name}\n" for key, name in _institutions(plant, words)]
    files = ", ".join(f"`{file}`" for file in plant.files)
    return lines[0] + "\n" + "".join(lines[1:]) + f"- in {files}\n"


def _enterprises(plant: Plant, words: Vocabulary) -> Iterator[tuple[str, str]]:
    by_id = {enterprise.id: enterprise for enterprise in words.planted.enterprises}
    for planted in (by_id[name] for name in plant.enterprises):
        yield demo_uscc(planted.division, planted.number), planted.name


def _institutions(plant: Plant, words: Vocabulary) -> Iterator[tuple[str, str]]:
    for number, entry in enumerate(words.names.institutions, 1):
        if entry.name in plant.institutions:
            yield institution_key(number), entry.name


if __name__ == "__main__":
    print(describe(), end="")
