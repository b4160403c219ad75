"""What a party is told beside its finding 告知: where to apply, with which papers, objection, that it is free.

None of it decides an answer; each sentence has its citation and reading mark, as the rules have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rules.credit_repair import texts
from rules.credit_repair.facts import System
from rules.law import Citation, ReadingMark

S, X, U, F = ReadingMark.SECONDARY, ReadingMark.FRAGMENT, ReadingMark.UNVERIFIED, ReadingMark.READ


@dataclass(frozen=True, slots=True)
class Guidance:
    """告知 One sentence and what it rests on."""

    text: str
    citation: Citation

    @property
    def verified(self) -> bool:
        """Whether its place was seen at all: a fragment or an inference is shown as not verified 未核实."""
        return self.citation.mark not in (X, U)


RIGHT: Final = Guidance(
    "符合条件的可以申请修复，法律、行政法规和党中央、国务院政策文件明确不可修复的除外", texts.NDRC_36.at("第2条", F)
)
CHANNELS: Final[Mapping[System, Guidance]] = {
    System.NDRC: Guidance("“信用中国”网站，或政务服务大厅的信用修复窗口", texts.PLAN_22.at("受理渠道", S)),
    System.SAMR: Guidance("国家企业信用信息公示系统", texts.PLAN_22.at("市场监管部门的修复", S)),
    System.TAX: Guidance("主管税务机关", texts.TAX_12.at("修复机关", S)),
    System.COURT: Guidance("执行法院", texts.COURT.at("信息删除", U)),
}
"""Where to apply, by the system that the recognising authority belongs to."""

PAPERS: Final = Guidance(
    "两样：义务履行完毕的证明，信用承诺书；别的材料要有法律、行政法规或部门规章的规定", texts.PLAN_22.at("申请材料", S)
)
OBJECTION: Final = Guidance(
    "记录的内容、期限写错的，走异议，不走修复：向“信用中国”或直接向认定单位提出", texts.PLAN_22.at("异议", S)
)
NEGOTIATION: Final = Guidance(
    "类别怎么定、什么算改正、罚款分期，可以和认定单位商量；最短公示期和义务履行没有商量余地",
    texts.NONE_FOUND.at("：没有读到可以缩短最短公示期、免除履行的规定", U),
)
FREE: Final = Guidance("信用修复不收取任何费用", texts.PLAN_22.at("不收费", S))
TOGETHER: Final = Guidance("决定书和修复告知书一并送达", texts.PLAN_22.at("两书同达", X))
