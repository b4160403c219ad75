"""Documents 材料 that people hand in: kept by their content, and taken by what they are, not by what they are called.

The content may have to be erased one day, so it lies apart from the row that says that it was there. A name under
which a file was handed in is not kept: it may name a person.
"""

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from cases.erasing import erase
from graph.ledger.commit import insert_row
from graph.ledger.schema import document, document_content
from graph.ledger.store import Store
from lianxin.clock import utc_now
from lianxin.errors import BadDocument, BadQuestion, Conflict, NotKnown

LARGEST: Final = 5 * 1024 * 1024  # bytes: a page photographed by a phone has two or three million
SHOWN_NAME: Final = 60  # characters of a name that a refusal repeats


class MediaType(StrEnum):
    """What is taken 可收的格式."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def chinese(self) -> str:
        """How people call it."""
        return _WORDS[self]


_WORDS: Final = {
    MediaType.PDF: "PDF",
    MediaType.PNG: "PNG 图片",
    MediaType.JPEG: "JPEG 图片",
    MediaType.DOCX: "Word 文档",
}
_FIRST_BYTES: Final = {
    b"%PDF-": MediaType.PDF,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"\xff\xd8\xff": MediaType.JPEG,
}
_DIGEST: Final = re.compile(r"[0-9a-f]{8,64}")
_ZIP: Final = b"PK\x03\x04"
_DOCX_PARTS: Final = frozenset({"[Content_Types].xml", "word/document.xml"})
_MACROS: Final = "word/vbaProject.bin"


@dataclass(frozen=True, slots=True)
class Proof:
    """凭证 A file as it is handed in; the name serves to speak of it. `material`: what it is for, if said."""

    name: str
    content: bytes
    material: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """材料 A document that is kept. `digest`: SHA-256 of its content."""

    digest: str
    media_type: MediaType
    size: int


def media_type(proof: Proof) -> MediaType:
    """What a file is, by its content. Raises BadDocument: empty, too large, or of no type that is taken."""
    content = proof.content
    name = proof.name[:SHOWN_NAME] or "?"
    if not content:
        raise BadDocument(name, "is empty", "是空的")
    if len(content) > LARGEST:
        problem = f"has {len(content) / 2**20:.1f} MB, more than {LARGEST // 2**20} MB"
        raise BadDocument(name, problem, f"有 {len(content) / 2**20:.1f} MB，超过 {LARGEST // 2**20} MB")
    found = next((kind for first, kind in _FIRST_BYTES.items() if content.startswith(first)), None)
    if found is None and _is_docx(content):
        found = MediaType.DOCX
    if found is None:
        problem = "is by its content no PDF, PNG, JPEG or Word document (docx, without macros)"
        raise BadDocument(name, problem, "按内容看不是 PDF、PNG、JPEG，也不是 Word 文档（docx，不带宏）")
    return found


def _is_docx(content: bytes) -> bool:
    """Whether it is a Word document without macros; only its list of parts is read, nothing is unpacked."""
    if not content.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return names >= _DOCX_PARTS and _MACROS not in names


def keep(connection: Connection, proof: Proof) -> int:
    """Keep a document, once for equal contents, and give its number. Raises BadDocument."""
    kind, digest = media_type(proof), hashlib.sha256(proof.content).hexdigest()
    known = connection.execute(select(document.c.id).where(document.c.digest == digest)).scalar()
    if known is not None:
        _restore(connection, int(known), proof)
        return int(known)
    at = utc_now()
    size = len(proof.content)
    number = insert_row(connection, document, digest=digest, media_type=kind.value, size=size, kept_at=at)
    connection.execute(document_content.insert().values(document=number, content=proof.content))
    return number


def _restore(connection: Connection, number: int, proof: Proof) -> None:
    """Keep the content of a document again that was erased and is handed in anew."""
    held = select(document_content.c.document).where(document_content.c.document == number)
    if connection.execute(held).first() is None:
        connection.execute(document_content.insert().values(document=number, content=proof.content))


def erase_content(ledger: Store, digest: str) -> Document:
    """Take out the content of a document; that it was handed in stays. `digest`: or its first digits, from eight on.

    Raises NotKnown, BadQuestion where several begin so, Conflict where it is gone already.
    """
    if not _DIGEST.fullmatch(digest):
        raise BadQuestion("digest: 8 to 64 digits of 0-9 and a-f", "摘要是 8 到 64 位 0-9、a-f")
    with ledger.reading() as connection:
        found = connection.execute(select(document).where(document.c.digest.startswith(digest))).all()
    if not found:
        raise NotKnown("document", "材料", digest)
    if len(found) > 1:
        raise BadQuestion(f"{len(found)} documents begin with {digest}", f"有 {len(found)} 份材料以 {digest} 开头")
    (row,) = found
    if not erase(ledger, document_content, document_content.c.document, row.id):
        raise Conflict(f"the content of {digest} is erased already", f"{digest} 的内容已经删过")
    return Document(row.digest, MediaType(row.media_type), row.size)


def read(ledger: Store, digest: str) -> tuple[Document, bytes]:
    """A document with its content. Raises NotKnown, also where the content was erased."""
    query = (
        select(document, document_content.c.content)
        .join_from(document, document_content, document_content.c.document == document.c.id)
        .where(document.c.digest == digest)
    )
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().first()
    if found is None:
        raise NotKnown("document", "材料", digest)
    return Document(found["digest"], MediaType(found["media_type"]), found["size"]), found["content"]
