"""The commands of docs/langgraph-server.md, run as they stand there; only the address differs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from utils.langgraph_dev import ROOT

pytestmark = pytest.mark.xdist_group("langgraph-server")
DOCUMENT = (ROOT / "docs" / "langgraph-server.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(python|js|bash|text)\n(.*?)```", re.DOTALL)
ADDRESS = "http://127.0.0.1:2024"
JS = Path(__file__).parent / "js"
ANY = "…"


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(DOCUMENT) if kind == language]


EXPECTED = [json.loads(line) for text in blocks("text") for line in text.splitlines()]


def ran(words: Sequence[str], folder: Path) -> list[Any]:
    """The JSON values that it printed."""
    done = subprocess.run(
        words, cwd=folder, text=True, capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def fits(given: Any, expected: Any) -> bool:
    """Whether it is the same, where the document does not leave something out."""
    if expected == ANY:
        return True
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(
            name in given and fits(given[name], value) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(given) == len(expected) and all(map(fits, given, expected))
    return bool(given == expected)


def assert_as_told(printed: list[Any]) -> None:
    assert len(printed) == len(EXPECTED), printed
    assert [one for one, told in zip(printed, EXPECTED, strict=True) if not fits(one, told)] == []


def script(language: str, url: str, between: str = "\n") -> str:
    return between.join(blocks(language)).replace(ADDRESS, url)


def test_each_flow_is_there_in_each_language() -> None:
    assert {len(blocks(language)) for language in ("python", "js", "bash", "text")} == {5}


def test_python(open_server: str, tmp_path: Path) -> None:
    file = tmp_path / "flows.py"
    file.write_text(script("python", open_server), encoding="utf-8")
    run = (
        "import ast, asyncio, sys\n"
        "flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT\n"
        "code = compile(open(sys.argv[1]).read(), sys.argv[1], 'exec', flags=flags)\n"
        "asyncio.run(eval(code, {'__name__': 'document'}))\n"
    )
    assert_as_told(ran([sys.executable, "-c", run, str(file)], tmp_path))


def test_javascript(open_server: str, tmp_path: Path) -> None:
    file = installed() / f"flows-{os.getpid()}.mjs"
    file.write_text(script("js", open_server), encoding="utf-8")
    try:
        assert_as_told(ran(["node", str(file)], tmp_path))
    finally:
        file.unlink()


def test_curl(open_server: str, tmp_path: Path) -> None:
    for tool in ("bash", "curl"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    file = tmp_path / "flows.sh"
    file.write_text(script("bash", open_server, "\necho\n"), encoding="utf-8")
    assert_as_told(ran(["bash", "-euo", "pipefail", str(file)], tmp_path))


def test_plancrafts_own_calls(open_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    ((code, printed),) = re.findall(r"```py\n(.*?)```\n\n```txt\n(.*?)```", DOCUMENT, re.DOTALL)

    exec(compile(code.replace(ADDRESS, open_server), "document", "exec"), {"__name__": "document"})

    assert capsys.readouterr().out == printed


def installed() -> Path:
    """A folder in which the JavaScript SDK of `js/package.json` is installed."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    wanted = json.loads((JS / "package.json").read_text())["dependencies"]
    there = JS / "node_modules" / "@langchain" / "langgraph-sdk" / "package.json"
    if there.is_file() and json.loads(there.read_text())["version"] in wanted.values():
        return JS
    words = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--omit=optional"]
    done = subprocess.run(words, cwd=JS, text=True, capture_output=True, timeout=100, check=False)
    if done.returncode:
        pytest.skip("npm cannot install the JavaScript SDK: no registry is reached")
    return JS
