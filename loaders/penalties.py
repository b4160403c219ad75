"""Administrative penalties 行政处罚 in the table of the 双公示 standard of 2018, an increment.

The columns, their codes and what is required are the standard's. A file may write the codes (CF_WSH …), the Chinese
headings, or the headings of public exports that differ from them; money is in 万元, days are yyyy/MM/dd, and
2099/12/31 says that there is no end. Columns about natural persons are read and dropped.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from graph import names
from graph.identifiers import Uscc
from graph.ontology import Institution, IssuedBy, PartyKind, Penalty, Sanction, Unknown, YesNo
from loaders.credit import (
    NATURAL_PERSON,
    PARTY_TRUST,
    Cell,
    CreditRow,
    Personal,
    Stated,
    column,
    headings,
    mark,
    may_lack,
    party_of,
    personal_headings,
    plain_amount,
    plain_heading,
    refuse_other_party,
    required_day,
    term,
    yuan,
)
from loaders.loader import Format, Notes, Refused, SourceFile, Statement, skip

_NATURAL = "of a natural person: read and dropped, never stored"
_UNUSED_CODE = "not stored: no enterprise is known by it, and of sole traders it may be an identity number"


class PenaltyRow(CreditRow):
    """行政处罚 One penalty against one party (双公示 2018, 30 columns)."""

    party_name: Cell = column("CF_XDR_MC", "行政相对人名称", "name of the party")
    party_kind: Cell = column("CF_XDR_LB", "行政相对人类别", "法人及非法人组织, 个体工商户 or 自然人")
    party_uscc: Cell = column("CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)", "unified social credit code")
    registration_no: Cell = may_lack("CF_XDR_GSZC", "行政相对人代码_2(工商注册号)", "registration number, older firms")
    organisation_code: Cell = may_lack("CF_XDR_ZZJG", "行政相对人代码_3(组织机构代码)", "nine characters")
    tax_no: Cell = may_lack("CF_XDR_SWDJ", "行政相对人代码_4(税务登记号)", _UNUSED_CODE)
    public_institution_no: Cell = may_lack("CF_XDR_SYDW", "行政相对人代码_5(事业单位证书号)", _UNUSED_CODE)
    association_no: Cell = may_lack("CF_XDR_SHZZ", "行政相对人代码_6(社会组织登记证号)", _UNUSED_CODE)
    representative: Personal = may_lack("CF_FRDB", "法定代表人", _NATURAL)
    representative_paper: Personal = may_lack("CF_FR_ZJLX", "法定代表人证件类型", _NATURAL)
    representative_no: Personal = may_lack("CF_FR_ZJHM", "法定代表人证件号码", _NATURAL)
    person_paper: Personal = may_lack("CF_XDR_ZJLX", "证件类型", _NATURAL)
    person_no: Personal = may_lack("CF_XDR_ZJHM", "证件号码", _NATURAL)
    document_no: Cell = column("CF_WSH", "行政处罚决定书文号", "number of the decision, one of the authority's own")
    offence: Cell = column("CF_WFXW", "违法行为类型", "kind of offence")
    offence_facts: Cell = column("CF_SY", "违法事实", "what was found")
    grounds: Cell = column("CF_YJ", "处罚依据", "legal basis")
    kinds: Cell = column("CF_CFLB", "处罚类别", "kinds of penalty, several joined")
    content: Cell = column("CF_NR", "处罚内容", "what the decision orders")
    fine: Cell = may_lack("CF_NR_FK", "罚款金额（万元）", "fine in units of 10,000 yuan")
    confiscated: Cell = may_lack(
        "CF_NR_WFFF", "没收违法所得、没收非法财物的金额（万元）", "amount confiscated, in units of 10,000 yuan"
    )
    licence: Cell = may_lack("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", "licence suspended or revoked")
    document_date: Cell = column("CF_JDRQ", "处罚决定日期", "day of the decision")
    effective_until: Cell = column("CF_YXQ", "处罚有效期", "last day of its effect; 2099/12/31: no end")
    publication_until: Cell = may_lack("CF_GSJZQ", "公示截止期", "last day of publication; 2099/12/31: no end")
    authority: Cell = column("CF_CFJG", "处罚机关", "authority that decided")
    authority_uscc: Cell = column("CF_CFJGDM", "处罚机关统一社会信用代码", "its unified social credit code")
    source_unit: Cell = column("CF_SJLY", "数据来源单位", "unit that reported the row")
    source_unit_uscc: Cell = column("CF_SJLYDM", "数据来源单位统一社会信用代码", "its unified social credit code")
    remark: Cell = may_lack("BZ", "备注", "not stored, but 合成数据 here says that the row is made up")
    exported_at: Cell = may_lack("数据导出时间", "数据导出时间", "not stored: of the export, not of the penalty")
    row_id: Cell = may_lack("企业id", "企业id", "not stored: a number inside the exporting system")


_VARIANTS = {
    "CF_XDR_ZJHM": ("行政相对人代码_5(居民身份证号)",),
    "CF_FR_ZJHM": ("法定代表人身份证号", "CF_FR_SFZH"),
    "CF_FRDB": ("法定代表人姓名",),
    "CF_WFXW": ("WEIFAXINGWEILX",),
    "CF_SY": ("WEIFASHISHI",),
    "CF_YJ": ("CHUFAYIJU",),
    "CF_CFLB": ("CHUFALEIBIE",),
    "CF_NR": ("CHUFANEIRONG",),
    "CF_NR_FK": ("处罚金额（万元）",),
    "CF_NR_WFFF": ("没收违法所得", "没收金额（万元）", "没收违法所得、没收非法财物"),
    "CF_JDRQ": ("CHUFAJUEDINGRQ",),
    "CF_YXQ": ("CHUFAYOUXIAOQ",),
    "CF_GSJZQ": ("GONGSHIJIEZHIQ", "公示截止日期"),
    "CF_CFJG": ("CHUFAJIGUAN",),
    "CF_CFJGDM": ("CHUFAJIGUANTYSHXYDM",),
    "CF_SJLY": ("SHUJULAIYUANDW", "数据来源"),
    "CF_SJLYDM": ("数据来源单位统一社会信用代",),  # cut at the line end of a report
}
"""Headings of public exports of this table that spacing, width and brackets do not explain."""

_CODES = {
    "统一社会信用代码": "CF_XDR_SHXYM",
    "工商注册号": "CF_XDR_GSZC",
    "工商登记码": "CF_XDR_GSZC",
    "组织机构代码": "CF_XDR_ZZJG",
    "税务登记号": "CF_XDR_SWDJ",
    "税务登记码": "CF_XDR_SWDJ",
    "事业单位证书号": "CF_XDR_SYDW",
    "社会组织登记证号": "CF_XDR_SHZZ",
}
_NUMBERED = re.compile(r"(?:行政相对人代码_[1-6])?\(?([^()]+)\)?")
_HEADINGS = headings(PenaltyRow, _VARIANTS)


def meaning(heading: str) -> str:
    """The column of a heading. Of the party's codes the words decide: exports number them differently."""
    plain = plain_heading(heading)
    words = _NUMBERED.fullmatch(plain)
    return _HEADINGS.get(plain) or (words and _CODES.get(words[1])) or heading


