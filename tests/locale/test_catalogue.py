"""Korean and English hold the same texts, with the same places to fill in."""

import string
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from plancraft.locale import say, speaking

ROOT = Path(__file__).parents[2]
KOREAN = ROOT / "plancraft" / "locale" / "ko" / "LC_MESSAGES" / "plancraft.po"


def used() -> set[str]:
    """The English texts that the code says."""
    found: set[str] = set()
    keywords = {"say": None, "N_": None}
    for folder in ("plancraft", "graph"):
        methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
        extracted = extract_from_dir(ROOT / folder, method_map=methods, keywords=keywords)
        found |= {str(message) for _, _, message, _, _ in extracted}
    return found


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_its_korean_twin_and_none_is_left_over() -> None:
    with KOREAN.open("rb") as file:
        catalogue = {str(m.id): str(m.string) for m in read_po(file, locale="ko") if m.id}

    assert catalogue.keys() == used()
    assert [message for message, korean in catalogue.items() if not korean.strip()] == []
    unequal = [m for m, korean in catalogue.items() if places(m) != places(korean)]
    assert unequal == []


def test_a_text_is_said_in_the_readers_language() -> None:
    assert say("no answer was given") == "no answer was given"
    with speaking("ko"):
        assert say("no answer was given") == "답이 없습니다"
        assert say("there is no file {path}", path="a{b}") == "a{b} 파일이 없습니다"
