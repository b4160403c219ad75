"""Demands of human-resources services 人力资源服务诉求: an enterprise says what it lacks, the lead department answers.

Nothing here is law: all days are local targets.
"""

from enum import StrEnum
from typing import Final

from cases.accounts import Role
from cases.definition import (
    Action,
    Clock,
    Definition,
    Field,
    FieldType,
    Notice,
    Option,
    Papers,
    Part,
    State,
    Unit,
    Words,
)
from cases.local_targets import ANSWER, RECURRING, SUPPLEMENT


class S(StrEnum):
    """Where a demand stands."""

    SAID = "said"
    IN_HAND = "in_hand"
    MORE_WANTED = "more_wanted"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class A(StrEnum):
    """What is done with it."""

    TAKE = "take"
    ASK = "ask"
    ADD = "add"
    ANSWER = "answer"
    CONTENT = "content"
    NOT_CONTENT = "not_content"
    WITHDRAW_DEMAND = "withdraw_demand"
    LAPSE = "lapse"


ENTERPRISE: Final = frozenset({Role.ENTERPRISE})
LEAD: Final = frozenset({Role.LEAD_DEPARTMENT})
_TOPICS: Final = (
    Option("recruiting", Words("招工用工", "recruiting")),
    Option("training", Words("技能培训", "training")),
    Option("services", Words("人力资源服务机构", "service firms")),
    Option("disputes", Words("劳动关系", "labour relations")),
    Option("other", Words("其他", "other")),
)
_REASONS: Final = (
    Option(
        "unclear", Words("诉求不明确", "the demand is not clear"), Words("写明要解决什么问题", "say what is needed")
    ),
    Option("papers", Words("缺少材料", "papers are missing"), Words("补交所列材料", "hand in the papers named")),
)
_SENTENCE: Final = Field("sentence", Words("说明", "in words"), FieldType.TEXT, most=1000, personal=True)


DEFINITION: Final = Definition(
    kind="hr-channel",
    version="2026-11-24",
    words=Words("人力资源服务诉求", "human-resources demand"),
    parts=(
        Part(Role.ENTERPRISE, Words("提出诉求的企业", "the enterprise")),
        Part(Role.LEAD_DEPARTMENT, Words("牵头部门", "the lead department")),
    ),
    opens=ENTERPRISE,
    first=S.SAID,
    about_authority=False,
    fields=(
        Field("topic", Words("类别", "topic"), FieldType.CHOICE, options=_TOPICS),
        Field("positions", Words("涉及岗位数", "positions"), FieldType.WHOLE, required=False, least=1, most=100_000),
        Field("demand", Words("诉求", "demand"), FieldType.TEXT, least=5, most=2000, personal=True),
    ),
    states=(
        State(S.SAID, Words("已提出", "said")),
        State(S.IN_HAND, Words("办理中", "in hand")),
        State(S.MORE_WANTED, Words("待补充", "more is wanted")),
        State(S.ANSWERED, Words("已答复", "answered")),
        State(S.CLOSED, Words("已办结", "closed"), end=True),
        State(S.WITHDRAWN, Words("已撤回", "withdrawn"), end=True),
    ),
    actions=(
        Action(A.TAKE, Words("受理", "take in hand"), LEAD, frozenset({S.SAID}), S.IN_HAND),
        Action(
            A.ASK, Words("要求补充", "ask for more"), LEAD, frozenset({S.IN_HAND}), S.MORE_WANTED,
            fields=(Field("code", Words("原因", "reason"), FieldType.CHOICE, options=_REASONS), _SENTENCE),
        ),
        Action(
            A.ADD, Words("补充", "add"), ENTERPRISE, frozenset({S.MORE_WANTED}), S.IN_HAND,
            fields=(_SENTENCE,), papers=Papers(Words("材料", "papers"), most=5),
        ),
        Action(
            A.ANSWER, Words("答复", "answer"), LEAD, frozenset({S.IN_HAND}), S.ANSWERED,
            fields=(_SENTENCE,), papers=Papers(Words("附件", "papers"), most=5),
        ),
        Action(A.CONTENT, Words("满意，办结", "content: close"), ENTERPRISE, frozenset({S.ANSWERED}), S.CLOSED),
        Action(
            A.NOT_CONTENT, Words("不满意，再办", "not content: again"), ENTERPRISE, frozenset({S.ANSWERED}), S.IN_HAND,
            fields=(_SENTENCE,),
        ),
        Action(
            A.WITHDRAW_DEMAND, Words("撤回诉求", "withdraw"), ENTERPRISE,
            frozenset({S.SAID, S.IN_HAND, S.MORE_WANTED}), S.WITHDRAWN,
        ),
        Action(A.LAPSE, Words("无异议，自动办结", "no word: closed"), frozenset(), frozenset({S.ANSWERED}), S.CLOSED),
    ),
    clocks=(
        Clock("take_by", Words("受理", "taking it in hand"), frozenset({S.SAID}), Role.LEAD_DEPARTMENT, ANSWER),
        Clock(
            "answer_by", Words("答复", "the answer"), frozenset({S.IN_HAND}), Role.LEAD_DEPARTMENT, ANSWER,
            pauses_in=frozenset({S.MORE_WANTED}),
        ),
        Clock("add_by", Words("补充", "adding"), frozenset({S.MORE_WANTED}), Role.ENTERPRISE, SUPPLEMENT),
        Clock(
            "content_by", Words("对答复的意见", "a word on the answer"), frozenset({S.ANSWERED}), Role.ENTERPRISE,
            RECURRING, Unit.CALENDAR_DAYS, on_expiry=A.LAPSE,
        ),
    ),
    notices=(
        Notice("open", LEAD, Words("收到新的诉求", "a new demand")),
        Notice(A.ASK, ENTERPRISE, Words("诉求需要补充", "more is wanted on your demand")),
        Notice(A.ADD, LEAD, Words("诉求已补充", "the demand was completed")),
        Notice(A.ANSWER, ENTERPRISE, Words("诉求有了答复", "your demand was answered")),
        Notice(A.NOT_CONTENT, LEAD, Words("企业对答复不满意", "the enterprise is not content")),
    ),
)  # fmt: skip
DEFINITIONS: Final = (DEFINITION,)
