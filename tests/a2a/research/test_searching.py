"""Words, and what a search finds by them."""

from pathlib import Path

import pytest

from plancraft.a2a.research import Library
from plancraft.a2a.research.index import covered
from plancraft.a2a.research.wishes import wishes_of
from plancraft.a2a.research.words import content_words, named, tokens
from tests.a2a.research.conftest import filled


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("approvals", "approved"),
        ("approve", "approving"),
        ("policies", "policy"),
        ("stopping", "stop"),
        ("승인을", "승인은"),
        ("승인하는", "승인되면"),
        ("검토자에게", "검토자들은"),
        ("남겨야", "남겨"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert covered(content_words(one), tokens(other)) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [("남겨야", "이겨야"), ("process", "procession"), ("기한", "기록"), ("답", "답답")],
)
def test_different_words_do_not(one: str, other: str) -> None:
    assert covered(content_words(one), tokens(other)) == 0.0


def test_hangul_of_any_system_is_the_same() -> None:
    assert tokens("\u1109\u1173\u11bc\u110b\u1175\u11ab") == tokens("승인")


def test_a_passage_that_covers_too_little_is_no_answer(tmp_path: Path) -> None:
    filled(
        tmp_path, {"a.md": "Approvals need a deadline here.\n\n# B\n\nOther words stand here.\n"}
    )
    index = Library.open(tmp_path).shelf().index

    assert index.search("Which deadline do approvals need?")
    assert not index.search("Which deadline do quantum computers in submarines need?")
    assert index.search("") == index.search("the of and") == index.search("zzz") == []


def test_the_rarer_word_decides(tmp_path: Path) -> None:
    texts = {f"{at}.md": f"Agents wait for people, text {at}.\n" for at in range(8)}
    filled(tmp_path, {**texts, "own.md": "Escrow agents act.\n"})
    index = Library.open(tmp_path).shelf().index

    assert index.search("escrow agents")[0].passage.file == "own.md"
    assert [hit.passage.file for hit in index.search("escrow for agents")] == ["own.md"]


@pytest.mark.parametrize(
    ("reason", "wanted", "unwanted", "without", "length"),
    [
        ("Please add deadlines", "deadlines", "", (), 0),
        ("Deadlines instead of alarms", "deadlines", "alarms", (), 0),
        ("Do not use a.md, it is too long", "", "", ("docs/a.md",), -1),
        ("Use only docs/a.md", "", "", (), 0),
        ("기한을 더 자세히 다뤄 주세요", "기한", "", (), 1),
        ("경보는 빼고 기한을 추가해 주세요", "기한", "경보", (), 0),
        ("기한-글.md는 제외하고 짧게", "", "", ("기한-글.md",), -1),
        ("...", "", "", (), 0),
    ],
)
def test_a_reason_is_read_for_its_wishes(
    reason: str, wanted: str, unwanted: str, without: tuple[str, ...], length: int
) -> None:
    found = wishes_of([reason], ["docs/a.md", "기한-글.md"])

    assert (named(found.wanted), named(found.unwanted)) == (wanted, unwanted)
    assert (found.without, found.length) == (without, length)
