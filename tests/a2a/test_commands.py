"""`plancraft a2a serve` and `ask`, as a person at a terminal has them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pexpect
import pytest

from plancraft import open_store
from plancraft.access import Keys
from tests.cli.test_terminal import ROOT, spawn
from tests.ports import free_port

LIBRARY = ROOT / "graph" / "library"
PLANCRAFT = (sys.executable, "-m", "plancraft")


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PLANCRAFT_LANG": "en"}
    return subprocess.run(
        [*PLANCRAFT, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """The agent's URL, the key for this run, and the process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PLANCRAFT_LANG": "en"}
    environment["PYTHONUNBUFFERED"] = "1"
    port = str(free_port())
    command = [*PLANCRAFT, "a2a", "serve", "--port", port, "--by", "kim", *options]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"PLANCRAFT_KEY=(\S+) plancraft a2a ask (\S+)", said)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        _wait_for(found[2])
        yield found[2], found[1], process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/.well-known/agent-card.json", timeout=2)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(url)


@pytest.mark.slow
def test_a_person_asks_decides_stops_and_comes_back(tmp_path: Path) -> None:
    with served(tmp_path, "--documents", str(LIBRARY), "--owner-decides") as (url, key, _):
        question = "When should an agent wait for a person?"
        first = spawn(tmp_path, "-m", "plancraft", "a2a", "ask", url, question, "--key", key)
        first.expect("Shall this be researched")
        first.expect(r"\[a\]pprove")
        first.sendintr()
        first.expect(r"--task (\S+)")
        task = first.match[1]
        first.expect(pexpect.EOF)
        first.close()
        assert first.exitstatus == 130

        second = spawn(tmp_path, "-m", "plancraft", "a2a", "ask", url, "--task", task, "--key", key)
        second.expect(r"\[a\]pprove")
        second.sendline("r")
        second.expect("Reason")
        second.sendline("Look at deadlines too.")
        for _ in range(3):
            second.expect(r"\[a\]pprove")
            second.sendline("a")
        second.expect("The report is approved")
        second.expect("deadlines-and-silence.html")
        second.expect(pexpect.EOF)
        second.close()
        assert second.exitstatus == 0


@pytest.mark.slow
def test_a_task_is_cancelled_and_the_key_ends_with_its_run(tmp_path: Path) -> None:
    with served(tmp_path, "--documents", str(LIBRARY)) as (url, key, process):
        begun = run(tmp_path, "a2a", "ask", url, "--task", "nonsense", "--key", key)
        assert begun.returncode == 2
        body = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "물고기는 무엇인가?"}]}
        headers = {"Authorization": f"Bearer {key}", "A2A-Version": "1.0"}
        sent = httpx.post(
            f"{url}/message:send", json={"message": body}, headers=headers, timeout=60
        )
        task = sent.json()["task"]["id"]
        done = run(tmp_path, "a2a", "ask", url, "--task", task, "--cancel", "--key", key)
        assert done.returncode == 0
        assert "작업이 사용자에 의해 취소되었습니다." in done.stdout
        process.kill()
        process.wait()
    with served(tmp_path, "--documents", str(LIBRARY)) as (url, other, _):
        assert other != key
        headers = {"Authorization": f"Bearer {key}", "A2A-Version": "1.0"}
        assert httpx.get(f"{url}/tasks", headers=headers).status_code == 401
    store = open_store(str(tmp_path / "plancraft.db"))
    assert Keys(store).list() == []
    store.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "http://127.0.0.1:9", "hello"), "http://127.0.0.1:9"),
        (("ask", "http://[::bad", "hello"), "http://[::bad"),
        (("ask", "http://127.0.0.1:99999", "hello"), "99999"),
        (("ask", "nonsense", "hello"), "nonsense"),
        (("ask", "http://127.0.0.1:9"), "--task"),
        (("ask", "http://127.0.0.1:9", "hello", "--cancel"), "--task"),
        (("serve",), "--documents"),
        (("serve", "--documents", "nowhere"), "nowhere"),
        (("serve", "--documents", "."), "no documents"),
        (("serve", "--documents", ".", "--agent", "a:b"), "--documents"),
        (("serve", "--agent", "nonsense"), "nonsense"),
        (("serve", "--agent", "http://127.0.0.1:9"), "--agent"),
        (("serve", "--documents", ".", "--card-key", "nowhere.pem"), "nowhere.pem"),
        (("serve", "--documents", ".", "--model", "nonsense"), "PLANCRAFT_MODEL"),
        (("serve", "--documents", ".", "--retriever", "nowhere:x"), "nowhere"),
        (("serve", "--documents", ".", "--tasks", "mysql://x"), "--tasks"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    if "--model" in arguments or "--retriever" in arguments or "--tasks" in arguments:
        (tmp_path / "a.md").write_text("# A\n\nA fish swims in the sea all day long.\n")
    port = ("--port", "0") if arguments[0] == "serve" else ()
    done = run(tmp_path, "a2a", *arguments, *port)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.md").exists() or done.stdout == ""
