"""Documents of every format are read, and every sentence keeps its line."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from graph.research import LIBRARY
from plancraft.a2a.research import Library
from plancraft.a2a.research.passages import Sentence
from plancraft.a2a.research.texts import decoded
from plancraft.errors import NoDocuments, StateError
from plancraft.locale import speaking
from tests.a2a.research.conftest import TEXTS, filled
from tests.a2a.research.pdfs import pdf

ROOT = Path(__file__).parents[3]
SENTENCE = "Alarm fatigue makes people ignore warnings."


def sentences(path: Path) -> dict[str, Sentence]:
    shelf = Library.open(path).shelf()
    return {one.text: one for passage in shelf.index.passages for one in passage.sentences}


def only(folder: Path, name: str, content: str | bytes) -> dict[str, Sentence]:
    return sentences(filled(folder, {name: content}) / name)


def test_a_folder_gives_every_sentence_with_the_line_it_begins_on(folder: Path) -> None:
    lines = {text: one.line for text, one in sentences(folder).items()}

    assert lines[SENTENCE] == 3
    assert lines["Every needless alarm costs attention."] == 4
    assert lines["After a missed deadline the request must be closed."] == 4
    assert lines["An audit trail must record what the reviewer saw."] == 3
    assert lines["Alarm fatigue also shows in an audit trail."] == 4


def test_markup_code_and_tables_are_no_sentences(tmp_path: Path) -> None:
    text = (
        "---\ntitle: x\n---\n# Title\n\n| a | b |\n|---|---|\n| Not. | This. |\n\n"
        "```\nNot this code here.\n```\n\n<!-- Nor this\ncomment here. -->\n"
        "> A **bold** claim with `code` and a [link](http://x.y) stands here.\n\n"
        "- An item of a list is a sentence.\n  It goes on.\n"
    )
    found = only(tmp_path, "a.md", text)

    claim = "A bold claim with code and a link stands here."
    assert list(found) == [claim, "An item of a list is a sentence.", "It goes on."]
    assert found[claim].line == 16
    assert found["It goes on."].line == 19


def test_html_hides_scripts_and_counts_lines_within_a_paragraph(tmp_path: Path) -> None:
    page = (
        "<p\n class='x'>One &amp; only\nsentence is here.\nThe\nsecond <b>one</b> ends.</p>"
        "<script>Not this one here.</script><p>No closing tag here"
    )
    found = only(tmp_path, "a.html", page)

    assert list(found) == ["One & only sentence is here.", "The second one ends.",
                           "No closing tag here"]  # fmt: skip
    assert [one.line for one in found.values()] == [2, 4, 5]


def test_a_pdf_gives_page_and_line(tmp_path: Path) -> None:
    found = only(tmp_path, "a.pdf", pdf(["Title", "", SENTENCE], ["Second page", "It says so."]))

    assert (found[SENTENCE].page, found["It says so."].page) == (1, 2)
    assert found["It says so."].line == 2


def test_the_library_that_ships_is_read_without_a_remark() -> None:
    shelf = LIBRARY.shelf()

    assert len(shelf.titles) == 8
    assert {Path(file).suffix for file in shelf.titles} == {".md", ".txt", ".html", ".pdf"}
    assert shelf.issues() == []


@pytest.mark.parametrize("make", ["zip", "tar.gz", "tar"])
def test_an_archive_reads_like_its_folder(folder: Path, tmp_path: Path, make: str) -> None:
    archive = tmp_path / f"texts.{make}"
    if make == "zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name in TEXTS:
                file.write(folder / name, name)
    else:
        with tarfile.open(archive, "w:gz" if make == "tar.gz" else "w") as file:
            for name in TEXTS:
                file.add(folder / name, name)

    assert sentences(archive) == sentences(folder)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffFirst line here.\r\n경보 피로는 무시를 부릅니다.\r\n".encode(),
        "First line here.\r경보 피로는 무시를 부릅니다.\r".encode(),
        "First line here.\n경보 피로는 무시를 부릅니다.".encode("utf-16"),
        "First line here.\n경보 피로는 무시를 부릅니다.".encode("cp949"),
    ],
    ids=["bom and crlf", "cr", "utf-16", "cp949"],
)
def test_any_encoding_and_line_ending(tmp_path: Path, data: bytes) -> None:
    found = only(tmp_path, "a.txt", data)

    assert found["경보 피로는 무시를 부릅니다."].line == 2


def test_a_guess_is_said(tmp_path: Path) -> None:
    filled(tmp_path, {"a.txt": "경보 피로는 무시를 부릅니다.".encode("cp949")})
    filled(tmp_path, {"b.txt": "Le café est fermé aujourd'hui.".encode("latin-1")})
    shelf = Library.open(tmp_path).shelf()

    assert shelf.issues() == ["Read as CP949, a guess: a.txt.", "Read as Latin-1, a guess: b.txt."]
    with speaking("ko"):
        assert shelf.issues()[0] == "인코딩을 CP949로 추정해 읽음: a.txt."
    assert decoded("가나다".encode()) == ("가나다", None)


def test_nothing_at_the_path_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    filled(tmp_path / "blank", {"a.txt": "", "b.md": " \n", "c.bin": b"\x00\x01"})
    (tmp_path / "bare").mkdir()
    for name in ("gone", "bare", "blank", "blank/a.txt"):
        with pytest.raises(NoDocuments, match=r"zip, tar\.gz"):
            Library.open(tmp_path / name)


def test_a_changed_file_is_read_again(folder: Path) -> None:
    library = Library.open(folder)
    assert library.shelf() is library.shelf()

    (folder / "new.txt").write_text("A new text says something new.\n")
    assert library.shelf().index.search("something new")
    (folder / "new.txt").unlink()
    assert "new.txt" not in library.shelf().titles


def test_a_missing_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(StateError, match=r"pip install 'plancraft-hitl\[a2a\]'"):
        Library.open(folder)


def test_the_room_is_imported_without_its_extra() -> None:
    script = (
        "import sys; sys.modules.update(bm25s=None, pypdf=None, numpy=None); import graph.research"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