# --- values -----------------------------------------------------------------------------------------------------------

REQUIRED_EMPTY = "empty although the standard requires it: "
CODE_ELSEWHERE = "unified social credit code taken from the column of another code"
AUTHORITY_WITHOUT_CODE = "authority without a valid code: known by its name alone"
AMOUNT_DIFFERS = "fine differs from the amount in the content of the penalty"
FINE_OF_ZERO = "fine of 0 although the kind of penalty is a fine: not known"
COLUMN_FULL = "fine of 9.999999: the most that some exports can write, so not known"
KIND_NOT_KNOWN = "kind of penalty outside the list, or not told by the content: taken as another kind"

_OTHER_CODES = ("registration_no", "organisation_code", "tax_no", "public_institution_no", "association_no")
_COLUMN_FULL = Decimal("99999.99")  # yuan: a decimal(7,6) column in 万元 cannot hold more
_FINE_IN_TEXT = re.compile(r"罚款(?:人民币)?(?:计|共计|合计)?:?([0-9][0-9,]*(?:\.[0-9]+)?)(万)?元")

_PAPER = r"(?:许可证件?|执照|证照|\w{0,6}证)?"
_EITHER = re.compile(rf"暂扣(?:或者?|、|/)吊销{_PAPER}")
_SUSPEND, _REVOKE = re.compile(rf"暂扣{_PAPER}"), re.compile(rf"吊销{_PAPER}")
_PATTERNS = (
    (re.compile("警告"), Sanction.WARNING),
    (re.compile("通报批评"), Sanction.CRITICISM),
    (re.compile("罚款"), Sanction.FINE),
    (re.compile("没收违法所得"), Sanction.CONFISCATE_INCOME),
    (re.compile("没收非法财物"), Sanction.CONFISCATE_GOODS),
    (_SUSPEND, Sanction.SUSPEND_LICENCE),
    (re.compile("降低资质等级"), Sanction.DOWNGRADE_QUALIFICATION),
    (_REVOKE, Sanction.REVOKE_LICENCE),
    (re.compile("限制开展生产经营活动"), Sanction.RESTRICT_BUSINESS),
    (re.compile("(?:责令)?停产停业"), Sanction.STOP_PRODUCTION),
    (re.compile("责令关闭"), Sanction.CLOSE),
    (re.compile("限制从业"), Sanction.EMPLOYMENT_BAN),
)
"""The kinds of 行政处罚法 2021, art. 9, in the words of the law."""
_JOINS = re.compile(r"[;,、/|+和及并\s()]*")


