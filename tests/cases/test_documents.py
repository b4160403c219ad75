"""Documents are taken by their content: what is taken, what is refused by name, kept once, read back, erased."""

import hashlib
from collections.abc import Callable

import pytest

from cases import documents
from cases.documents import LARGEST, MediaType, Proof, media_type
from graph.ledger import Ledger
from lianxin.errors import BadDocument, NotKnown

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
PARTS = ("[Content_Types].xml", "word/document.xml")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kept(ledger: Ledger, *proofs: Proof) -> list[int]:
    with ledger.engine.connect() as connection, ledger.writing(connection):
        return [documents.keep(connection, proof) for proof in proofs]


@pytest.mark.parametrize(("content", "kind"), [(PDF, MediaType.PDF), (PNG, MediaType.PNG), (JPEG, MediaType.JPEG)])
def test_a_file_is_what_its_first_bytes_say_whatever_its_name(content: bytes, kind: MediaType) -> None:
    assert media_type(Proof("说是表格.xlsx", content)) is kind


def test_a_word_document_is_told_by_its_parts(zipped: Callable[..., bytes]) -> None:
    assert media_type(Proof("a", zipped(*PARTS))) is MediaType.DOCX


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"<html>",
        b"MZ\x90\x00",
        b" %PDF-1.7",
        b"\xff\xd8",
        b"PK\x03\x04 cut off",
        b"PK\x05\x06" + b"\0" * 18,
        "收据".encode(),
    ],
)
def test_any_other_content_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BadDocument) as refused:
        media_type(Proof("收据.pdf", content))
    assert "“收据.pdf”按内容看不是 PDF" in refused.value.zh
    assert '"收据.pdf" is by its content no PDF' in refused.value.en


@pytest.mark.parametrize("parts", [PARTS[:1], PARTS[1:], ("xl/workbook.xml",), (*PARTS, "word/vbaProject.bin")])
def test_other_archives_and_documents_with_macros_are_refused(
    zipped: Callable[..., bytes], parts: tuple[str, ...]
) -> None:
    with pytest.raises(BadDocument, match="no PDF"):
        media_type(Proof("a.docx", zipped(*parts)))


def test_an_empty_file_and_a_large_one_are_refused_with_their_size() -> None:
    with pytest.raises(BadDocument, match="is empty") as empty:
        media_type(Proof("空.pdf", b""))
    assert "“空.pdf”是空的，没有保存" in empty.value.zh
    assert media_type(Proof("a", PDF.ljust(LARGEST, b" "))) is MediaType.PDF
    with pytest.raises(BadDocument, match=r"has 5\.0 MB, more than 5 MB"):
        media_type(Proof("a", PDF.ljust(LARGEST + 1, b" ")))


def test_equal_contents_are_kept_once_and_read_back(recorded: Ledger) -> None:
    first, again, other = kept(recorded, Proof("a.pdf", PDF), Proof("b.pdf", PDF), Proof("c.png", PNG))
    assert first == again != other
    found, content = documents.read(recorded, digest(PDF))
    assert (content, found.media_type, found.size) == (PDF, MediaType.PDF, len(PDF))


def test_no_name_of_a_file_is_kept(recorded: Ledger) -> None:
    kept(recorded, Proof("张三的收据.pdf", PDF))
    with recorded.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM document").all()
    assert "张三" not in str(rows)


def test_what_was_erased_is_not_known_any_more(recorded: Ledger) -> None:
    kept(recorded, Proof("a", PDF))
    with recorded.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM document_content")
    for one in (digest(PDF), "0" * 64):
        with pytest.raises(NotKnown):
            documents.read(recorded, one)
