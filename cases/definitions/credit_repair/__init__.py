"""Credit repair 信用修复, from the notice to the last copy: the procedure with its negotiation 政企磋商.

lianxin decides nothing that the law gives to an authority, and knows no interface to the national sites: what happens
there is entered by whoever learns of it. Limits of the law come from the rules with their reading marks; where none was
read, a reminder comes again and again. All other days are local targets.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

from cases.accounts import Role
from cases.case import Case
from cases.definition import (
    Action,
    Back,
    Clock,
    Definition,
    Effect,
    Field,
    FieldType,
    Guard,
    Interview,
    Notice,
    Opening,
    Option,
    Papers,
    Part,
    Reappearance,
    Refusal,
    State,
    Unit,
    Values,
    Words,
)
from cases.definitions.credit_repair import facts, matters
from cases.definitions.credit_repair.papers import MATERIALS, left_to_hand_in
from cases.local_targets import ANSWER, AT_ONCE, OBJECTION, RECHECKS, RECURRING, SUPPLEMENT
from graph.ontology import OutcomeKind
from rules.credit_repair.deadlines import ACCEPT, DECIDE, FEEDBACK


class S(StrEnum):
    """Where a repair stands."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REPAIRABLE = "repairable"
    CONSULTING = "consulting"
    SUBMITTED = "submitted"
    PUSHED = "pushed"
    SUPPLEMENT = "supplement"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    APPROVED = "approved"
    REJECTED = "rejected"
    SYNCING = "syncing"
    SYNCED_ONCE = "synced_once"
    SYNCED_TWICE = "synced_twice"
    SYNC_FAULT = "sync_fault"
    CLOSED = "closed"
    REVOKED = "revoked"
    EXCLUDED = "excluded"
    SHIELDED = "shielded"
    OBJECTION = "objection"
    CORRECTED = "corrected"
    AUTO_STOPPED = "auto_stopped"
    SECTOR_RULE = "sector_rule"


class A(StrEnum):
    """What is done in it."""

    STATE_FACTS = "state_facts"
    FIND_UNPUBLISHED = "find_unpublished"
    MAY_APPLY = "may_apply"
    CONSULT = "consult"
    SUBMIT = facts.SUBMIT
    RECEIVE = "receive"
    WANT_MORE = "want_more"
    HAND_IN_MORE = "hand_in_more"
    RETURN = "return"
    TAKE_ON = "take_on"
    EXTEND = "extend"
    APPROVE = "approve"
    REJECT = "reject"
    APPLY_AGAIN = "apply_again"
    STOP_DISPLAY = "stop_display"
    RECHECKED = "rechecked"
    RECHECKED_TWICE = "rechecked_twice"
    RECHECKED_LAST = "rechecked_last"
    STILL_SHOWN = "still_shown"
    REAPPEARED = "reappeared"
    TAKEN_DOWN = "taken_down"
    REVOKE = "revoke"
    EXCLUDE = "exclude"
    EXCLUSION_OVER = "exclusion_over"
    SHIELD = "shield"
    PLAN_ENDED = "plan_ended"
    PLAN_DONE = "plan_done"
    OBJECT = "object"
    UPHOLD = "uphold"
    CORRECT = "correct"
    STOPPED = "stopped"
    LEFT_TO_SECTOR = "left_to_sector"


FIRM: Final = frozenset({Role.ENTERPRISE})
UNIT: Final = frozenset({Role.REPAIR_AUTHORITY})
LEAD: Final = frozenset({Role.LEAD_DEPARTMENT})
_DECIDING: Final = frozenset({S.PUSHED, S.ACCEPTED, S.EXTENDED})
_PREPARING: Final = frozenset({S.PUBLISHED, S.REPAIRABLE, S.CONSULTING})
_APPLYING: Final = frozenset({S.REPAIRABLE, S.CONSULTING})
_SYNCING: Final = frozenset({S.SYNCING, S.SYNCED_ONCE, S.SYNCED_TWICE, S.CLOSED})
_SETTLED: Final = _SYNCING | {S.SYNC_FAULT, S.CORRECTED, S.AUTO_STOPPED}
_OPEN_TO_OBJECTION: Final = frozenset(S) - {S.OBJECTION, S.CORRECTED, S.UNPUBLISHED, S.AUTO_STOPPED, S.SECTOR_RULE}
_OBJECTION: Final = frozenset({S.OBJECTION})

