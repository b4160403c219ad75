"""`lianxin partners`: find, why-not, rank over many queries, quality on a held-out split."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from cli.common import KnownAtOption, LedgerOption, check_writable, opened_view, out, progress_console, write_whole
from graph.matching.partners import DECIMALS
from graph.ontology import Basis, Size, chinese
from lianxin.clock import china_today
from lianxin.errors import BadQuestion
from services.answers_json import partner_answer
from services.answers_json import why_not as why_not_json
from services.partners import (
    Candidate,
    CreditFilter,
    Filters,
    PartnerAnswer,
    Place,
    Question,
    Relation,
    find,
    shown_score,
    why_not,
)
from services.partners import (
    Path as EvidencePath,
)
from services.quality import PairFile, measure, rank_all
from services.sources import reach_words

app = typer.Typer(no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", help="企业代码或名称；补位时为环节或产品。")]
RelationOption = Annotated[Relation, typer.Option("--relation", help="找供应商、客户，或补位。")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="查询日 YYYY-MM-DD，默认今天。")]
RankRelation = Literal["supplier", "customer", "material", "segment", "company", "partner"]


@app.command("find")
def find_partners(
    key: Key,
    relation: RelationOption,
    top: Annotated[int, typer.Option(help="最多列几家。")] = 20,
    as_json: AsJson = False,
    ledger: LedgerOption = None,
    on: On = None,
    known_at: KnownAtOption = None,
    place: Annotated[Place | None, typer.Option(help="范围：本区、本市、本省。")] = None,
    size: Annotated[Size | None, typer.Option(help="企业规模。")] = None,
    basis: Annotated[list[Basis] | None, typer.Option(help="供货关系的依据，可重复。 Basis; repeatable.")] = None,
    credit: Annotated[
        CreditFilter | None, typer.Option(help="clean：已查来源 无展示中的失信信息。 Nothing shown.")
    ] = None,
    known: Annotated[bool, typer.Option("--known", help="也列已有合作的企业。")] = False,
    all_lines: Annotated[bool, typer.Option("--side-lines", help="副业与主业同等计分。")] = False,
) -> None:
    """找伙伴，列出依据和路径。Find partners with their evidence."""
    filters = Filters(place, size, frozenset(basis or ()), credit)
    question = Question(key, relation, _day(on), top, filters, known, core=not all_lines)
    with opened_view(ledger, known_at) as view:
        answer = find(view, question)
    if as_json:
        typer.echo(json.dumps(partner_answer(answer), ensure_ascii=False, indent=2))
    else:
        _print(answer)


@app.command("why-not")
def why_not_listed(
    key: Key,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="您想到的企业。")],
    relation: RelationOption,
    as_json: AsJson = False,
    ledger: LedgerOption = None,
    on: On = None,
    known_at: KnownAtOption = None,
    top: Annotated[int, typer.Option(help="名单有多长。")] = 20,
) -> None:
    """为何不在名单里。Why a company is not in the list."""
    with opened_view(ledger, known_at) as view:
        answer = why_not(view, Question(key, relation, _day(on), top), other)
    if as_json:
        typer.echo(json.dumps(why_not_json(answer), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{answer.other.name}（{answer.other.ref.key}）：{answer.zh}\n{answer.en}")


@app.command("rank")
def rank_queries(
    queries: Annotated[Path, typer.Option(metavar="FILE", help="每行一个查询。One query a line.")],
    relation: Annotated[RankRelation, typer.Option("--relation", help="排什么。")],
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE.tsv", help="查询、名次、候选、分值。")],
    top: Annotated[int, typer.Option(min=1, help="每个查询最多几个。")] = 50,
    known: Annotated[Path | None, typer.Option(metavar="FILE.tsv", help="先去掉的配对。Pairs left out.")] = None,
    hide: Annotated[Path | None, typer.Option(metavar="FILE.tsv", help="不得使用的关系。Links not to be used.")] = None,
    ledger: LedgerOption = None,
    on: On = None,
    known_at: KnownAtOption = None,
) -> None:
    """批量排序。Rank candidates for many queries."""
    check_writable(out_file)
    pairs = PairFile.read(known) if known else None
    hidden = PairFile.read(hide) if hide else None
    asked = _lines(queries)
    with opened_view(ledger, known_at) as view:
        ranked = rank_all(view, asked, relation, on=_day(on), top=top, known=pairs, hidden=hidden)
        shown = track(ranked, "排序 ranking", total=len(asked), console=progress_console)
        lines = [
            f"{query}\t{place}\t{candidate}\t{score:.{DECIMALS}f}\n"
            for query, candidates in shown
            for place, (candidate, score) in enumerate(candidates, start=1)
        ]
    write_whole(out_file, "".join(lines))
    typer.echo(f"{len(asked)} 个查询，{len(lines)} 行已写入 {out_file}")


@app.command("quality")
def quality(
    truth: Annotated[Path, typer.Option(metavar="FILE.tsv", help="真实配对。True pairs.")],
    known: Annotated[Path, typer.Option(metavar="FILE.tsv", help="已知配对，不参加排序。Known pairs, left out.")],
    hide: Annotated[Path, typer.Option(metavar="FILE.tsv", help="隐去的关系。Hidden links.")],
    relation: Annotated[Literal["supplier"], typer.Option("--relation")] = "supplier",
    ledger: LedgerOption = None,
    on: On = None,
    known_at: KnownAtOption = None,
) -> None:
    """在留出的配对上量质量，旁边是三种简单方法。Quality on held-out pairs beside three simple methods."""
    del relation  # one for now; named so that the command need not change when others come
    files = (PairFile.read(truth), PairFile.read(known), PairFile.read(hide))
    with opened_view(ledger, known_at) as view:
        measured = measure(view, *files, on=_day(on))
    table = Table(title=f"{measured.pairs} 对，{measured.companies} 家，{measured.edges} 条隐去的关系", box=None)
    for heading in ("方法", "Hits@10 按关系均分", "MRR", "Hits@10", "Hits@50", "nDCG@10"):
        table.add_column(heading, justify="left" if heading == "方法" else "right")
    for name, f in measured.methods.items():
        table.add_row(name, *(f"{x:.3f}" for x in (f.edge_hits_10, f.mrr, f.hits_10, f.hits_50, f.ndcg_10)))
    out.print(table)
    typer.echo(json.dumps(measured.as_json(), ensure_ascii=False))


def _day(text: str | None) -> date:
    if text is None:
        return china_today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadQuestion(
            f"--on {text} is not a day; write it like 2026-11-20", f"--on {text} 不是日期，请写成 2026-11-20 这样"
        ) from error


def _lines(path: Path) -> list[str]:
    return PairFile.lines(path)


def _print(answer: PartnerAnswer) -> None:
    searched = answer.searched
    counts = " · ".join(f"{chinese(basis)} {n}" for basis, n in answer.counts.items())
    out.print(f"{answer.subject.name}（{answer.subject.ref.key}）: {counts}", highlight=False, style="bold")
    out.print(
        f"查了 {'、'.join(d.label for d in searched.datasets) or '零个来源'}，"
        f"{reach_words(searched.until, searched.until_stated) or '没有数据'}，"
        f"走到 {searched.hops} 跳；{'；'.join(searched.stopped)}。没查："
        + "、".join(f"{name}（{why}）" for name, why in searched.missing),
        highlight=False,
    )
    if searched.known_left_out:
        out.print(f"已有合作的 {searched.known_left_out} 家没有列（加 --known 列入）。", highlight=False)
    for choice in answer.choices:
        if choice.chosen and choice.filters.credit is not answer.question.filters.credit:
            said = f"只列{choice.label}的；信用未取得、或有同名记录未能关联的 {choice.unknown} 家没有列。"
            out.print(said, highlight=False)
    for place, candidate in enumerate(answer.candidates, start=1):
        out.print(_shown(place, candidate))
    if not answer.candidates:
        out.print("没有候选。" + ("放宽一个条件：" if answer.relaxations else ""))
        for relaxation in answer.relaxations:
            left = " · ".join(f"{chinese(basis)} {n}" for basis, n in relaxation.counts.items())
            out.print(f"  {relaxation.label}：{left}", highlight=False)


def _shown(place: int, candidate: Candidate) -> Text:
    """One text and no layout: a layout cuts lines at the width of the terminal, and with them the file and the row."""
    tier = "精确" if candidate.tier == "exact" else "近似"
    score = shown_score(candidate.score, candidate.basis)
    said = (chinese(candidate.basis), tier, f"{score:.3f}", candidate.place)
    shown = Text()
    shown.append(f"{place:>3}. {candidate.name}（{candidate.ref.key}）{' · '.join(said)}", style="bold")
    for path in candidate.paths[:2]:
        shown.append(f"\n     {shown_score(path.score, candidate.basis):.3f}  {_hops(path)}")
    return shown


def _hops(path: EvidencePath) -> str:
    hops = (
        f"{hop.from_.name} —{hop.label}{f' {hop.score:.2f}' if hop.score is not None else ''}→ {hop.to.name}"
        f" [{hop.source.file}{f' 第 {hop.source.row} 行' if hop.source.row else ''}]"
        for hop in path.hops
    )
    return " ; ".join(hops)
