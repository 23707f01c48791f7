"""The code that documents show runs, and prints what they say it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "README.ko.md",
    "docs/a2a.md",
    "docs/approvals.md",
    "docs/dialects.md",
    "docs/effects.md",
    "docs/notifications.md",
]
_BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_blocks_print_the_text_blocks_behind_them(document: str) -> None:
    blocks = _BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    surroundings: dict[str, object] = {"__name__": "document"}
    printed = None

    for language, text in blocks:
        if language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, document, "exec"), surroundings)
            printed = output.getvalue()
        else:
            assert printed == text

    assert printed is not None


@pytest.mark.parametrize("document", ["README.md", "README.ko.md"])
def test_the_first_graph_has_at_most_twenty_lines(document: str) -> None:
    blocks = _BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    first = next(text for language, text in blocks if language == "python")

    assert len([line for line in first.splitlines() if line.strip()]) <= 20