_SENTENCE: Final = Field("sentence", Words("说明", "in words"), FieldType.TEXT, most=1000, personal=True)
_CONTACT: Final = Field(
    "contact", Words("联系人和电话", "whom to call"), FieldType.TEXT, False, most=100, personal=True,
    hint=Words("认定单位有疑问时找谁；可以依申请删除", "whom the unit calls; it can be erased"),
)  # fmt: skip
_ON: Final = Field("day", Words("日期", "day"), FieldType.DAY)
_UNTIL: Final = Field("until", Words("到哪天为止（决定写明的）", "until, as the decision says"), FieldType.DAY, False)
_WHERE: Final = Field("where", Words("在哪里", "where"), FieldType.TEXT, most=200)
_RETURNS: Final = (
    Option(
        "papers_missing", Words("材料不全", "papers are missing"), Words("补交所列材料", "hand in the papers named")
    ),
    Option("papers_illegible", Words("材料不清楚", "papers cannot be read"), Words("重新扫描提交", "scan them again")),
    Option(
        "duties_open", Words("义务没有履行完", "duties are open"), Words("履行完并留存凭证", "do them, keep receipts")
    ),
    Option(
        "period_running", Words("最短公示期未满", "the minimum runs"), Words("期满次日再申请", "apply when it is over")
    ),
    Option("no_commitment", Words("没有信用承诺", "no commitment"), Words("签署并公开承诺书", "sign and publish it")),
    Option(
        "wrong_place", Words("不由本单位办理", "another unit does this"), Words("向所列单位申请", "apply to that unit")
    ),
    Option("not_corrected", Words("没有纠正", "not corrected"), Words("纠正后再申请", "correct it, apply again")),
)
_CODED: Final = (Field("code", Words("原因", "reason"), FieldType.CHOICE, options=_RETURNS), _SENTENCE)
_PROOFS: Final = Papers(Words("证明和承诺书", "proofs and commitment"), least=1, most=10)
_LETTER: Final = Papers(Words("文书", "letter"), most=3)


def _told_before_the_end(case: Case, values: Values, _on: date) -> Refusal | None:
    """An extension is told to the applicant before the limit ends; how long it may be, nobody has read."""
    run = case.runs.get("decide_by")
    if run is None or values["told_on"] <= run.told.rstrip("?"):
        return None
    said = f"延期要在期限（{run.told}）届满前告知申请人"
    return Refusal(Words(said, f"an extension is told to the applicant before the limit ends ({run.told})"))


def _act(
    name: A, zh: str, en: str, who: frozenset[Role], sources: set[S] | frozenset[S], target: S | Back | None,
    *fields: Field, guard: Guard | None = None, papers: Papers | None = None,
) -> Action:  # fmt: skip
    guards = () if guard is None else (guard,)
    kind = _EFFECTS.get(name)
    day, until = (each.name if each in fields else None for each in (_ON, _UNTIL))
    effect = None if kind is None else Effect(kind, day, until)
    freezes = facts.rules_now if name is A.SUBMIT else None
    return Action(name, Words(zh, en), who, frozenset(sources), target, fields, guards, papers, effect, freezes)


_EFFECTS: Final = {
    A.FIND_UNPUBLISHED: OutcomeKind.NOT_PUBLISHED,
    A.STOPPED: OutcomeKind.DISPLAY_ENDED,
    A.LEFT_TO_SECTOR: OutcomeKind.LEFT_TO_SECTOR,
    A.SUBMIT: OutcomeKind.APPLIED,
    A.RETURN: OutcomeKind.NOT_ACCEPTED,
    A.APPROVE: OutcomeKind.REPAIRED,
    A.REJECT: OutcomeKind.REJECTED,
    A.STILL_SHOWN: OutcomeKind.STILL_SHOWN,
    A.REAPPEARED: OutcomeKind.STILL_SHOWN,
    A.TAKEN_DOWN: OutcomeKind.TAKEN_DOWN,
    A.REVOKE: OutcomeKind.REPAIR_REVOKED,
    A.EXCLUDE: OutcomeKind.EXCLUDED,
    A.EXCLUSION_OVER: OutcomeKind.EXCLUSION_OVER,
    A.SHIELD: OutcomeKind.SHIELDED,
    A.PLAN_ENDED: OutcomeKind.SHIELD_ENDED,
    A.PLAN_DONE: OutcomeKind.REPAIRED,
    A.OBJECT: OutcomeKind.OBJECTED,
    A.UPHOLD: OutcomeKind.OBJECTION_DISMISSED,
    A.CORRECT: OutcomeKind.CORRECTED,
}
"""What of it all comes to something for the record."""

