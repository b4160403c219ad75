"""What may be negotiated in a credit repair 可以磋商的事项, and the limit of each that no agreement crosses.

No text was found that lets anybody shorten a minimum period or waive performance: room lies only here. That these
matters are open to agreement is our own inference, which is why their law is marked unverified.
"""

from datetime import date
from typing import Final

from cases.accounts import Role
from cases.case import Case
from cases.definition import Crossed, Field, FieldType, Limit, Matter, Option, Refusal, Values, Words
from cases.definitions.credit_repair.facts import FINE_CLASS, citation, finding
from rules.calendar import months_after
from rules.credit_repair.facts import CHINESE, Band
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.matter import BOOK
from rules.credit_repair.texts import NDRC_36, NONE_FOUND, PLAN_22
from rules.law import ReadingMark
from rules.parameters import period

INFERRED: Final = NONE_FOUND.at("磋商事项", ReadingMark.UNVERIFIED)
DUTIES_FIRST: Final = NDRC_36.at("第三章 申请条件", ReadingMark.READ)
PAPERS: Final = PLAN_22.at("申请材料", ReadingMark.SECONDARY)
MINOR: Final = BOOK.parameter("NDRC-36.minor", period)


def _text(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, Words(zh, en), FieldType.TEXT, required, most=500)


def _day(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, Words(zh, en), FieldType.DAY, required)


def _crossed(zh: str, en: str) -> Crossed:
    return Crossed(Words(zh, en), INFERRED)


# --- the limits -------------------------------------------------------------------------------------------------------


def one_of_the_classes(case: Case, values: Values, _on: date) -> Crossed | None:
    """A fine is classed where there is one, and not against what is classed already."""
    stated = case.stated()
    if "fine" not in stated.get("sanctions", ()):
        return _crossed("这份决定没有罚款，没有可分的档", "this decision has no fine that could be classed")
    if stated.get("fine_band") not in (None, values.get("fine_band")):
        return _crossed("罚款已按标准或由单位分档，不能再商定为别的档", "the fine is classed already, and not so")
    return None


def not_before_the_minimum(case: Case, values: Values, on: date) -> Crossed | None:
    """No agreement lets an application come before the minimum period is over."""
    found = finding(case, on)
    if isinstance(found, Refusal) or "day" not in values:
        return None
    first = found.values.not_before
    if first is None or date.fromisoformat(values["day"]) >= first:
        return None
    clause = citation(found, "MIN_PERIOD_NOT_ELAPSED") or INFERRED
    zh, en = f"最短公示期未满，最早 {first} 可以申请", f"the minimum period ends before {first}, the first day to apply"
    return Crossed(Words(zh, en), clause, Words(f"把申请日期改到 {first} 或以后", f"propose {first} or a later day"))


def minor_for_three_months(case: Case, values: Values, on: date) -> Crossed | None:
    """Only a minor item may stay unpublished, and published it is for at most the months of the law."""
    found = finding(case, on)
    if not isinstance(found, Refusal) and found.values.gravity not in (Gravity.MINOR, Gravity.UNDETERMINED):
        return _crossed("这条记录不是轻微类，应当公示", "this record is not minor: it is published")
    version = MINOR.version(on)
    most = version.value.max
    if most is not None and values.get("months", 0) > most:
        words = Words(f"轻微类最长公示 {most} 个月", f"a minor item is published for at most {most} months")
        return Crossed(words, version.citation, Words(f"公示月数改成 {most} 或更少", f"propose at most {most} months"))
    return None


def whole_before_approval(_case: Case, values: Values, _on: date) -> Crossed | None:
    """What counts as performed may be agreed, that it is whole before the approval may not be agreed away."""
    if values.get("whole_before_approval", True):
        return None
    words = Words("义务须在批准修复前全部履行完", "all duties are done before the approval")
    return Crossed(words, DUTIES_FIRST, Words("“批准前全部完成”选“是”", "propose that all is done before the approval"))


def performed_when_paid(_case: Case, values: Values, _on: date) -> Crossed | None:
    """A fine paid in instalments counts as performed when the last one is paid."""
    last, performed = values.get("last_payment"), values.get("performed_on")
    if last is None or performed is None or performed >= last:
        return None
    words = Words("分期缴纳的，最后一笔缴清才算履行完毕", "with instalments the duty is done when the last one is paid")
    return Crossed(words, DUTIES_FIRST, Words(f"视为履行完毕日改到 {last} 或以后", f"propose {last} or a later day"))


def nothing_beyond_the_law(_case: Case, values: Values, _on: date) -> Crossed | None:
    if values.get("asked") and not values.get("basis"):
        words = Words("不能要求法律和部门规定以外的材料；要求材料要写明依据", "no paper beyond law or department rule")
        return Crossed(words, PAPERS, Words("写明依据，或者不要求这份材料", "name the basis, or do not ask for it"))
    return None


