"""Drafts 草稿: what one side prepares in a case, kept on the server at each answer, until it is sent.

A draft belongs to a side of the case, not to a browser: whoever acts for it goes on where it stopped. It is no event;
nobody else sees it, and it is gone once the action is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, and_, select

from cases import documents
from cases.accounts import Role
from cases.documents import Document, MediaType, Proof
from graph.ledger.schema import case_draft, case_draft_paper, document
from graph.ledger.store import Store
from lianxin.errors import BadQuestion, NotKnown

MOST_PAPERS: Final = 5  # for one material


@dataclass(frozen=True, slots=True)
class Draft:
    """草稿 Of which action, in which case, by which side."""

    case: int
    role: Role
    action: str


def answers(ledger: Store, draft: Draft) -> dict[str, Any]:
    """What was answered, by field. None: the question was passed over."""
    query = select(case_draft.c.field, case_draft.c.value).where(_of(case_draft, draft))
    with ledger.reading() as connection:
        return {field: orjson.loads(value) for field, value in connection.execute(query)}


def answer(ledger: Store, draft: Draft, field: str, value: Any, by: str, at: datetime) -> None:
    """Keep one answer; the others stay as they are. Raises StoreUnavailable."""
    with ledger.changing() as connection:
        connection.execute(case_draft.delete().where(_of(case_draft, draft), case_draft.c.field == field))
        text = orjson.dumps(value).decode()
        connection.execute(case_draft.insert().values(**_key(draft), field=field, value=text, by=by, at=at))


def papers(ledger: Store, draft: Draft) -> dict[str, list[Document]]:
    """What was handed in for each material, in order."""
    query = (
        select(case_draft_paper.c.material, document.c.digest, document.c.media_type, document.c.size)
        .join_from(case_draft_paper, document, document.c.id == case_draft_paper.c.document)
        .where(_of(case_draft_paper, draft))
        .order_by(case_draft_paper.c.at, document.c.id)
    )
    found: dict[str, list[Document]] = {}
    with ledger.reading() as connection:
        for material, digest, kind, size in connection.execute(query):
            found.setdefault(material, []).append(Document(digest, MediaType(kind), size))
    return found


def add_papers(ledger: Store, draft: Draft, material: str, proofs: Sequence[Proof], at: datetime) -> None:
    """Keep papers for a material; the same one twice is there once. Raises BadDocument, BadQuestion."""
    with ledger.changing() as connection:
        wanted = _of(case_draft_paper, draft) & (case_draft_paper.c.material == material)
        there = set(connection.execute(select(case_draft_paper.c.document).where(wanted)).scalars())
        new = dict.fromkeys(documents.keep(connection, each) for each in proofs)
        if len(there | new.keys()) > MOST_PAPERS:
            raise BadQuestion(f"at most {MOST_PAPERS} files for one material", f"一种材料最多 {MOST_PAPERS} 份文件")
        for number in new.keys() - there:
            values = {**_key(draft), "material": material, "document": number, "at": at}
            connection.execute(case_draft_paper.insert().values(**values))


def remove_paper(ledger: Store, draft: Draft, material: str, digest: str) -> None:
    """Take a paper out of a draft. Raises NotKnown where it is not in it."""
    with ledger.changing() as connection:
        number = connection.execute(select(document.c.id).where(document.c.digest == digest)).scalar()
        wanted = _of(case_draft_paper, draft) & (case_draft_paper.c.material == material)
        done = connection.execute(case_draft_paper.delete().where(wanted, case_draft_paper.c.document == number))
    if not done.rowcount:
        raise NotKnown("document", "材料", digest[:64])


def proofs(ledger: Store, handed: Mapping[str, Sequence[Document]]) -> list[Proof]:
    """The papers with their content, each for its material. Raises NotKnown where one was erased meanwhile."""
    return [
        Proof(each.digest, documents.read(ledger, each.digest)[1], material)
        for material, papers_ in handed.items()
        for each in papers_
    ]


def discard(ledger: Store, draft: Draft) -> None:
    """Drop a draft, once its action is done."""
    with ledger.changing() as connection:
        for table in (case_draft, case_draft_paper):
            connection.execute(table.delete().where(_of(table, draft)))


def _key(draft: Draft) -> dict[str, Any]:
    return {"case": draft.case, "role": draft.role.value, "action": draft.action}


def _of(table: Table, draft: Draft) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in _key(draft).items()))