_ACTIONS: Final = (
    _act(A.STATE_FACTS, "更新事实", "state the facts anew", UNIT | LEAD, _PREPARING | _DECIDING, None,
         *facts.fact_fields(required=False), guard=facts.consistent),
    _act(A.FIND_UNPUBLISHED, "确认未公示", "not published", UNIT, {S.PUBLISHED}, S.UNPUBLISHED,
         guard=facts.not_published),
    _act(A.STOPPED, "最长公示期满，已停止公示", "stopped by itself", UNIT, {S.PUBLISHED, S.REPAIRABLE}, S.AUTO_STOPPED,
         guard=facts.stops_by_itself),
    _act(A.LEFT_TO_SECTOR, "期满未履行，按领域规定", "left to the sector's rules", UNIT, {S.PUBLISHED}, S.SECTOR_RULE,
         guard=facts.left_to_the_sector),
    _act(A.MAY_APPLY, "核对条件，可以申请", "may be applied for", FIRM | UNIT | LEAD, {S.PUBLISHED}, S.REPAIRABLE,
         guard=facts.may_apply),
    _act(A.CONSULT, "请求磋商辅导", "consult", FIRM | UNIT, {S.PUBLISHED, S.REPAIRABLE}, S.CONSULTING),
    _act(A.SUBMIT, "提交申请", "submit", FIRM, _APPLYING, S.SUBMITTED,
         *facts.claimed_fields(), _CONTACT,
         Field("query_code", Words("查询码", "query code"), FieldType.TEXT, False, most=60),
         guard=facts.may_apply_as_said, papers=_PROOFS),
    _act(A.RECEIVE, "收到推送的申请", "received", UNIT, {S.SUBMITTED}, S.PUSHED),
    _act(A.WANT_MORE, "要求补正", "want more", UNIT, {S.PUSHED}, S.SUPPLEMENT, *_CODED),
    _act(A.HAND_IN_MORE, "补正", "hand in more", FIRM, {S.SUPPLEMENT}, S.PUSHED, papers=_PROOFS),
    _act(A.RETURN, "不予受理", "not accepted", UNIT, {S.PUSHED}, S.REFUSED, *_CODED, papers=_LETTER),
    _act(A.TAKE_ON, "受理", "accept", UNIT, {S.PUSHED}, S.ACCEPTED, guard=facts.may_apply_as_said),
    _act(A.EXTEND, "延期", "extend", UNIT, {S.ACCEPTED}, S.EXTENDED,
         Field("told_on", Words("告知申请人的日期", "told on"), FieldType.DAY), _SENTENCE, guard=_told_before_the_end),
    _act(A.APPROVE, "予以修复", "approve", UNIT, {S.ACCEPTED, S.EXTENDED}, S.APPROVED, _ON,
         guard=facts.may_decide, papers=_LETTER),
    _act(A.REJECT, "不予修复", "reject", UNIT, {S.ACCEPTED, S.EXTENDED}, S.REJECTED, *_CODED, papers=_LETTER),
    _act(A.APPLY_AGAIN, "准备再次申请", "prepare another application", FIRM, {S.REFUSED, S.REJECTED}, S.REPAIRABLE),
    _act(A.STOP_DISPLAY, "停止公示并报送结果", "stop display", UNIT, {S.APPROVED}, S.SYNCING),
    _act(A.RECHECKED, "第一次复查，各处都已撤下", "first recheck: clean", FIRM | LEAD, {S.SYNCING}, S.SYNCED_ONCE,
         papers=_LETTER),
    _act(A.RECHECKED_TWICE, "第二次复查，各处都已撤下", "second recheck: clean", FIRM | LEAD, {S.SYNCED_ONCE},
         S.SYNCED_TWICE, papers=_LETTER),
    _act(A.RECHECKED_LAST, "第三次复查，办结", "third recheck: closed", FIRM | LEAD, {S.SYNCED_TWICE}, S.CLOSED,
         papers=_LETTER),
    _act(A.STILL_SHOWN, "仍有平台显示", "still shown somewhere", FIRM | LEAD,
         _SYNCING, S.SYNC_FAULT,
         _WHERE, papers=_LETTER),
    _act(A.REAPPEARED, "登记里又出现", "stated again by a register", frozenset(), _SETTLED, S.SYNC_FAULT,
         replace(_WHERE, required=False)),
    _act(A.TAKEN_DOWN, "已经撤下", "taken down", FIRM | LEAD, {S.SYNC_FAULT}, Back.WHENCE_IT_CAME),
    _act(A.REVOKE, "撤销修复", "revoke", UNIT, {S.CLOSED}, S.REVOKED, _ON, _SENTENCE, papers=_LETTER),
    _act(A.EXCLUDE, "限制申请", "exclude", UNIT, {S.REVOKED}, S.EXCLUDED, _ON, _UNTIL,
         guard=facts.exclusion_has_an_end, papers=_LETTER),
    _act(A.EXCLUSION_OVER, "限制期满", "the exclusion is over", UNIT | LEAD, {S.EXCLUDED}, S.PUBLISHED),
    _act(A.SHIELD, "临时屏蔽", "shield", UNIT, {S.PUBLISHED, S.REPAIRABLE, S.CONSULTING}, S.SHIELDED,
         Field("ruling", Words("法院裁定书文号", "ruling"), FieldType.TEXT, most=100), papers=_PROOFS),
    _act(A.PLAN_ENDED, "计划终止，恢复公示", "the plan was terminated", UNIT, {S.SHIELDED}, S.PUBLISHED, _ON),
    _act(A.PLAN_DONE, "执行完毕并修复", "the plan was carried out", UNIT, {S.SHIELDED}, S.CLOSED, _ON, papers=_LETTER),
    _act(A.OBJECT, "提出异议", "object", FIRM, _OPEN_TO_OBJECTION, S.OBJECTION,
         Field("what", Words("哪里不对", "what is wrong"), FieldType.CHOICE, options=(
             Option("content", Words("内容有误", "content")), Option("period", Words("期限有误", "period")))),
         _SENTENCE, papers=_LETTER),
    _act(A.UPHOLD, "异议不成立", "not upheld", UNIT, {S.OBJECTION}, Back.WHENCE_IT_CAME, _SENTENCE, papers=_LETTER),
    _act(A.CORRECT, "已更正", "corrected", UNIT, {S.PUBLISHED, S.REPAIRABLE, S.OBJECTION}, S.CORRECTED, _ON, _SENTENCE),
)  # fmt: skip


