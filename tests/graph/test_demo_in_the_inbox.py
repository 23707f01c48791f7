"""`make demo ARGS=--web`: the planning graph's questions, answered on pages."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HTML = {"Accept": "text/html"}


class Demo:
    """The demo in a process of its own, and a browser without scripts."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-m", "graph.demo", "--web", *words]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**env, "PLANCRAFT_LANG": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        link = until(lambda: re.search(r"(http://\S+)/sign-in\?token=(\S+)", self.said))
        self.client = httpx.Client(base_url=link[1], headers=HTML, timeout=30)
        until(self._answers)
        signed = self.client.post("/sign-in", data={"token": link[2]})
        assert signed.status_code == 303

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def _answers(self) -> bool:
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def question(self, words: str) -> str:
        """The page of the open question that has these words."""

        def found() -> str | None:
            page = unescape(self.client.get("/hitl").text)
            return page if words in page and 'data-open="yes"' in page else None

        return str(until(found))

    def answer(self, page: str, **form: Any) -> None:
        place = re.search(r'action="(/hitl/requests/\w+/decide)"', page)
        token = re.search(r'name="csrf_token" value="(\w+)"', page)
        assert place is not None
        assert token is not None
        sent = self.client.post(place[1], data={"csrf_token": token[1], **form})
        assert sent.status_code == 303, sent.text

    def end(self) -> int:
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self._reader.join(10)
        return code


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def fields_of(page: str) -> dict[str, str]:
    """The form as it stands, with what is suggested."""
    lines = re.findall(r'<input [^>]*name="(f\.[^"]+)"[^>]*value="([^"]*)"', page)
    texts = re.findall(r'(?s)<textarea [^>]*name="(f\.[^"]+)"[^>]*>\n(.*?)</textarea>', page)
    return {name: unescape(value) for name, value in (*lines, *texts)}


def test_an_idea_is_planned_in_the_inbox_also_after_ctrl_c(tmp_path: Path) -> None:
    idea = "A shared calendar for a choir: rehearsals, who is absent, reminders. For 40 singers."
    demo = Demo(tmp_path, idea)
    page = demo.question("Which way should the plan")
    choice = re.search(r'name="choice" value="([^"]+)"', page)
    assert choice is not None
    demo.answer(page, action="answer", choice=choice[1])
    demo.question("A few details")
    assert demo.end() == 0

    demo = Demo(tmp_path)
    page = demo.question("A few details")
    demo.answer(page, action="answer", **fields_of(page))
    page = demo.question("Does this draft of the plan suit you?")
    assert "the plan is written to disk" in page
    demo.answer(page, action="approve")
    until(lambda: "The plan is in" in demo.said)
    assert demo.end() == 0
    (plan,) = (tmp_path / "demo-output").glob("*.md")
    assert "choir" in plan.read_text().lower()
    assert "you" in demo.said


def test_starting_over_leaves_no_old_question_open(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "A shared calendar for a choir. For 40 singers.")
    demo.question("Shared Calendar")
    assert demo.end() == 0
    demo = Demo(tmp_path, "--new", "An app that lends drills to neighbours. For 300 people.")
    page = demo.question("Which way should the plan")
    assert "Shared Calendar" not in page
    assert "Shared Calendar" in unescape(demo.client.get("/hitl?tab=cancelled").text)
    assert demo.end() == 0