def told_before_the_end(case: Case, values: Values, on: date) -> Crossed | None:
    """An extension is told to the applicant before the limit ends."""
    run, told = case.runs.get("decide_by"), values.get("told_on", on.isoformat())
    if run is None or "extended_to" not in values or told <= run.told.rstrip("?"):
        return None
    zh, en = f"延期要在期限（{run.told}）届满前告知申请人", f"an extension is told before the limit ends ({run.told})"
    return _crossed(zh, en)


def shield_is_temporary(case: Case, values: Values, on: date) -> Crossed | None:
    """A shield rests on a ruling and ends with the plan."""
    ends = values.get("ends_on")
    if case.stated().get("bankruptcy_stage") not in ("plan_approved", "settlement_recognised"):
        return _crossed(
            "没有正在执行的重整计划或和解协议，不能临时屏蔽", "no plan or settlement runs: nothing to shield"
        )
    if ends is not None and date.fromisoformat(ends) > months_after(on, 120):
        return _crossed("屏蔽是临时的，须写明计划的期限", "the shield is temporary: it ends with the plan")
    return None


def each_on_its_own(_case: Case, values: Values, _on: date) -> Crossed | None:
    order = values.get("records", ())
    if values.get("one_application") or len(set(order)) < len(order):
        return _crossed("每条记录各自申请，不能并成一件", "each record is an application of its own")
    return None


# --- the matters ------------------------------------------------------------------------------------------------------


def matters(consulting: frozenset[str], deciding: frozenset[str]) -> tuple[Matter, ...]:
    """The matters, each open where a case is being prepared; on-site checks where it is being decided."""

    def matter(
        name: str, zh: str, en: str, fields: tuple[Field, ...], limit: Limit, *, by: Role = Role.REPAIR_AUTHORITY,
        open_in: frozenset[str] = consulting,
    ) -> Matter:  # fmt: skip
        between = frozenset({Role.ENTERPRISE, by})
        return Matter(name, Words(zh, en), between, by, fields, limit, INFERRED, open_in)

    bands = tuple(Option(each.value, Words(CHINESE[each], each.value)) for each in Band)
    return (
        matter(
            FINE_CLASS, "罚款分档", "class of the fine",
            (
                Field("fine_band", Words("档次", "class"), FieldType.CHOICE, options=bands),
                _text("standard", "所依据的标准或书面认定", "standard or written classification"),
            ),
            one_of_the_classes,
        ),
        matter("filing_day", "申请日期", "day of filing", (_day("day", "计划申请日", "day"),), not_before_the_minimum),
        matter(
            "minor_publication", "轻微信息是否公示", "publication of a minor item",
            (
                Field("publish", Words("是否公示", "published"), FieldType.YES_NO),
                Field("months", Words("公示月数", "months"), FieldType.WHOLE, False, least=0, most=120),
            ),
            minor_for_three_months,
        ),
        matter(
            "performed", "什么算纠正和履行", "what counts as corrected",
            (
                Field("list", Words("完成清单", "what is to be done"), FieldType.LIST, most=20),
                _day("until", "完成日期", "until"),
                Field("whole_before_approval", Words("批准前全部完成", "whole before approval"), FieldType.YES_NO),
            ),
            whole_before_approval,
        ),
        matter(
            "instalments", "罚款分期或延期缴纳", "instalments of the fine",
            (
                Field("count", Words("期数", "instalments"), FieldType.WHOLE, least=1, most=60),
                _day("last_payment", "最后一笔缴纳日", "last payment"),
                _day("performed_on", "视为履行完毕日", "counts as performed on"),
            ),
            performed_when_paid,
        ),
        matter(
            "proofs", "证明材料由谁取得", "who fetches which proof",
            (
                Field("fetched", Words("由单位调取的材料", "fetched by the office"), FieldType.LIST, False, most=20),
                Field("asked", Words("另须提交的材料", "asked for beside"), FieldType.LIST, False, most=20),
                _text("basis", "要求提交的依据", "on what basis", required=False),
                _day("until", "补齐日期", "until"),
            ),
            nothing_beyond_the_law,
        ),
        matter(
            "on_site", "现场核查与延期", "on-site check, extension",
            (
                _day("visit_on", "核查日", "day of the visit"),
                _day("extended_to", "延期到", "extended to", required=False),
                _day("told_on", "告知申请人的日期", "told on", required=False),
            ),
            told_before_the_end, open_in=deciding,
        ),
        matter(
            "shield", "破产重整期间临时屏蔽", "shield during bankruptcy",
            (_text("ruling", "法院裁定书文号", "number of the ruling"), _day("ends_on", "计划期限届满日", "ends on")),
            shield_is_temporary,
        ),
        matter(
            "order", "几条记录的先后", "order of several records",
            (
                Field("records", Words("先后次序", "records in order"), FieldType.LIST, most=50),
                Field("one_application", Words("并为一件申请", "as one application"), FieldType.YES_NO, False),
            ),
            each_on_its_own, by=Role.LEAD_DEPARTMENT,
        ),
    )  # fmt: skip
