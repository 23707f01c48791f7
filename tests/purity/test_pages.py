"""Each rule has a page; its wrong example breaks that rule alone, its right one none."""

import os
import re
from pathlib import Path

import pytest

from plancraft.purity import RULES, lint
from plancraft.testing import ImpurePause

DOCS = Path(__file__).parents[2] / "docs" / "purity"
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def codes_in(text: str, folder: Path) -> set[str]:
    path = folder / "example.py"
    path.write_text(text, encoding="utf-8")
    return {one.code for one in lint([path]).findings}


@pytest.mark.parametrize("code", RULES)
def test_the_wrong_example_breaks_the_rule_and_the_right_one_none(
    code: str, tmp_path: Path
) -> None:
    wrong, right = _BLOCK.findall((DOCS / f"{code}.md").read_text(encoding="utf-8"))

    assert codes_in(wrong, tmp_path) == {code}
    assert codes_in(right, tmp_path) == set()


@pytest.mark.parametrize("code", RULES)
def test_the_page_has_the_reason_and_the_index_the_page(code: str) -> None:
    page = " ".join((DOCS / f"{code}.md").read_text(encoding="utf-8").split())

    assert page.startswith(f"# {code}: {RULES[code].name} ")
    assert RULES[code].why in page
    assert f"[{code}]({code}.md)" in (DOCS / "README.md").read_text(encoding="utf-8")


def test_the_index_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "README.md").read_text(encoding="utf-8")
    (code,) = _BLOCK.findall(text)
    (printed,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)

    exec(compile(code, os.fspath(DOCS), "exec"), {"__name__": "document"})

    assert capsys.readouterr().out == printed
    assert ImpurePause.__name__ in code
