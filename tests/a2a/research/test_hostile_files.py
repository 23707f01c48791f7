"""Nothing outside the library is read, nothing without bound, and what is skipped is said."""

import io
import os
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from plancraft.a2a.research import Library, files
from tests.a2a.research.conftest import filled
from tests.a2a.research.pdfs import pdf

SECRET = "The secret word stands outside of the folder."
GOOD = "A good text stands inside of the folder."


def issues(path: Path) -> str:
    return "\n".join(Library.open(path).shelf().issues())


def texts(path: Path) -> str:
    return " ".join(passage.text for passage in Library.open(path).shelf().index.passages)


def test_links_out_of_the_folder_are_skipped_and_said(tmp_path: Path) -> None:
    folder = filled(tmp_path / "in", {"good.txt": GOOD})
    filled(tmp_path / "out", {"secret.txt": SECRET})
    (folder / "link.txt").symlink_to(tmp_path / "out" / "secret.txt")
    (folder / "below").symlink_to(tmp_path / "out")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "same.txt").symlink_to(folder / "good.txt")

    assert "secret" not in texts(folder)
    assert "outside the folder: below, link.txt" in issues(folder)
    assert "loop.txt" in issues(folder)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    folder = filled(tmp_path, {"good.txt": GOOD})
    os.mkfifo(folder / "pipe.txt")

    assert "not a regular file: pipe.txt" in issues(folder)


BAD_NAMES = (
    "../secret.txt",
    "/etc/secret.txt",
    "a/../../secret.txt",
    "..\\secret.txt",
    "C:\\s.txt",
)


def test_names_in_a_zip_that_lead_out_are_skipped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.txt", GOOD)
        for name in BAD_NAMES:
            archive.writestr(name, SECRET)
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert texts(path) == GOOD
    assert "outside" in issues(path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_names_and_links_in_a_tar_that_lead_out_are_skipped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("good.txt", *BAD_NAMES):
            data = (GOOD if name == "good.txt" else SECRET).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(f"odd{ord(kind)}.txt")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)

    assert texts(path) == GOOD
    assert "outside" in issues(path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.tar.gz"]


def zip_bomb(path: Path) -> Path:
    with zipfile.ZipFile(path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.txt", GOOD)
        archive.writestr("bomb.txt", b"0" * 5_000_000)
    return path / "bomb.zip"


def tar_bomb(path: Path) -> Path:
    with tarfile.open(path / "bomb.tgz", "w:gz") as archive:
        for name, data in (("good.txt", GOOD.encode()), ("bomb.txt", b"0" * 5_000_000)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path / "bomb.tgz"


def folder_bomb(path: Path) -> Path:
    return filled(path / "bomb", {"good.txt": GOOD, "bomb.txt": b"0" * 5_000_000})


@pytest.mark.parametrize("bomb", [zip_bomb, tar_bomb, folder_bomb])
def test_what_is_too_large_is_skipped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: Callable[[Path], Path]
) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000_000)

    path = bomb(tmp_path)
    assert "0000" not in texts(path)
    assert "larger than 1 MB: bomb.txt" in issues(path)


def test_an_archive_that_unpacks_to_too_much_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000_000)
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 3_000_000)

    path = tar_bomb(tmp_path)
    assert texts(path) == GOOD
    assert "the limit of 3 MB in all was reached: bomb.tgz" in issues(path)


def test_too_many_files_and_too_much_in_all_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, {f"{at}.txt": f"Text number {at} stands here." for at in range(6)})
    monkeypatch.setattr(files, "MAX_FILES", 3)
    assert "the limit of 3 files was reached" in issues(tmp_path)

    (tmp_path / "1.txt").write_text("Another text stands here now.")
    monkeypatch.setattr(files, "MAX_TOTAL_BYTES", 40)
    assert "in all was reached" in issues(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("broken.pdf", pdf(["A line of text."])[:200], "broken"),
        ("empty.pdf", b"", "broken"),
        ("blank.pdf", pdf([""]), "no text"),
        ("junk.txt", bytes(range(256)) * 20, "not a text"),
        ("junk.md", b"\x01\x02\x03\x04" * 100, "not a text"),
        ("nothing.txt", b"", "empty"),
        ("broken.zip", b"PK\x03\x04 and no more", "of a kind"),
        ("picture.png", b"\x89PNG", "of a kind"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    folder = filled(tmp_path, {"good.txt": GOOD, name: data})

    assert texts(folder) == GOOD
    assert why in issues(folder)
    assert name in issues(folder)


def test_a_broken_archive_gives_what_was_whole(tmp_path: Path) -> None:
    whole = tar_bomb(tmp_path).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])

    assert texts(tmp_path / "cut.tar.gz") == GOOD
    assert "cannot be read: cut.tar.gz" in issues(tmp_path / "cut.tar.gz")


def test_a_huge_line_takes_no_long_time_and_makes_passages(tmp_path: Path) -> None:
    line = "Some words that never end " * 40_000 + ". A short sentence stands at the end."
    folder = filled(tmp_path, {f"huge.{kind}": line for kind in ("txt", "md", "html")})

    begun = time.monotonic()
    passages = Library.open(folder).shelf().index.passages
    assert time.monotonic() - begun < 10
    assert max(len(passage.text) for passage in passages) < 3000
    assert Library(folder).shelf().index.search("short sentence")


def test_names_that_are_no_text_can_be_cited(tmp_path: Path) -> None:
    filled(tmp_path, {"good.txt": GOOD})
    with open(os.fsencode(tmp_path) + b"/bad\xff.txt", "wb") as file:
        file.write(b"An odd name stands over this text.")

    for name in Library.open(tmp_path).shelf().titles:
        assert name.encode()
