"""The log's chain tells which entry was altered, removed or moved."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plancraft.approvals import Changes, Head, HITLPolicy, Rule
from plancraft.approvals.audit import verify_log, verify_requests
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import link
from plancraft.cli import main
from plancraft.errors import LogBroken, RequestAltered
from plancraft.stores.sqlite import SqliteStore
from plancraft.testing.stores import a_request, happened

ENTRIES = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a log, whose protection was taken away."""
    path = tmp_path / "threads.db"
    with closing(SqliteStore(path)) as store:
        for number in range(ENTRIES):
            request = a_request(number)
            changes = Changes(opened=[request], events=[happened("opened", request)])
            assert store.commit(changes, durable=False)
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.commit()
    return path


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path)) as store:
        yield store


def tamper(path: Path, *statements: str, some: bool = True) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            assert (connection.execute(statement).rowcount > 0) is some
        connection.commit()


def broken(store: SqliteStore, **named: Any) -> LogBroken:
    with pytest.raises(LogBroken) as caught:
        verify_log(store, **named)
    return caught.value


def test_a_log_as_it_was_written_is_verified_to_its_end(store: SqliteStore) -> None:
    verified = verify_log(store)

    assert (verified.entries, verified.head) == (ENTRIES, store.head())


def test_an_altered_entry_is_named(path: Path, store: SqliteStore) -> None:
    tamper(path, "UPDATE plancraft_events SET body = replace(body, 'mina', 'joon') WHERE seq = 3")

    assert broken(store).seq == 3


def test_a_removed_entry_is_named(path: Path, store: SqliteStore) -> None:
    tamper(path, "DELETE FROM plancraft_events WHERE seq = 3")

    error = broken(store)
    assert error.seq == 3
    assert "removed" in str(error)


def test_a_removed_entry_is_named_though_the_others_were_renumbered(
    path: Path, store: SqliteStore
) -> None:
    tamper(
        path,
        "DELETE FROM plancraft_events WHERE seq = 3",
        "UPDATE plancraft_events SET seq = seq - 1 WHERE seq = 4",
        "UPDATE plancraft_events SET seq = seq - 1 WHERE seq = 5",
        "UPDATE plancraft_events SET seq = seq - 1 WHERE seq = 6",
        "UPDATE plancraft_chain SET seq = seq - 1",
    )

    assert broken(store).seq == 3


def test_two_entries_that_changed_places_are_named(path: Path, store: SqliteStore) -> None:
    tamper(
        path,
        "UPDATE plancraft_events SET seq = 99 WHERE seq = 3",
        "UPDATE plancraft_events SET seq = 3 WHERE seq = 5",
        "UPDATE plancraft_events SET seq = 5 WHERE seq = 99",
    )

    error = broken(store)
    assert (error.seq, error.place) == (3, 5)
    assert "moved" in str(error)
    assert "5번" in error.localized("ko")


def test_an_entry_removed_from_the_end_is_named(path: Path, store: SqliteStore) -> None:
    tamper(path, f"DELETE FROM plancraft_events WHERE seq = {ENTRIES}")

    error = broken(store)
    assert error.seq == ENTRIES
    assert "end" in str(error)


def test_a_chain_written_anew_is_known_by_an_earlier_end(path: Path, store: SqliteStore) -> None:
    known = verify_log(store).head
    (first, *rest) = store.log()
    hash_ = link("0" * 64, first.body.replace("mina", "joon"))
    tamper(
        path,
        "UPDATE plancraft_events SET body = replace(body, 'mina', 'joon'), "
        f"hash = '{hash_}' WHERE seq = 1",
    )
    for entry in rest:
        hash_ = link(hash_, entry.body)
        tamper(path, f"UPDATE plancraft_events SET hash = '{hash_}' WHERE seq = {entry.seq}")
    tamper(path, f"UPDATE plancraft_chain SET hash = '{hash_}'")

    assert verify_log(store).entries == ENTRIES
    assert broken(store, known=known).seq == ENTRIES
    assert broken(store, known=Head(ENTRIES + 4, "0" * 64)).seq == ENTRIES + 1


def test_the_command_says_it(path: Path) -> None:
    fine = CliRunner().invoke(main, ["audit", "verify", "--db", str(path)])
    end = fine.output.split()[-1]
    again = CliRunner().invoke(main, ["audit", "verify", "--db", str(path), "--known", end])
    tamper(path, "UPDATE plancraft_events SET body = '{}' WHERE seq = 2")
    bad = CliRunner().invoke(main, ["audit", "verify", "--db", str(path), "--lang", "ko"])

    assert (fine.exit_code, again.exit_code) == (0, 0)
    assert "6 entries" in fine.output
    assert bad.exit_code == 1
    assert "2번" in bad.output


@pytest.mark.parametrize("known", ["x", "3:short", "-1:" + "0" * 64])
def test_the_command_refuses_what_is_no_end(path: Path, known: str) -> None:
    said = CliRunner().invoke(main, ["audit", "verify", "--db", str(path), "--known", known])

    assert said.exit_code == 2
    assert "NUMBER:HASH" in said.output


