"""The store in a SQLite file keeps the contract, across processes and kills too."""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event

import plancraft as pc
from plancraft.approvals import Changes, Query, Store
from plancraft.stores import open_store, schema
from plancraft.stores.migrating import VERSION_TABLE
from plancraft.stores.sqlite import SqliteStore
from plancraft.testing import StoreContract
from plancraft.testing.stores import a_request, answered, happened


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with closing(SqliteStore(tmp_path / "store.db")) as store:
            yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path)) as store:
        yield store


def in_child(job: Callable[[], Any]) -> int:
    """The id of a forked process that runs the job; it exits 0 if that returns true."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    code = 1
    try:
        code = 0 if job() else 1
    except BaseException as error:  # noqa: BLE001 - the child's only way to say what went wrong
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(code)


def exit_code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def opened(store: Store, number: int = 1) -> pc.ApprovalRequest:
    request = a_request(number)
    changes = Changes(opened=[request], events=[happened("opened", request)])
    assert store.commit(changes, durable=True)
    return request


def test_a_second_handle_sees_what_the_first_wrote_and_loses_to_it(
    store: SqliteStore, path: Path
) -> None:
    request = opened(store)
    with closing(open_store(f"sqlite:///{path}")) as other:
        assert other.get(request.id) == request
        assert store.commit(Changes(replaced=[answered(request, by="mina")]), durable=True)
        assert not other.commit(Changes(replaced=[answered(request, by="joon")]), durable=True)
        assert other.get(request.id) == answered(request, by="mina")


def test_a_lock_holds_against_a_second_handle(store: SqliteStore, path: Path) -> None:
    with closing(SqliteStore(path)) as other:
        lock = store.try_lock("t")
        assert lock is not None
        assert other.try_lock("t") is None
        lock.release()
        again = other.try_lock("t")
        assert again is not None
        again.release()


def test_what_was_written_is_there_after_opening_anew(path: Path) -> None:
    with closing(SqliteStore(path)) as first:
        request = opened(first)
    with closing(SqliteStore(path)) as second:
        assert second.get(request.id) == request
        assert [one.kind for one in second.events()] == ["opened"]


def test_processes_that_open_a_new_file_at_once_all_get_it_migrated(tmp_path: Path) -> None:
    def migrates(path: Path, number: int, gate: int) -> bool:
        os.read(gate, 1)  # returns when the parent closes the other end
        with closing(SqliteStore(path)) as store:
            opened(store, number)
            return store.get(a_request(number).id) is not None

    for round_ in range(3):
        path = tmp_path / f"new-{round_}.db"
        reading, writing = os.pipe()

        def job(number: int, path: Path = path, ends: tuple[int, int] = (reading, writing)) -> bool:
            os.close(ends[1])
            return migrates(path, number, ends[0])

        children = [in_child(lambda number=number: job(number)) for number in range(4)]
        os.close(writing)
        os.close(reading)

        assert [exit_code(child) for child in children] == [0] * 4
        with closing(SqliteStore(path)) as store:
            assert len(store.find(Query())) == 4
            assert len(store.events()) == 4


def test_the_event_log_refuses_to_be_changed(store: SqliteStore, path: Path) -> None:
    opened(store)
    log = store.events()
    with closing(sqlite3.connect(path)) as connection:
        for statement in (
            "UPDATE plancraft_events SET body = '{}'",
            "UPDATE plancraft_events SET thread_id = 'x'",
            "DELETE FROM plancraft_events",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
            connection.rollback()
    assert store.events() == log


def test_the_event_log_refuses_to_be_written_over(store: SqliteStore, path: Path) -> None:
    opened(store)
    log = store.events()
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute(
                "INSERT OR REPLACE INTO plancraft_events (seq, request_id, body) "
                "SELECT seq, request_id, replace(body, 'mina', 'joon') FROM plancraft_events"
            )
            connection.commit()
        except sqlite3.IntegrityError:
            connection.rollback()
    assert store.events() == log


def missing_folder(folder: Path) -> Path:
    return folder / "no" / "store.db"


def a_directory(folder: Path) -> Path:
    return folder


def no_database(folder: Path) -> Path:
    (folder / "letter.txt").write_text("Dear Mina,\n" * 200)
    return folder / "letter.txt"


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "store.db"


def beside_a_folder_named_as_its_locks(folder: Path) -> Path:
    (folder / "store.db-locks").mkdir()
    return folder / "store.db"


def where_nothing_may_be_made(folder: Path) -> Path:
    return Path("/proc/sys/store.db")  # not even by root


UNUSABLE = [
    missing_folder,
    a_directory,
    no_database,
    below_a_file,
    beside_a_folder_named_as_its_locks,
    where_nothing_may_be_made,
]


@pytest.mark.parametrize("make", UNUSABLE)
def test_an_unusable_path_is_an_error_and_never_an_answer(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*.txt"))
    store = SqliteStore(path)
    request = a_request()
    calls: list[Callable[[], Any]] = [
        lambda: store.commit(Changes(opened=[request]), durable=True),
        lambda: store.get(request.id),
        lambda: store.live("thread"),
        lambda: store.find(Query()),
        lambda: store.latest("thread", "i"),
        lambda: store.driven("graph"),
        lambda: store.is_driven("graph", "thread"),
        store.events,
    ]
    for call in calls:
        with pytest.raises(pc.StoreUnavailable) as refused:
            call()
        assert str(path) in str(refused.value)
        assert refused.value.recoverable
    store.close()
    assert sorted(tmp_path.rglob("*.txt")) == before


def test_a_store_works_as_soon_as_its_folder_is_there(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "later" / "store.db")) as store:
        with pytest.raises(pc.StoreUnavailable):
            store.find(Query())
        (tmp_path / "later").mkdir()
        assert store.find(Query()) == []


def test_a_url_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(pc.StoreUnavailable) as refused:
        open_store("oracle://scott:tiger@host/db")
    assert "tiger" not in str(refused.value)
    assert "sqlite:///FILE" in str(refused.value)


@pytest.mark.parametrize("folder", ["with space", "with#hash", "한글", "quote'"])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    with closing(SqliteStore(tmp_path / folder / "store.db")) as store:
        opened(store)
    assert [one.name for one in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("folder", ["with?mark", "with%20percent"])
def test_a_folder_may_be_named_like_part_of_a_url(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    with closing(SqliteStore(tmp_path / folder / "store.db")) as store:
        opened(store)


def test_the_lock_of_a_killed_process_is_free_at_once(store: SqliteStore) -> None:
    reading, writing = os.pipe()

    def hold() -> None:
        assert store.try_lock("t") is not None
        os.write(writing, b"held")
        signal.pause()

    child = in_child(hold)
    assert os.read(reading, 4) == b"held"
    os.close(reading)
    os.close(writing)
    assert store.try_lock("t") is None

    os.kill(child, signal.SIGKILL)
    assert exit_code(child) == -signal.SIGKILL

    lock = store.try_lock("t")
    assert lock is not None
    lock.release()


def test_locks_leave_nothing_but_one_empty_file(store: SqliteStore, path: Path) -> None:
    opened(store)
    for _ in range(3):
        held = [store.try_lock(f"t{number}") for number in range(20)]
        for lock in held:
            assert lock is not None
            lock.release()
    store.close()
    assert {one.name for one in path.parent.iterdir()} == {"store.db", "store.db-locks"}
    assert (path.parent / "store.db-locks").stat().st_size == 0


def test_a_child_that_ends_does_not_free_its_parents_lock(store: SqliteStore, path: Path) -> None:
    lock = store.try_lock("t")
    assert lock is not None
    assert exit_code(in_child(lambda: store.try_lock("t") is None)) == 0
    store.close()
    assert exit_code(in_child(lambda: SqliteStore(path).try_lock("t") is None)) == 0
    lock.release()
    assert exit_code(in_child(lambda: SqliteStore(path).try_lock("t") is not None)) == 0


def test_a_forked_process_opens_a_connection_of_its_own(store: SqliteStore) -> None:
    parents = opened(store, 1)

    def work() -> bool:
        inherited = store._connection
        assert store.get(parents.id) == parents
        own = store._connection is not inherited
        opened(store, 2)
        store.close()
        return own

    children = [in_child(work)]
    assert [exit_code(child) for child in children] == [0]

    assert store.commit(Changes(replaced=[answered(parents)]), durable=True)
    assert len(store.events()) == 2
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM plancraft_requests").fetchone() == (2,)


def test_a_process_killed_between_commits_leaves_whole_commits(path: Path) -> None:
    reading, writing = os.pipe()

    def write_on() -> None:
        store = SqliteStore(path)
        for number in range(10_000):
            opened(store, number)
            os.write(writing, b".")

    child = in_child(write_on)
    written = 0
    while written < 20:
        written += len(os.read(reading, 20))
    os.kill(child, signal.SIGKILL)
    exit_code(child)
    os.close(reading)
    os.close(writing)

    with closing(SqliteStore(path)) as store:
        requests, events = store.find(Query(limit=20_000)), store.events()
        assert len(requests) >= 20
        assert {one.id for one in requests} == {one.request_id for one in events}
        opened(store, 50_000)


def test_the_migration_makes_the_tables_of_the_schema(store: SqliteStore, path: Path) -> None:
    store.find(Query())
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        migrated = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(migrated, schema.METADATA) == []
    engine.dispose()


def test_the_migration_makes_the_indexes_with_their_conditions(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    store.find(Query())
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    schema.METADATA.create_all(engine)
    engine.dispose()
    assert _statements(path) == _statements(tmp_path / "made.db")


def _statements(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
    return {name: " ".join(text.split()) for name, text in rows}


def test_questions_about_one_thread_are_answered_from_an_index(store: SqliteStore) -> None:
    opened(store)
    with closing(sqlite3.connect(store.path)) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT body FROM plancraft_requests WHERE thread_id = 't' AND live"
        ).fetchall()
    assert "plancraft_requests_live" in str(plan)


def test_a_migration_that_was_cut_off_is_taken_up_again(path: Path) -> None:
    def migrate_half() -> None:
        @event.listens_for(Engine, "after_cursor_execute")
        def die(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if "CREATE TABLE plancraft_events" in statement:
                os.kill(os.getpid(), signal.SIGKILL)

        SqliteStore(path).find(Query())

    assert exit_code(in_child(migrate_half)) == -signal.SIGKILL
    with closing(SqliteStore(path)) as store:
        opened(store)


def test_a_file_of_a_newer_version_is_refused_in_our_words(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.find(Query())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.commit()
    with closing(SqliteStore(path)) as store, pytest.raises(pc.StoreUnavailable):
        store.find(Query())
