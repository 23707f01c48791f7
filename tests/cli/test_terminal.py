"""A person at a real (pseudo-)terminal."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

ROOT = Path(__file__).parents[2]
FORM = """
from typing import TypedDict
from langgraph.graph import START, StateGraph
from pydantic import BaseModel, SecretStr
import plancraft as pc

class Login(BaseModel):
    name: str
    age: int
    password: SecretStr

class State(TypedDict, total=False):
    said: str

def node(state: State) -> State:
    answer = pc.ask(pc.FormInterruptPayload(question="Who are you?", form=Login))
    form = answer.form
    return {"said": f"{form.name} {form.age} {len(form.password.get_secret_value())}"}

graph = StateGraph(State).add_node(node).add_edge(START, "node").compile()
"""


def spawn(folder: Path, *arguments: str) -> pexpect.spawn:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "100"}
    command = [sys.executable, *arguments]
    return pexpect.spawn(
        command[0], command[1:], cwd=str(folder), env=environment, encoding="utf-8", timeout=40
    )


@pytest.mark.slow
def test_the_demo_goes_on_at_the_same_question_after_ctrl_c(tmp_path: Path) -> None:
    idea = "A library that lends board games to students"
    first = spawn(tmp_path, "-m", "graph.demo", idea)
    first.expect("Number, or your own words")
    first.sendline("1")
    first.expect("A few details")
    first.sendintr()
    first.expect("nothing is lost")
    first.expect(pexpect.EOF)
    first.close()
    assert first.exitstatus == 130

    second = spawn(tmp_path, "-m", "graph.demo")
    second.expect("Going on where you stopped")
    second.expect("A few details")
    for _ in range(5):
        second.expect(r"\]: ")
        second.sendline("")
    second.expect("eject")
    second.sendline("r")
    second.expect("Reason")
    second.sendline("")
    second.expect("a rejection needs a reason")
    second.expect("eject")
    second.sendline("r")
    second.expect("Reason")
    second.sendline("Add a late fee")
    second.expect("eject")
    second.sendline("a")
    second.expect("Who answered what")
    second.expect(r"The plan is in (\S+)")
    second.expect(pexpect.EOF)
    second.close()

    assert second.exitstatus == 0
    (plan,) = (tmp_path / "demo-output").glob("*.md")
    assert "late fee" in plan.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_form_is_asked_field_by_field_and_bad_values_again(tmp_path: Path) -> None:
    (tmp_path / "form_app.py").write_text(FORM, encoding="utf-8")
    run = spawn(tmp_path, "-m", "plancraft", "run", "form_app:graph", "--input", "{}")
    run.expect("Name: ")
    run.sendline("Mina")
    run.expect("Age: ")
    run.sendline("old")
    run.expect("Password: ")
    run.sendline("hunter2")
    run.expect("age: must be integer")
    run.expect("Name: ")
    run.sendline("Mina")
    run.expect("Age: ")
    run.sendline("30")
    run.expect("Password: ")
    run.sendline("hunter2")
    run.expect("Mina 30 7")
    run.expect(pexpect.EOF)
    run.close()

    assert run.exitstatus == 0
    assert "hunter2" not in re.sub(r"\s", "", run.before or "")


@pytest.mark.slow
def test_ctrl_c_at_a_question_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "form_app.py").write_text(FORM, encoding="utf-8")
    run = spawn(tmp_path, "-m", "plancraft", "run", "form_app:graph", "--input", "{}")
    run.expect("Name: ")
    run.sendintr()
    run.expect("Go on with: plancraft run form_app:graph --thread ([0-9a-f]+) --db plancraft.db")
    thread = run.match.group(1)
    run.expect(pexpect.EOF)
    run.close()
    assert run.exitstatus == 130

    again = spawn(tmp_path, "-m", "plancraft", "run", "form_app:graph", "--thread", thread)
    again.expect("Who are you")
    again.expect("Name: ")
    again.sendeof()
    again.expect("nothing is lost")
    again.expect(pexpect.EOF)
