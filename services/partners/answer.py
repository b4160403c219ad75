"""The shapes of a partner question and its answer; API, pages and commands show these and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from graph.ontology import Basis, Ref, Size
from graph.view import DatasetInfo, Source
from services.credit.answer import CreditStrip


class Relation(StrEnum):
    """What is looked for 关系."""

    SUPPLIER = "supplier"  # 谁能供货给它
    CUSTOMER = "customer"  # 谁能向它采购
    GAP = "gap"  # 谁能补这个环节或产品


class Place(StrEnum):
    """How near a candidate has to be 范围, measured from the district served."""

    DISTRICT = "district"  # 区内
    CITY = "city"  # 市内
    PROVINCE = "province"  # 省内


class Tier(StrEnum):
    """How a candidate was reached 匹配: exact ones stand before similar ones."""

    EXACT = "exact"  # 精确: every product on the path is the one stated
    SIMILAR = "similar"  # 近似: a similar, broader or narrower product stands in


class Filler(StrEnum):
    """The three kinds of answer to a gap 补位方式."""

    LOCAL = "local"  # 本地可转做
    OUTSIDE = "outside"  # 外地可邀请
    INSTITUTION = "institution"  # 院所


class CreditFilter(StrEnum):
    """What a candidate's credit must be like. No word says that it is good: only so much was searched."""

    CLEAN = "clean"  # 已查来源无展示中的失信信息: some source of credit was searched, and nothing is shown there


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on the candidates; None and no basis ask nothing. `bases`: any of them will do."""

    place: Place | None = None
    size: Size | None = None
    bases: frozenset[Basis] = frozenset()
    credit: CreditFilter | None = None

    @property
    def count(self) -> int:
        """How many are set."""
        return sum(bool(each) for each in (self.place, self.size, self.bases, self.credit))


@dataclass(frozen=True, slots=True)
class Question:
    """One partner question. `key`: an enterprise (its key or any of its names), for a gap a segment or a product.

    `division`: the six-digit code of the district served. `known`: list partners that already supply or buy, too.
    `core`: side lines (below 5 % of turnover on either side) count less 主营优先.
    """

    key: str
    relation: Relation
    on: date
    top: int = 20
    filters: Filters = Filters()
    known: bool = False
    core: bool = True
    division: str = "330113"


@dataclass(frozen=True, slots=True)
class Named:
    """A record by reference and name."""

    ref: Ref
    name: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: a link in its own direction (from → to), with its basis and source.

    The hops of a path stand in walking order from the record that was asked about to the candidate: two neighbouring
    hops share an end, though the link of one may point against the walk. `link` is the type's name in capitals
    (MAKES, UPSTREAM_OF …), or SIMILAR_TO where names are alike and GOES_WITH where segments share companies; `score`
    is then the similarity or share. `stated_on`: from which day the source says it, where it does.
    """

    from_: Named
    link: str
    label: str
    to: Named
    basis: Basis
    source: Source
    score: float | None = None
    stated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """证据路径 One chain of hops and what it contributes, from 0 to 1; `notes` in Chinese: what weakens it."""

    score: float
    hops: Sequence[Hop]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """候选 A possible partner. `basis` is that of the supply link itself, never of the hops around it.

    `paths`: the strongest, at most PATHS_SHOWN; `more_paths`: how many there are beside them.
    `credit`: what is known of an enterprise's credit, and where nobody has looked; None for institutions.
    """

    ref: Ref
    name: str
    basis: Basis
    tier: Tier
    score: float
    paths: Sequence[Path]
    division: str | None
    place: str  # in Chinese, 未取得 where unknown
    size: Size | None
    known: bool = False
    filler: Filler | None = None
    more_paths: int = 0
    credit: CreditStrip | None = None


NEARLY_CERTAIN = 0.99
"""What a computed score is shown as at most: nobody has seen the link."""


def shown_score(score: float, basis: Basis) -> float:
    """分值 A score as people read it; the raw one stands in the JSON."""
    return min(score, NEARLY_CERTAIN) if basis is Basis.PREDICTED else score


Counts = Mapping[Basis, int]
"""How many candidates of each basis: always all three, never added together."""


@dataclass(frozen=True, slots=True)
class Choice:
    """条件 A filter that could be set or taken away, with what it would leave.

    `unknown`: how many it cannot judge, because the value is not known: of the present candidates; where it is chosen,
    of those that are left out for its sake.
    """

    filters: Filters
    label: str
    chosen: bool
    counts: Counts
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """放宽 One condition loosened, and what the list would then hold."""

    label: str
    filters: Filters
    known: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched 查了什么: data sets, up to which day, how far, where it stopped.

    `until`, `until_stated`: up to which day the data reach, or were loaded (see `services.sources.Reach`).
    `missing`: (source, why) of what was not searched. `stopped`: sentences in Chinese, `stopped_en` in English.
    """

    datasets: Sequence[DatasetInfo]
    missing: Sequence[tuple[str, str]]
    until: date | None
    until_stated: bool
    hops: int
    products: int
    materials: int
    known_left_out: int
    stopped: Sequence[str]
    stopped_en: Sequence[str]


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """The answer to a partner question. `candidates` are at most `top`; `counts` are of all that were found."""

    question: Question
    subject: Named
    searched: Searched
    candidates: Sequence[Candidate]
    counts: Counts
    choices: Sequence[Choice]
    relaxations: Sequence[Relaxation]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """为何不在 The first constraint or missing fact that keeps somebody out of the list (or `listed`: his rank)."""

    other: Named
    code: str
    zh: str
    en: str
    rank: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