def sanctions(kinds: str, content: str, licence: str | None) -> tuple[Sanction, ...]:
    """The kinds of penalty in the text of 处罚类别; OTHER stands for what is in no list.

    暂扣或吊销 is one kind and one column (`licence`) of the standard, and some exports write 没收 alone: the content
    says which it was, else it is neither.
    """
    left, decided = unicodedata.normalize("NFKC", kinds), unicodedata.normalize("NFKC", content)
    found: set[Sanction] = set()
    if _EITHER.search(left) or (licence is not None and not re.search("暂扣|吊销", left)):
        found.add(_one_of(decided, ("暂扣", Sanction.SUSPEND_LICENCE), ("吊销", Sanction.REVOKE_LICENCE)))
        left = _EITHER.sub("", left)
    for pattern, sanction in _PATTERNS:
        if pattern.search(left):
            left = pattern.sub("", left)
            found.add(sanction)
    if "没收" in left:
        found.add(_one_of(decided, ("违法所得", Sanction.CONFISCATE_INCOME), ("财物", Sanction.CONFISCATE_GOODS)))
        left = left.replace("没收", "")
    if not _JOINS.fullmatch(left):
        found.add(Sanction.OTHER)
    return tuple(sanction for sanction in Sanction if sanction in found)


def _one_of(content: str, one: tuple[str, Sanction], other: tuple[str, Sanction]) -> Sanction:
    """The sanction whose word stands in the content, where the other's does not; else OTHER."""
    found = [sanction for word, sanction in (one, other) if word in content]
    return found[0] if len(found) == 1 else Sanction.OTHER


def _kind(row: PenaltyRow) -> PartyKind:
    value = row.required("party_kind")
    if "个体" in value:
        return PartyKind.SOLE_TRADER
    if ("自然人" in value and "非自然人" not in value) or value in ("个人", "公民"):
        skip(NATURAL_PERSON)
    if re.search(r"法人|组织|企业|单位|机构|公司|非自然人", value):
        return PartyKind.ORGANISATION
    problem = "is not a kind of party (法人及非法人组织, 个体工商户, 自然人)", "不是当事人类别"
    raise Refused(row.heading("party_kind"), value, *problem)


def _party_code(row: PenaltyRow, notes: Notes) -> str | None:
    """The code of the party, from its own column or, by shape and check character, from a neighbour's."""
    if row.party_uscc is not None:
        return row.party_uscc
    for field in _OTHER_CODES:
        code: str | None = getattr(row, field)
        if code is not None and _valid_code(code):
            notes.note(CODE_ELSEWHERE)
            return code
    return None


def _valid_code(code: str) -> Uscc | None:
    try:
        return Uscc(code)
    except ValueError:
        return None


def _fine(row: PenaltyRow, kinds: tuple[Sanction, ...], notes: Notes) -> Decimal | Unknown:
    """The fine in yuan. Refused where the content shows that the cell is in yuan already."""
    fine = yuan(row, "fine")
    if isinstance(fine, Unknown):
        return fine
    if fine == _COLUMN_FULL:
        notes.note(COLUMN_FULL)
        return Unknown.NOT_SUPPLIED
    if fine == 0 and Sanction.FINE in kinds:
        notes.note(FINE_OF_ZERO)
        return Unknown.NOT_SUPPLIED
    said = fines_in(row.content or "")
    if len(said) == 1 and fine not in said:
        (amount,) = said
        if amount * 10_000 == fine:
            problem = f"is in yuan: the content says a fine of {amount} yuan, and the column is in 万元"
            problem_zh = f"写成了元：处罚内容是罚款 {amount} 元，这一列应以万元计"
            raise Refused(row.heading("fine"), row.fine, problem, problem_zh)
        notes.note(AMOUNT_DIFFERS)
    return fine


def fines_in(content: str) -> set[Decimal]:
    """The amounts of fines, in yuan, that the content of a penalty writes in digits."""
    found = _FINE_IN_TEXT.findall(unicodedata.normalize("NFKC", content))
    return {plain_amount(Decimal(number.replace(",", "")) * (10_000 if wan else 1)) for number, wan in found}


