"""Code as others write it, right and wrong: no miss, no false alarm."""

import re
from pathlib import Path

import pytest

from plancraft.purity import RULES, lint

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
WRONG = sorted((CORPUS / "wrong").glob("*.py"))
RIGHT = sorted((CORPUS / "right").glob("*.py"))
_EXPECTED = re.compile(r"# expect: (PC\d+(?:, PC\d+)*)")


def expected(path: Path) -> set[tuple[int, str]]:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    found = ((number, _EXPECTED.search(line)) for number, line in lines)
    return {(number, code) for number, match in found if match for code in match[1].split(", ")}


def found_in(*paths: Path) -> set[tuple[int, str]]:
    done = lint(paths)
    assert done.unread == []
    return {(one.place.line, one.code) for one in done.findings}


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_what_is_wrong_is_found_at_its_line(path: Path) -> None:
    assert expected(path)
    assert found_in(path) == expected(path)


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_what_is_right_is_left_alone(path: Path) -> None:
    assert found_in(path) == set()


def test_the_corpus_is_large_and_knows_every_rule() -> None:
    assert len(WRONG) >= 60
    assert len(RIGHT) == len(WRONG)
    assert {code for path in WRONG for _, code in expected(path)} == RULES.keys()


def test_the_planning_graph_has_no_finding() -> None:
    assert lint([ROOT / "graph"]).findings == []


def test_the_library_itself_has_no_finding() -> None:
    assert lint([ROOT / "plancraft" / "interrupts"]).findings == []
