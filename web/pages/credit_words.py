"""How pages write credit 信用: the strip beside a name, the five answers, days and gravities; never good or bad."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules.answer import Answer
from rules.credit_repair.gravity import Gravity
from rules.law import Citation, ReadingMark
from services.credit import CreditRecord, CreditStrip, KindSearched, RepairDay, Restriction, StripState
from services.credit_records import KIND_ZH, RecordKind
from services.sources import reach_words

NOT_CLEAN = "未取得，不等于没有"
HOW_TO_READ = f"信用只写查到了什么、查到哪天；{NOT_CLEAN}"
FREE = "本平台不收取任何费用"
DENIED = "您的角色看不到信用记录"
BEYOND = "没有本单位认定的记录；别的单位认定的，这个账户看不到"
NOT_ASKED = "没有查：信用登记只按企业查，这里是机构"
NO_RESTRICTION = "限制后果未载入"

ICONS: Mapping[Answer, str] = {
    Answer.YES: "yes",
    Answer.NOT_YET: "clock",
    Answer.NO: "no",
    Answer.REVIEW: "review",
    Answer.NOT_APPLICABLE: "na",
}
_WEIGHT = (
    Gravity.SERIOUS, Gravity.GENERAL, Gravity.NONE, Gravity.MINOR, Gravity.UNDETERMINED, Gravity.NOT_APPLICABLE
)  # fmt: skip
_OPEN = {Gravity.UNDETERMINED: "类别待定", Gravity.NOT_APPLICABLE: "未判定类别"}
MARK_MEANING: Mapping[ReadingMark, str] = {
    ReadingMark.READ: "原文逐字读过",
    ReadingMark.SECONDARY: "报道、解读、答复等转述",
    ReadingMark.FRAGMENT: "只见到零碎字句，未核实",
    ReadingMark.UNVERIFIED: "凭常识或推断，未核实",
    ReadingMark.SETTING: "不是法律，是本平台的设置",
}


@dataclass(frozen=True, slots=True)
class StripLine:
    """A strip in words. `day`: the words of its badge; `clause`: what that day rests on."""

    state: StripState
    said: str
    day: str | None
    clause: Citation | None
    restrictions: Sequence[Restriction]
    searched: str

    @property
    def text(self) -> str:
        """The whole line as plain text, for a workbook or a printed sheet."""
        parts = [self.said, *([self.day] if self.day else []), *([cited(self.clause)] if self.clause else [])]
        return "；".join(part.rstrip("。") for part in parts)


def strip_line(strip: CreditStrip) -> StripLine:
    """The strip in words: what was found, what was not obtained."""
    first = strip.earliest
    return StripLine(
        state=strip.state,
        said=_SAID[strip.state](strip),
        day=None if first is None else badge(first, strip.on, open_end=strip.latest is not None),
        clause=None if first is None else first.clause,
        restrictions=strip.restrictions,
        searched=searched(strip.searched, strip.not_loaded),
    )


def line_text(strip: CreditStrip | str) -> str:
    """Credit in one line of plain text; words that stand in its place as they are."""
    return strip if isinstance(strip, str) else strip_line(strip).text


def brief_text(strip: CreditStrip | str) -> str:
    """As `line_text`, for a sheet that says once, at its foot, what was searched."""
    if isinstance(strip, str) or strip.state is not StripState.NONE_SHOWN:
        return line_text(strip)
    return f"未见展示中的失信信息{f'，另有 {strip.ended} 条已不再展示' if strip.ended else ''}"


def _shown(strip: CreditStrip) -> str:
    return "".join((
        f"展示中 {strip.shown} 条：{counted(strip.counts)}",
        _between(strip),
        "。",
        f"{_restricted(strip.restrictions)}。",
        f"另有同名、没有代码的 {strip.perhaps} 条未能关联。" if strip.perhaps else "",
    ))  # fmt: skip


def counted(counts: Mapping[Gravity, int]) -> str:
    """严重 1、一般 2、类别待定 1."""
    return "、".join(f"{gravity_word(gravity)} {counts[gravity]}" for gravity in _WEIGHT if counts.get(gravity))


def gravity_word(gravity: Gravity) -> str:
    return _OPEN.get(gravity, gravity.chinese)


def _between(strip: CreditStrip) -> str:
    """Where the ways of what is not known differ: the earliest and the latest day, each with its gravity."""
    first, last = strip.earliest, strip.latest
    said = []
    if first is not None and last is not None:
        said.append("，".join(f"若{gravity_word(each.gravity)} {each.day} 起" for each in (first, last)))
    if strip.day_open:
        said.append("有的情形定不出日期" if first is not None else "定不出日期")
    if first is not None and first.assumed:
        said.append("按文书日期暂定，实际可能更晚")
    return f"（{'；'.join(said)}）" if said else ""


def _restricted(restrictions: Sequence[Restriction]) -> str:
    if not restrictions:
        return NO_RESTRICTION
    return "登记写明的限制：" + "；".join(restriction_text(each) for each in restrictions)


def restriction_text(restriction: Restriction) -> str:
    until = f"（至 {restriction.until}）" if restriction.until else "（到哪天未写明）"
    return f"{restriction.text}{until}"


def _perhaps(strip: CreditStrip) -> str:
    count = strip.perhaps
    return f"未见已关联的记录，但有 {count} 条同名、没有代码的记录未能关联，不等于没有。{_missing(strip.not_loaded)}"


def _none_shown(strip: CreditStrip) -> str:
    ended = f"另有 {strip.ended} 条已不再展示。" if strip.ended else ""
    until = f"（{reach_words(strip.until, strip.until_stated)}）" if strip.until else ""
    looked = f"查了 {strip.sources_searched} 个来源，未见展示中的失信信息{until}。"
    return f"{looked}{ended}{_missing(strip.not_loaded)}"


def _unknown(strip: CreditStrip) -> str:  # noqa: ARG001 (as every state is said)
    return f"{NOT_CLEAN}。"


_SAID: Mapping[StripState, Callable[[CreditStrip], str]] = {
    StripState.SHOWN: _shown,
    StripState.PERHAPS: _perhaps,
    StripState.NONE_SHOWN: _none_shown,
    StripState.UNKNOWN: _unknown,
}


def _missing(kinds: Sequence[RecordKind]) -> str:
    return f"{len(kinds)} 类记录{NOT_CLEAN}。" if kinds else ""


def badge(day: RepairDay, on: date, *, open_end: bool = False) -> str:
    """2026-12-03 起可申请修复; of a day that has come, that the calendar stands in the way no longer."""
    what = "自动停止公示" if day.automatic else "可申请修复"
    said = f"{'最早 ' if open_end else ''}{day.day} 起{what}"
    return said if day.day > on else f"日期已到，{said}"


def searched(kinds: Sequence[KindSearched], missing: Sequence[RecordKind]) -> str:
    """Which data sets were searched, until which day, and which kinds nobody has looked for."""
    by_day: dict[str, list[str]] = {}
    for kind in kinds:
        for each in kind.datasets:
            said = reach_words(kind.until, kind.until_stated)
            by_day.setdefault(said, []).append(f"{each.label}{'［合成］' if each.synthetic else ''}")
    found = [f"{'、'.join(dict.fromkeys(labels))}（{until}）" for until, labels in by_day.items()]
    looked = f"查了：{'；'.join(found)}。" if found else "没有查任何来源。"
    return looked + (f"没查：{'、'.join(KIND_ZH[kind] for kind in missing)}（{NOT_CLEAN}）。" if missing else "")


def cited(citation: Citation) -> str:
    """A citation with how it was read, in plain text."""
    return f"依据 {citation}（{citation.mark.value} {citation.mark.chinese}）"


def day_lines(record: CreditRecord) -> list[str]:
    """The first days of a record, one line for each that differs, with its gravity where that is open."""
    days = list(dict.fromkeys((way.day.day, way.day.gravity, way.day.automatic) for way in record.ways if way.day))
    several = len({gravity for _, gravity, _ in days}) > 1 or record.gravity is Gravity.UNDETERMINED
    lines = [
        f"{f'若{gravity_word(gravity)}：' if several else ''}{day} 起{'自动停止' if automatic else ''}"
        for day, gravity, automatic in sorted(days)
    ]
    return lines + (["有的情形定不出日期"] if record.day_open and days else [])


def last_lines(record: CreditRecord) -> list[str]:
    """Until when it is shown at the longest, one line for each that differs."""
    ends = list(dict.fromkeys((way.last_day, way.gravity) for way in record.ways if not way.ended))
    several = len({gravity for _, gravity in ends}) > 1
    return [
        f"{f'若{gravity_word(gravity)}：' if several else ''}{last if last else '不自动停止'}"
        for last, gravity in sorted(ends, key=lambda each: (each[0] or date.max, each[1]))
    ]