def penalty_key(authority: str, document_no: str) -> str:
    """The key of a penalty: the authority and its number for it, whatever brackets and spaces are used."""
    return f"{authority}/{names.plain(document_no)}"


def _note_empty(row: PenaltyRow, notes: Notes) -> None:
    for field in ("offence", "offence_facts", "grounds", "content", "effective_until", "source_unit"):
        if getattr(row, field) is None:
            notes.note(REQUIRED_EMPTY + (type(row).model_fields[field].title or field))


# --- the row ----------------------------------------------------------------------------------------------------------


def take_penalty(row: PenaltyRow, notes: Notes, *, published: YesNo | Unknown) -> Iterator[Statement]:
    """The penalty, its party where it is known, and its authority where it has a code."""
    kind = _kind(row)
    mark(row.remark, notes)
    code, name = _party_code(row, notes), row.required("party_name")
    stated = Stated(name, code, kind, "party_name", "party_uscc")
    decided_on = required_day(row, "document_date")
    party = party_of(row, stated, decided_on, notes)
    authority, number = row.required("authority"), row.required("document_no")
    authority_code = _valid_code(row.authority_uscc or "")
    found = sanctions(row.required("kinds"), row.content or "", row.licence)
    effective, effective_until = term(row, "effective_until", decided_on)
    publication, publication_until = term(row, "publication_until", decided_on)
    organisation = party.kind is PartyKind.ORGANISATION
    penalty = Penalty(
        key=penalty_key(authority_code or names.plain(authority), number),
        party_name=party.name,
        party_kind=party.kind,
        party_uscc=party.uscc,
        registration_no=row.text("registration_no") if organisation else Unknown.WITHHELD,
        authority=authority,
        published=published,
        authority_uscc=authority_code or row.unknown("authority_uscc"),
        organisation_code=row.text("organisation_code") if organisation else Unknown.WITHHELD,
        document_no=number,
        document_date=decided_on,
        offence=row.text("offence"),
        offence_facts=_free(row, "offence_facts", party.kind),
        grounds=row.text("grounds"),
        kinds=row.text("kinds"),
        sanctions=found,
        content=_free(row, "content", party.kind),
        fine=_fine(row, found, notes),
        confiscated=yuan(row, "confiscated"),
        licence=row.text("licence"),
        effective=effective,
        effective_until=effective_until,
        publication=publication,
        publication_until=publication_until,
        source_unit=row.text("source_unit"),
        source_unit_uscc=_valid_code(row.source_unit_uscc or "") or row.unknown("source_unit_uscc"),
    )
    refuse_other_party(row, stated, party, penalty.ref, notes)
    if Sanction.OTHER in found:
        notes.note(KIND_NOT_KNOWN)
    _note_empty(row, notes)
    yield penalty
    yield from party.statements(penalty, decided_on)
    if authority_code is None:
        notes.note(AUTHORITY_WITHOUT_CODE)
        return
    institution = Institution(key=authority_code, part=f"authority:{authority}", name=authority)
    yield institution
    yield IssuedBy(from_ref=penalty.ref, to_ref=institution.ref, valid_from=decided_on)


def _free(row: PenaltyRow, field: str, kind: PartyKind) -> str | Unknown:
    """Sentences of the decision; of a sole trader they are not stored: they tell who it is."""
    return Unknown.WITHHELD if kind is PartyKind.SOLE_TRADER else row.text(field)


def _format(name: str, label: str, published: YesNo | Unknown) -> Format:
    personal = personal_headings(PenaltyRow)
    unused = ("CF_XDR_SWDJ", "CF_XDR_SYDW", "CF_XDR_SHZZ")
    file = SourceFile(
        ("penalties.csv", "penalties.csv.gz"),
        PenaltyRow,
        partial(take_penalty, published=published),
        ignored=(
            *((heading, _NATURAL) for heading in sorted(personal)),
            *((heading, _UNUSED_CODE) for heading in unused),
            ("BZ", "free text about the row, not the penalty; it may name persons"),
            ("数据导出时间", "of the export, not of the penalty"),
            ("企业id", "a number inside the exporting system"),
        ),
        meaning=meaning,
        personal=personal,
        any_name=True,
    )
    return Format(name=name, label=label, files=(file,), mode="increment", trust=PARTY_TRUST)


SHUANGGONGSHI_2018 = _format("shuanggongshi-2018", "双公示行政处罚（已公示的数据）", YesNo.YES)
"""A published export: each row in it is published."""

SHUANGGONGSHI_2018_INTERNAL = _format(
    "shuanggongshi-2018-internal", "双公示行政处罚（部门内部数据）", Unknown.NOT_OBTAINED
)
"""The same table as an authority keeps or reports it: whether a row is published it does not say."""