def _recurring(name: str, zh: str, en: str, against: Role, *states: S) -> Clock:
    return Clock(name, Words(zh, en), frozenset(states), against, RECURRING, Unit.CALENDAR_DAYS, repeats=True)


def _recheck(number: int, *states: S) -> Clock:
    words = Words(f"第 {number} 次复查", f"recheck {number}")
    fault = frozenset({S.SYNC_FAULT}) | _OBJECTION
    return Clock(
        f"recheck_{number}", words, frozenset(states), Role.LEAD_DEPARTMENT, RECHECKS[number - 1], Unit.CALENDAR_DAYS,
        goes_on_in=fault,
    )  # fmt: skip


_CLOCKS: Final = (
    _recurring("watch_published", "公示中，定期查看", "published: look again", Role.ENTERPRISE, S.PUBLISHED),
    _recurring("watch_repairable", "可以申请，尚未申请", "not applied for yet", Role.ENTERPRISE, S.REPAIRABLE),
    _recurring("watch_consulting", "磋商进行中", "consulting", Role.REPAIR_AUTHORITY, S.CONSULTING),
    Clock("push_by", Words("推送到认定单位", "the push"), frozenset({S.SUBMITTED}), Role.LEAD_DEPARTMENT, AT_ONCE),
    Clock(
        "feedback_by", Words("反馈办理结果", "the feedback"), frozenset({S.SUBMITTED, S.PUSHED, S.ACCEPTED}),
        Role.LEAD_DEPARTMENT, FEEDBACK, pauses_in=frozenset({S.SUPPLEMENT}), goes_on_in=_OBJECTION | {S.EXTENDED},
    ),
    Clock(
        "accept_by", Words("决定是否受理", "acceptance"), frozenset({S.PUSHED}), Role.REPAIR_AUTHORITY, ACCEPT,
        pauses_in=frozenset({S.SUPPLEMENT}), goes_on_in=_OBJECTION,
    ),
    Clock("supplement_by", Words("补正", "handing in more"), frozenset({S.SUPPLEMENT}), Role.ENTERPRISE, SUPPLEMENT),
    Clock(
        "decide_by", Words("作出修复决定", "the decision"), frozenset({S.ACCEPTED}), Role.REPAIR_AUTHORITY, DECIDE,
        goes_on_in=_OBJECTION,
    ),
    _recurring("watch_extended", "已延期，尚未决定", "extended", Role.REPAIR_AUTHORITY, S.EXTENDED),
    _recurring("watch_returned", "已退回，可再次申请", "returned", Role.ENTERPRISE, S.REFUSED, S.REJECTED),
    Clock("stop_by", Words("停止公示", "stopping display"), frozenset({S.APPROVED}), Role.REPAIR_AUTHORITY, AT_ONCE),
    _recheck(1, S.SYNCING),
    _recheck(2, S.SYNCING, S.SYNCED_ONCE),
    _recheck(3, S.SYNCING, S.SYNCED_ONCE, S.SYNCED_TWICE),
    Clock("fault_by", Words("撤下仍显示的", "taking down"), frozenset({S.SYNC_FAULT}), Role.LEAD_DEPARTMENT, ANSWER),
    _recurring("watch_excluded", "修复已撤销", "the repair was revoked", Role.REPAIR_AUTHORITY, S.REVOKED),
    Clock(
        "excluded_until", Words("限制申请期", "no application is taken"), frozenset({S.EXCLUDED}),
        Role.REPAIR_AUTHORITY, facts.EXCLUSION, Unit.MONTHS, goes_on_in=_OBJECTION, on_expiry=A.EXCLUSION_OVER,
        since=_ON.name, until=_UNTIL.name,
    ),
    _recurring("watch_shielded", "临时屏蔽中", "shielded", Role.ENTERPRISE, S.SHIELDED),
    Clock("objection_by", Words("办理异议", "the objection"), _OBJECTION, Role.REPAIR_AUTHORITY, OBJECTION),
)  # fmt: skip

