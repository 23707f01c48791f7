"""`plancraft lint` as a user types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plancraft.cli import main
from plancraft.purity import RULES

WRONG = """from langgraph.types import interrupt


def node(state):
    save_to_database(state)
    return {"answer": interrupt("Go on?")}
"""
RIGHT = WRONG.replace("    save_to_database(state)\n", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", *arguments])


def test_a_finding_reads_as_ruffs_do_and_exits_with_one(project: Path) -> None:
    (project / "app.py").write_text(WRONG)
    done = lint("app.py")

    assert done.exit_code == 1
    assert done.stdout.startswith("app.py:5:5: PC101 `save_to_database(...)` acts on the world")
    assert "1 finding in 1 file\n" in done.stdout


def test_nothing_found_is_said_and_exits_with_zero(project: Path) -> None:
    (project / "app.py").write_text(RIGHT)
    done = lint()

    assert done.exit_code == 0
    assert done.stdout == "Nothing found in 1 file.\n"


def test_environments_and_caches_are_left_out(project: Path) -> None:
    for folder in (".venv/lib", "node_modules", "__pycache__"):
        (project / folder).mkdir(parents=True)
        (project / folder / "app.py").write_text(WRONG)

    assert lint(".").exit_code == 0


def test_json_has_code_message_and_place(project: Path) -> None:
    (project / "app.py").write_text(WRONG)
    (found,) = json.loads(lint("--format", "json", "app.py").stdout)

    assert (found["code"], found["filename"]) == ("PC101", "app.py")
    assert found["location"] == {"row": 5, "column": 5}
    assert "before the pause" in found["message"]


def test_json_is_an_empty_list_when_nothing_is_found(project: Path) -> None:
    assert json.loads(lint("--format", "json").stdout) == []


def test_github_gets_annotations(project: Path) -> None:
    (project / "app.py").write_text(WRONG)
    line = lint("--format", "github", "app.py").stdout

    assert line.startswith("::error file=app.py,line=5,col=5,title=plancraft (PC101)::")
    assert line.count("\n") == 1


def test_rules_are_chosen_by_how_their_code_begins(project: Path) -> None:
    (project / "app.py").write_text(WRONG)

    assert lint("--select", "PC2", "app.py").exit_code == 0
    assert lint("--select", "PC1,PC2", "app.py").exit_code == 1
    assert lint("--ignore", "PC101", "app.py").exit_code == 0
    unknown = lint("--select", "E501", "app.py")
    assert unknown.exit_code == 2
    assert "there is no rule E501" in unknown.stderr


def test_noqa_silences_its_code_only(project: Path) -> None:
    for comment, findings in (("noqa", 0), ("noqa: PC101", 0), ("noqa: PC201", 1)):
        text = WRONG.replace("(state)\n    return", f"(state)  # {comment}\n    return")
        (project / "app.py").write_text(text)
        assert lint("app.py").exit_code == findings


@pytest.mark.parametrize(("comment", "findings"), [("", 0), (": PC101", 0), (": PC201", 1)])
def test_a_comment_on_a_line_of_its_own_silences_the_file(
    project: Path, comment: str, findings: int
) -> None:
    (project / "app.py").write_text(f"# plancraft: noqa{comment}\n{WRONG}")

    assert lint("app.py").exit_code == findings


def test_tests_and_what_they_do_around_a_node_are_left_alone(project: Path) -> None:
    text = (
        f"{WRONG}\n\ndef test_it(tmp_path):\n    (tmp_path / 'x').write_text('x')\n    node({{}})\n"
    )
    for name in ("test_app.py", "app_test.py", "conftest.py"):
        (project / name).write_text(text)
    assert lint(".").exit_code == 0

    (project / "app.py").write_text(text.replace("    save_to_database(state)\n", ""))
    assert lint("app.py").exit_code == 0


def test_standard_input_is_read_as_a_file(project: Path) -> None:
    done = CliRunner().invoke(main, ["lint", "-"], input=WRONG)

    assert done.exit_code == 1
    assert done.stdout.startswith("<stdin>:5:5: PC101")


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "source": one.splitlines(keepends=True)} for one in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, *code]})


def test_the_code_cells_of_a_notebook_are_read(project: Path) -> None:
    text = notebook("%pip install x\nimport os\n!ls", "%%bash\necho (", WRONG)
    (project / "book.ipynb").write_text(text)
    done = lint("book.ipynb")

    assert done.stdout.startswith("book.ipynb:cell 3:5:5: PC101")
    (found,) = json.loads(lint("--format", "json", "book.ipynb").stdout)
    assert (found["filename"], found["cell"], found["location"]["row"]) == ("book.ipynb", 3, 5)
    annotation = lint("--format", "github", "book.ipynb").stdout
    assert annotation.startswith("::error file=book.ipynb,title=plancraft (PC101)::")

    quiet = WRONG.replace("(state)\n    return", "(state)  # noqa: PC101\n    return")
    (project / "book.ipynb").write_text(notebook("x = 1", quiet))
    assert lint("book.ipynb").exit_code == 0


def test_a_broken_cell_is_named(project: Path) -> None:
    (project / "book.ipynb").write_text(notebook("x = 1", "y = 1\ndef ("))
    (project / "none.ipynb").write_text("[]")

    assert "cannot read book.ipynb: cell 2:2: " in lint("book.ipynb").stderr
    assert "cannot read none.ipynb: " in lint("none.ipynb").stderr


def test_what_is_neither_python_nor_a_notebook_is_refused(project: Path) -> None:
    (project / "notes.txt").write_text("x")
    done = lint("notes.txt")

    assert done.exit_code == 2
    assert done.stderr == "plancraft: notes.txt is neither Python nor a notebook\n"


def test_a_link_that_leads_nowhere_is_passed_over(project: Path) -> None:
    (project / "gone.py").symlink_to("nowhere.py")

    assert lint(".").exit_code == 0


def test_findings_are_said_in_korean_to_the_last_word(project: Path) -> None:
    (project / "app.py").write_text(WRONG.replace("save_to_database(state)", "open('x', 'w')"))
    done = lint("--lang", "ko", "app.py")

    assert "(파일)" in done.stdout
    assert "파일 1개에서 1건을 찾았습니다" in done.stdout


def test_a_broken_file_is_one_line_and_the_others_are_reported(project: Path) -> None:
    (project / "app.py").write_text(WRONG)
    (project / "broken.py").write_text("def (:\n")
    done = lint(".")

    assert done.exit_code == 2
    assert "app.py:5:5: PC101" in done.stdout
    assert done.stderr.startswith("plancraft: cannot read broken.py: 1: ")
    assert done.stderr.count("\n") == 1


def test_a_path_that_is_not_there_is_one_line(project: Path) -> None:
    (project / "app.py").write_text(WRONG)
    done = lint("nowhere", "app.py")

    assert done.exit_code == 2
    assert "PC101" in done.stdout
    assert done.stderr == "plancraft: there is no file nowhere\n"


@pytest.mark.parametrize("code", RULES)
def test_every_rule_explains_itself_in_both_languages(code: str) -> None:
    english, korean = lint("--explain", code), lint("--explain", code.lower(), "--lang", "ko")

    assert english.exit_code == korean.exit_code == 0
    assert RULES[code].why in english.stdout
    assert korean.stdout.startswith(f"{code} {RULES[code].name}")
    assert RULES[code].why not in korean.stdout


def test_a_helper_in_another_file_is_followed(project: Path) -> None:
    package = project / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "pauses.py").write_text("from langgraph.types import interrupt as wait\n")
    (package / "effects.py").write_text("def note(x):\n    open('x', 'w').write(x)\n")
    (package / "nodes.py").write_text(
        "from . import effects\nfrom .pauses import wait\n\n\n"
        "def node(state):\n    effects.note(state['x'])\n    return {'a': wait('?')}\n"
    )
    done = lint("app")

    assert "app/nodes.py:6:5: PC101" in done.stdout
    assert "effects.py:2" in done.stdout


def test_files_without_packages_find_each_other(project: Path) -> None:
    (project / "nodes").mkdir()
    (project / "effects.py").write_text("def quiet(x):\n    pass\n")
    (project / "nodes" / "effects.py").write_text("def loud(x):\n    open(x, 'w')\n")
    pause = "from langgraph.types import interrupt\n"
    body = "\n\ndef node(state):\n    effects.loud('x')\n    return {'a': interrupt('?')}\n"
    (project / "nodes" / "near.py").write_text(f"{pause}from . import effects{body}")
    (project / "nodes" / "far.py").write_text(f"{pause}from nodes import effects{body}")
    done = lint(".")

    assert "nodes/near.py:5:5: PC101 `effects.loud(...)`" in done.stdout
    assert "nodes/far.py:5:5: PC101 `effects.loud(...)`" in done.stdout
    assert done.stdout.count("nodes/effects.py:2") == 2


def test_an_effect_behind_many_calls_is_found(project: Path) -> None:
    calls = "".join(f"def f{n}():\n    f{n - 1}()\n\n\n" for n in range(1, 60))
    text = f"def f0():\n    open('x', 'w')\n\n\n{calls}{WRONG}"
    (project / "app.py").write_text(text.replace("save_to_database(state)", "f59()"))

    assert "PC101 `f59()`" in lint("app.py").stdout


def test_a_pause_behind_stars_and_late_imports_is_found(project: Path) -> None:
    package = project / "app"
    (package / "core").mkdir(parents=True)
    pause = "from langgraph.types import interrupt\n\n\ndef confirm(q):\n    return interrupt(q)\n"
    for name, text in {
        "__init__.py": "",
        "core/__init__.py": "from .asking import *\n",
        "core/asking.py": pause,
        "star.py": "from app.core import confirm\n\n\ndef node(state):\n",
        "late.py": "def node(state):\n    from .core import asking\n",
    }.items():
        body = "    open('x', 'w')\n    return {}\n" if "node" in text else ""
        how = "asking.confirm" if "late" in name else "confirm"
        (package / name).write_text(text + body.replace("{}", f"{{'a': {how}('?')}}"))
    done = lint(".")

    assert "app/star.py:5:5: PC101" in done.stdout
    assert "app/late.py:3:5: PC101" in done.stdout