@pytest.fixture
def decided(tmp_path: Path) -> Iterator[SqliteStore]:
    """A file with requests of every fate, whose protection was taken away."""
    path = tmp_path / "decided.db"
    with closing(SqliteStore(path)) as store:
        desk = Desk(store, HITLPolicy(types={"data_validation": Rule(needed=2)}))
        yes, no, out, voted, late = (
            desk.open(kind, "Pay", {"amount": 300}, requested_by="bot", editable=["amount"])
            for kind in ("general", "general", "general", "data_validation", "general")
        )
        desk.approve(yes.id, by="mina", edits={"amount": 200})
        desk.reject(no.id, by="mina", reason="no")
        desk.cancel(out.id, by="bot")
        desk.approve(voted.id, by="mina")
        desk.approve(late.id, by="mina", hold=timedelta(seconds=60))
        desk.undo(late.id, by="mina")
        desk.extend(late.id, 60, by="mina")
        desk.reject(voted.id, by="mina", reason="no", hold=timedelta(seconds=60))
        desk.undo(voted.id, by="mina")
        tamper(path, *(f"DROP TRIGGER {name}" for name in _triggers(path)), some=False)
        yield store


def _triggers(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return [name for (name,) in found.fetchall()]


def test_requests_are_as_the_log_tells(decided: SqliteStore) -> None:
    verify_log(decided)
    assert verify_requests(decided) == 5


REQUESTS = "UPDATE plancraft_requests SET body = "
SET = REQUESTS + "json_set(body, "
FORGED = (
    "INSERT INTO plancraft_events SELECT {seq}, request_id, thread_id, body, hash "
    "FROM plancraft_events WHERE seq = 6"
)


@pytest.mark.parametrize(
    "statement",
    [
        REQUESTS + 'replace(body, \'"by":"mina"\', \'"by":"joon"\') WHERE status = \'approved\'',
        REQUESTS + "replace(body, '200', '2000') WHERE status = 'approved'",
        REQUESTS + "replace(body, '300', '3000') WHERE status = 'pending'",
        REQUESTS + "replace(body, '\"pending\"', '\"approved\"'), status = 'approved' "
        "WHERE status = 'pending'",
        REQUESTS + "replace(body, '\"version\":2', '\"version\":1') WHERE status = 'rejected'",
        "UPDATE plancraft_requests SET status = 'approved', body = json_set(body, '$.status', "
        "'approved', '$.approved_by', 'mina') WHERE status = 'rejected'",
        "UPDATE plancraft_requests SET status = 'approved' WHERE status = 'rejected'",
        SET + "'$.approved_by', 'joon') WHERE status = 'approved'",
        SET + "'$.rejection_reason', 'other') WHERE status = 'rejected'",
        SET + "'$.decision.via', 'policy') WHERE status = 'rejected'",
        SET + "'$.terms.needed', 1) WHERE type = 'data_validation'",
        SET + "'$.votes', json('[]')) WHERE type = 'data_validation'",
        SET + "'$.deadline', '2099-01-01T00:00:00Z') WHERE status = 'pending'",
        SET + "'$.title', 'Other') WHERE status = 'pending'",
        SET + "'$.requested_by', 'other') WHERE status = 'pending'",
        "UPDATE plancraft_requests SET body = 'x' WHERE status = 'rejected'",
        "DELETE FROM plancraft_requests WHERE status = 'rejected'",
        "INSERT INTO plancraft_requests SELECT 'ffffffff', graph, thread_id, interrupt_id, "
        "generation, type, priority, requested_by, assignee, searched, status, delivery, live, "
        "created_at, deadline, version, replace(body, id, 'ffffffff') FROM plancraft_requests "
        "WHERE status = 'approved'",
        "UPDATE plancraft_events SET request_id = 'ffffffffffff' WHERE seq = 6",
        FORGED.format(seq=-5),
        FORGED.format(seq=0),
    ],
)
def test_a_request_that_was_changed_by_hand_is_named(decided: SqliteStore, statement: str) -> None:
    tamper(decided.path, statement)
    verify_log(decided)
    with pytest.raises(RequestAltered):
        verify_requests(decided)


def test_an_entry_behind_the_end_is_named_and_stops_no_one_for_ever(
    decided: SqliteStore,
) -> None:
    head = decided.head().seq
    tamper(decided.path, FORGED.format(seq=head + 1))
    assert broken(decided).seq == head + 1
    with pytest.raises(LogBroken):
        Desk(decided).open("general", "More", "x")
    tamper(decided.path, "DELETE FROM plancraft_chain")
    with pytest.raises(LogBroken):
        verify_log(decided)
    with pytest.raises(LogBroken):
        Desk(decided).open("general", "More", "x")


def test_a_known_beginning_that_is_none_is_refused(store: SqliteStore) -> None:
    assert broken(store, known=Head(0, "f" * 64)).seq == 1
