"""信用修复告知书 The notice that goes out with a decision: the days, what to do, where, and a code to the record.

A Word document, so that the authority can look it over and set its seal. It is written here and not filled into a
template: each part of it depends on what is known, and a document is easier to change than a language inside one.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Final

import segno
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from lianxin.errors import NotInForce
from rules.answer import Answer
from rules.credit_repair import guidance
from rules.credit_repair.codes import CODES
from rules.credit_repair.deadlines import DAYS, FEEDBACK
from rules.credit_repair.facts import CHINESE, Sanction, System
from rules.credit_repair.guidance import Guidance
from rules.law import Citation, ReadingMark
from services.one_record import DaysOfWay, OneRecord, days, may_be_filed, steps, whys
from services.word_paper import BLANK, as_file, heading, line, new_paper, run, signed, table, title_line

TITLE: Final = "信用修复告知书"
SYNTHETIC: Final = "合成数据，不是真实的决定"
UNREAD: Final = frozenset({ReadingMark.FRAGMENT, ReadingMark.UNVERIFIED})
ERROR_CORRECTION: Final = "m"  # a seventh of the code may be unreadable: it is printed on paper


def qr_png(address: str) -> bytes:
    """A QR code 二维码 of an address as a picture."""
    file = io.BytesIO()
    segno.make(address, error=ERROR_CORRECTION, micro=False).save(file, kind="png", scale=8, border=4)
    return file.getvalue()


def notice_docx(record: OneRecord, address: str) -> bytes:
    """The notice of a record with a code to its page."""
    paper = new_paper(TITLE, record.on)
    _head(paper, record)
    _what(paper, record)
    _when(paper, record)
    _do(paper, record)
    _where(paper, record)
    _wrong(paper)
    _code(paper, record, address)
    _rests_on(paper, record)
    _end(paper, record)
    return as_file(paper)


def cited(citation: Citation) -> str:
    """A citation with how it was read; what is only a fragment or an inference says that it is not verified."""
    mark = citation.mark
    unread = "，未核实" if mark in UNREAD and mark is not ReadingMark.UNVERIFIED else ""
    return f"{citation}〔{mark.value} {mark.chinese}{unread}〕"


# --- the parts --------------------------------------------------------------------------------------------------------


def _head(paper: Paper, record: OneRecord) -> None:
    title_line(paper, TITLE)
    if record.synthetic:
        made_up = paper.add_paragraph()
        made_up.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run(made_up, SYNTHETIC, bold=True)
    line(paper, f"{record.party or BLANK}：")
    decided = f" {_day(record)} 作出的{record.kind}" + (f"（{record.number}）" if record.number else "")
    line(paper, f"{record.authority}{decided}，可以怎样修复信用，告知如下。{guidance.RIGHT.text}。")
    line(paper, f"依据：{cited(guidance.RIGHT.citation)}", small=True)
    line(paper, f"信用修复不收费。有人收钱“代办”，请扫下面的码举报。〔{_mark(guidance.FREE)}〕", bold=True)


def _what(paper: Paper, record: OneRecord) -> None:
    heading(paper, "一、这条记录")
    rows = [("认定单位", record.authority), ("文号", record.number or "登记没有写"), ("日期", _day(record))]
    rows += [("种类", record.kind), *_sanctions(record)]
    rows += [(why.label, _with(why.text, why.citations)) for why in whys(record) if why.label in ("类别", "起算")]
    table(paper, None, rows)


def _sanctions(record: OneRecord) -> Iterable[tuple[str, str]]:
    facts = record.facts
    if facts is not None and facts.sanctions:
        fine = f"，罚款 {facts.fine_yuan:,f} 元" if facts.fine_yuan is not None else ""
        yield "处罚", "、".join(CHINESE[each] for each in Sanction if each in facts.sanctions) + fine


def _when(paper: Paper, record: OneRecord) -> None:
    heading(paper, "二、哪天可以申请修复")
    line(paper, answer_line(record))
    found = days(record)
    if found:
        heads = ("情形", "最早可以申请", "最短公示到", "最长公示到")
        table(paper, heads, [_cells(each) for each in found])
        line(paper, "最长公示期满、义务已经履行完的，自动停止公示；没有履行完的，由该领域的规则决定。", small=True)
    if len(found) > 1:
        line(paper, "有的事实还不知道，每种可能都算了一遍，由认定单位定。", small=True)
    if record.explanation is not None:
        for note in record.explanation.notes:
            line(paper, f"注意：{note.code.zh}。", small=True)


def answer_line(record: OneRecord) -> str:
    """What the rules say on the day of the notice, in one sentence."""
    finding = record.finding
    if finding is None:
        return f"{record.on}：没有判定，{record.no_finding}。"
    reasons = "；".join(CODES[code].zh for code in sorted(finding.reasons))
    said = {
        Answer.YES: "现在可以申请。",
        Answer.NOT_YET: f"现在还不能申请：{reasons}。",
        Answer.NO: f"不能申请：{reasons}。",
        Answer.REVIEW: f"要由认定单位判定：{reasons}。",
        Answer.NOT_APPLICABLE: f"不用申请：{reasons}。",
    }
    return f"按 {record.on} 已知的事实，{said[finding.answer]}"


def _cells(each: DaysOfWay) -> tuple[str, str, str, str]:
    label = each.assumed or (each.gravity.chinese if each.start else "")
    return label, _first(each), _or(each.min_end, "没有最短期"), _or(each.last, "不自动停止")


def _first(each: DaysOfWay) -> str:
    if each.ended:
        return "义务履行完的，已不再公示"
    if each.first is None:
        return "定不出日期"
    return f"不用申请，{each.first} 起不再公示" if each.automatic else f"{each.first}"


def _or(day: object, otherwise: str) -> str:
    return otherwise if day is None else str(day)


def _do(paper: Paper, record: OneRecord) -> None:
    heading(paper, "三、要办什么")
    found = steps(record)
    for number, step in enumerate(found, 1):
        who = "" if step.mine else "（由单位办）"
        line(paper, f"{number}. {step.title}{who}。{step.detail}")
    if may_be_filed(record):
        line(paper, f"{len(found) + 1}. 到了上面的日期，提交申请。")
    elif not found:
        line(paper, "不用申请，没有要办的事。")


def _where(paper: Paper, record: OneRecord) -> None:
    heading(paper, "四、在哪里办，交什么，等多久")
    if record.channel is not None:
        _told(paper, "渠道", record.channel)
    _told(paper, "材料", guidance.PAPERS)
    for limit in _limits(record):
        line(paper, limit, small=True)
    line(paper, "本告知书由平台算日期；平台不能代为提交，决定由认定单位作出。")


def _limits(record: OneRecord) -> Iterable[str]:
    """The time limits after an application, in working days; feedback is that of Credit China."""
    if not may_be_filed(record) or record.facts is None:
        return
    through = record.facts.authority_system
    for title, parameter in zip(("受理", "作出决定（从受理起）", "“信用中国”反馈（从提交起）"), DAYS, strict=True):
        if parameter is FEEDBACK and through is not System.NDRC:
            continue
        try:
            version = parameter.version(record.on)
        except NotInForce:
            return
        yield f"{title}：{version.value} 个{parameter.unit}。{cited(version.citation)}"


def _wrong(paper: Paper) -> None:
    heading(paper, "五、写错了，或有不同看法")
    _told(paper, "异议", guidance.OBJECTION)
    _told(paper, "磋商", guidance.NEGOTIATION)


def _code(paper: Paper, record: OneRecord, address: str) -> None:
    heading(paper, "六、扫码看这一条的最新情况")
    holder = paper.add_paragraph()
    picture = holder.add_run().add_picture(io.BytesIO(qr_png(address)), width=Mm(38))
    picture._inline.docPr.set("descr", f"二维码：{record.authority} {record.number or _day(record)} 的网页")
    line(paper, "不用登录，只显示这一条，不显示名称和别的记录。请像保管决定书一样保管这个码。", small=True)
    line(paper, address, small=True)


def _rests_on(paper: Paper, record: OneRecord) -> None:
    heading(paper, "七、还没有核实的")
    found = () if record.explanation is None else record.explanation.to_confirm
    if not found:
        line(paper, "没有。", small=True)
    for each in found:
        line(paper, f"{each.what}：{each.why}", small=True)
    marks = "；".join(f"{mark.value} {mark.chinese}" for mark in ReadingMark)
    line(paper, f"读取状态：{marks}。没有人读到的条文，不写条号。", small=True)


def _end(paper: Paper, record: OneRecord) -> None:
    version = None if record.finding is None else record.finding.version
    rules = "" if version is None else f"；规则 {version.id}，摘要 {version.digest[:12]}"
    line(paper, f"计算日期 {record.on}{rules}。由认定单位核对后送达。", small=True)
    signed(paper, record.authority)


def _day(record: OneRecord) -> str:
    return record.day.isoformat() if record.day is not None else "日期未写明"


def _told(paper: Paper, label: str, told: Guidance) -> None:
    line(paper, f"{label}：{told.text}。")
    line(paper, f"依据：{cited(told.citation)}", small=True)


def _mark(told: Guidance) -> str:
    return f"{told.citation.mark.value} {told.citation.mark.chinese}"


def _with(text: str, citations: Sequence[Citation]) -> str:
    return "\n".join([text, *(cited(each) for each in citations)])