DEFINITION: Final = Definition(
    kind="credit-repair",
    version="2026-11-24",
    words=Words("信用修复", "credit repair"),
    parts=(
        Part(Role.ENTERPRISE, Words("信用主体", "the party")),
        Part(Role.REPAIR_AUTHORITY, Words("认定单位", "the recognising unit")),
        Part(Role.LEAD_DEPARTMENT, Words("公共信用建设综合部门", "the lead department")),
    ),
    opens=FIRM | UNIT | LEAD,
    first=S.PUBLISHED,
    alike=facts.alike,
    about_record="record",
    reappearance=Reappearance(
        A.REAPPEARED,
        frozenset({OutcomeKind.REPAIRED, OutcomeKind.CORRECTED, OutcomeKind.DISPLAY_ENDED}),
        facts.displayed,
    ),
    fields=(
        Field("record", Words("记录编号", "record"), FieldType.TEXT, most=600),
        *facts.fact_fields(required=True),
    ),
    states=(
        State(S.PUBLISHED, Words("公示中", "published")),
        State(S.UNPUBLISHED, Words("未公示", "not published"), end=True),
        State(S.REPAIRABLE, Words("可以申请", "may be applied for")),
        State(S.CONSULTING, Words("磋商辅导中", "consulting")),
        State(S.SUBMITTED, Words("已提交", "submitted")),
        State(S.PUSHED, Words("认定单位已收到", "received by the unit")),
        State(S.SUPPLEMENT, Words("待补正", "more is wanted")),
        State(S.REFUSED, Words("不予受理", "not accepted")),
        State(S.ACCEPTED, Words("已受理", "accepted")),
        State(S.EXTENDED, Words("已延期", "extended")),
        State(S.APPROVED, Words("予以修复", "approved")),
        State(S.REJECTED, Words("不予修复", "rejected")),
        State(S.SYNCING, Words("各处撤下中", "being taken down everywhere")),
        State(S.SYNCED_ONCE, Words("已复查一次", "rechecked once")),
        State(S.SYNCED_TWICE, Words("已复查两次", "rechecked twice")),
        State(S.SYNC_FAULT, Words("仍有平台显示", "still shown somewhere")),
        State(S.CLOSED, Words("已办结", "closed"), end=True),
        State(S.REVOKED, Words("修复被撤销", "repair revoked")),
        State(S.EXCLUDED, Words("限制申请期内", "excluded")),
        State(S.SHIELDED, Words("临时屏蔽", "shielded")),
        State(S.OBJECTION, Words("异议办理中", "objection")),
        State(S.CORRECTED, Words("已更正", "corrected"), end=True),
        State(S.AUTO_STOPPED, Words("期满停止公示", "stopped by itself"), end=True),
        State(S.SECTOR_RULE, Words("按领域规定办理", "left to the sector's rules"), end=True),
    ),
    actions=_ACTIONS,
    clocks=_CLOCKS,
    interviews=(Interview(A.SUBMIT, (*facts.ASKED, _CONTACT.name), facts.matters, _APPLYING, MATERIALS),),
    matters=matters.matters(_PREPARING, frozenset({S.ACCEPTED, S.EXTENDED})),
    openings=(
        Opening(
            A.MAY_APPLY,
            Role.ENTERPRISE,
            Words("今天起可以申请修复", "repair may be applied for from today on"),
            left_to_hand_in,
        ),
    ),
    notices=(
        Notice("open", FIRM | UNIT, Words("信用修复案件已建立", "a case of credit repair was opened")),
        Notice(A.CONSULT, FIRM | UNIT, Words("对方请求磋商", "the other side wants to consult")),
        Notice(A.SUBMIT, UNIT | LEAD, Words("企业已提交修复申请", "an application was submitted")),
        Notice(A.WANT_MORE, FIRM, Words("申请需要补正", "more is wanted on the application")),
        Notice(A.HAND_IN_MORE, UNIT, Words("企业已补正", "more was handed in")),
        Notice(A.RETURN, FIRM, Words("申请不予受理，原因见案件", "the application was not accepted")),
        Notice(A.TAKE_ON, FIRM, Words("申请已受理", "the application was accepted")),
        Notice(A.EXTEND, FIRM, Words("办理期限延长", "the limit was extended")),
        Notice(A.APPROVE, FIRM | LEAD, Words("予以修复", "the repair was approved")),
        Notice(A.REJECT, FIRM, Words("不予修复，原因见案件", "the repair was rejected")),
        Notice(A.STOP_DISPLAY, FIRM | LEAD, Words("已停止公示，请按清单复查", "display stopped: recheck the copies")),
        Notice(A.STILL_SHOWN, LEAD | UNIT, Words("仍有平台显示已修复的信息", "a repaired record is still shown")),
        Notice(A.REAPPEARED, FIRM | UNIT | LEAD, Words("已处理的记录又出现在登记里", "a settled record is back")),
        Notice(A.EXCLUDE, FIRM, Words("限制申请", "no application is taken for some time")),
        Notice(A.EXCLUSION_OVER, FIRM | UNIT, Words("限制申请期满，可以再申请", "the exclusion is over")),
        Notice(A.REVOKE, FIRM, Words("修复被撤销", "the repair was revoked")),
        Notice(A.OBJECT, UNIT, Words("企业提出异议", "an objection was made")),
        Notice(A.UPHOLD, FIRM, Words("异议有了结果", "the objection was answered")),
        Notice(A.CORRECT, FIRM, Words("信息已更正", "the record was corrected")),
    ),
)
DEFINITIONS: Final = (DEFINITION,)
