"""`plancraft keys`: the key alone on standard output, and nothing that is not one line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plancraft.access import Keys
from plancraft.cli import main
from plancraft.stores import open_store


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


def _keys(file: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["keys", *words, "--db", file])


def test_a_new_key_is_all_that_is_printed(file: str) -> None:
    done = _keys(file, "add", "mina", "--role", "reviewer", "--email", "m@example.com")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    found = Keys(open_store(file)).find(done.stdout.strip())
    assert found is not None
    assert (found.name, found.role, found.email) == ("mina", "reviewer", "m@example.com")


def test_keys_are_listed_without_themselves_and_revoked_by_name(file: str) -> None:
    token = _keys(file, "add", "a1", "--role", "agent").stdout.strip()
    _keys(file, "add", "민아", "--role", "reviewer", "--group", "finance")
    listed = _keys(file, "list").stdout
    assert "a1" in listed
    assert "민아" in listed
    assert "finance" in listed
    assert token.removeprefix("pc_agent_")[:10] not in listed
    assert _keys(file, "revoke", "a1").exit_code == 0
    assert Keys(open_store(file)).find(token) is None


@pytest.mark.parametrize(
    "words",
    [
        ("add", "A1", "--role", "reviewer"),
        ("add", "role:reviewer", "--role", "agent"),
        ("revoke", "nobody"),
    ],
)
def test_what_cannot_be_done_is_one_line(file: str, words: tuple[str, ...]) -> None:
    _keys(file, "add", "a1", "--role", "agent")
    refused = _keys(file, *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_role_is_one_of_two(file: str) -> None:
    refused = _keys(file, "add", "root", "--role", "admin")
    assert refused.exit_code == 2
    assert not Path(file).exists()
