"""Keys say how their owner is reached: by which address, as whom in Slack, in which language."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plancraft.access import Keys, Role
from plancraft.approvals import Record, Store
from plancraft.approvals.store import Changes
from plancraft.cli import main
from plancraft.errors import NameRefused
from plancraft.stores import open_store


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "keys.db")


def keys(file: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["keys", *words, "--db", file], env={"COLUMNS": "300"})


def test_language_and_slack_member_are_kept_and_listed(file: str) -> None:
    options = ("--role", "reviewer", "--language", "ko", "--slack", "U012345")
    assert keys(file, "add", "mina", *options).exit_code == 0
    listed = keys(file, "list").stdout
    assert "U012345" in listed
    assert " ko " in listed
    with closing(open_store(file)) as store:
        (key,) = Keys(store).list()
        assert (key.language, key.slack) == ("ko", "U012345")
        assert Keys(store).find_by_slack("U012345") == key
        assert Keys(store).find_by_slack("U999999") is None


@pytest.mark.parametrize(
    "words",
    [
        ("--slack", "mina"),
        ("--slack", "U012345\nU1"),
        ("--slack", "U777777"),
        ("--email", "mina"),
        ("--email", "a@b.c, d@e.f"),
        ("--email", "a@b.c\r\nBcc: d@e.f"),
        ("--language", "de"),
    ],
)
def test_what_reaches_nobody_or_two_is_refused(file: str, words: tuple[str, ...]) -> None:
    assert keys(file, "add", "jun", "--role", "reviewer", "--slack", "U777777").exit_code == 0
    refused = keys(file, "add", "mina", "--role", "reviewer", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "mina" not in keys(file, "list").stdout


def test_a_slack_member_belongs_to_one_key(store: Store) -> None:
    kept = Keys(store)
    kept.add("mina", Role.REVIEWER, slack="U012345")
    with pytest.raises(NameRefused, match="mina"):
        kept.add("jun", Role.REVIEWER, slack="U012345")
    kept.revoke("mina")
    kept.add("jun", Role.REVIEWER, slack="U012345")


def test_a_key_from_before_has_neither(store: Store) -> None:
    body = (
        '{"name":"old","role":"reviewer","email":null,"groups":[],'
        '"created_at":"2026-01-01T00:00:00Z"}'
    )
    assert store.commit(Changes(records=[Record("key", "h", body)]), durable=True)
    (key,) = Keys(store).list()
    assert (key.language, key.slack) == (None, None)
