"""What every `plancraft.approvals.Store` must pass.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self) -> Iterator[Store]:
            ...

`pytest.register_assert_rewrite("plancraft.testing.stores")` in a `conftest.py` makes a failure
show the values that were compared.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from plancraft.approvals import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    Changes,
    Decision,
    Delivery,
    DrivingMark,
    Event,
    Head,
    Query,
    Record,
    Store,
)
from plancraft.approvals.audit import verify_log
from plancraft.approvals.events import START, EventKind, chained, event_of
from plancraft.approvals.requests import SEARCHED
from plancraft.approvals.transitions import cancel, decide, mark_delivered
from plancraft.interrupts.canonical import digest_of

__all__ = ["EPOCH", "StoreContract", "a_request", "answered", "happened"]

T = TypeVar("T")

EPOCH = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the contract's requests are opened."""


def a_request(
    number: int = 1,
    *,
    thread_id: str = "thread",
    graph: str = "graph",
    interrupt_id: str | None = None,
    generation: int = 1,
    after: float = 0,
    deadline: float | None = None,
) -> ApprovalRequest:
    """An open request; `after` and `deadline` are seconds from `EPOCH`."""
    interrupt_id = interrupt_id or f"interrupt-{number}"
    shown = {"question": f"Question {number}?"}
    return ApprovalRequest(
        id=ApprovalRequest.id_for(thread_id, interrupt_id, generation),
        title=f"Question {number}?",
        content="계획을 승인할까요?",
        context={"number": number, "nested": {"list": [1, None, "é"]}},
        created_at=EPOCH + timedelta(seconds=after),
        source="graph",
        graph=graph,
        thread_id=thread_id,
        checkpoint_id="checkpoint",
        interrupt_id=interrupt_id,
        generation=generation,
        payload=shown,
        digest=digest_of(shown),
        deadline=None if deadline is None else EPOCH + timedelta(seconds=deadline),
    )


def answered(
    request: ApprovalRequest, *, by: str = "mina", secrets: dict[str, Any] | None = None
) -> ApprovalRequest:
    """The successor with an answer that is due."""
    at = EPOCH + timedelta(seconds=1)
    decision = Decision(answer={"confirmed": True}, by=by, at=at, secrets=secrets or {})
    return decide(request, decision, now=at)


def happened(kind: EventKind, request: ApprovalRequest, actor: str = "mina") -> Event:
    """The event that belongs to a change of the request."""
    return event_of(kind, request, actor=actor)


class StoreContract:
    """Test methods; a subclass gives the fixture `store`, a new and empty store each time."""

    # What is written.

    def test_what_is_committed_reads_back_equal(self, store: Store) -> None:
        """Every field survives, times and nested JSON included."""
        request = a_request(deadline=60).model_copy(
            update={"response_schema": {"type": "object"}, "priority": 5, "timeout": 0.25}
        )
        event = happened("opened", request)
        assert store.commit(Changes(opened=[request], events=[event]), durable=True)
        assert store.get(request.id) == request
        assert store.events() == [event]
        successor = answered(request, secrets={"pin": 1234})
        assert store.commit(Changes(replaced=[successor]), durable=False)
        assert store.get(request.id) == successor

    def test_an_unknown_id_is_none(self, store: Store) -> None:
        """Looking for what is not there is no error."""
        assert store.get("no-such-id") is None
        assert store.latest("thread", "no-such-id") is None
        assert store.live("thread") == []
        assert store.find(Query()) == []
        assert store.events() == []
        assert store.driven("graph") == []
        assert not store.is_driven("graph", "thread")

    def test_an_empty_commit_succeeds(self, store: Store) -> None:
        """Nothing to write is written."""
        assert store.commit(Changes(), durable=True)
        assert store.commit(Changes(), durable=False)

    def test_opening_twice_is_refused_and_leaves_the_first(self, store: Store) -> None:
        """An id is opened once, whatever became of it since."""
        request = a_request()
        assert _open(store, request)
        other = request.model_copy(update={"title": "Another"})
        assert not _open(store, other)
        assert _swap(store, answered(request))
        assert not _open(store, other)
        assert store.get(request.id) == answered(request)

    def test_one_id_twice_in_a_commit_is_refused(self, store: Store) -> None:
        """Also when both come together."""
        request = a_request()
        other = request.model_copy(update={"title": "Another"})
        assert not _open(store, request, other)
        assert store.get(request.id) is None
        assert store.live("thread") == []

    def test_a_lost_opening_leaves_no_trace(self, store: Store) -> None:
        """All of a commit or nothing: requests, events and the mark."""
        known, new = a_request(1), a_request(2)
        assert _open(store, known)
        everything = Changes(
            opened=[new, known],
            replaced=[answered(known)],
            events=[happened("opened", new), happened("decided", known)],
            mark=_mark("thread"),
        )
        assert not store.commit(everything, durable=True)
        assert store.get(new.id) is None
        assert store.get(known.id) == known
        assert store.live("thread") == [known]
        assert store.events() == []
        assert store.driven("graph") == []

    def test_of_two_successors_the_first_wins_and_the_other_leaves_no_trace(
        self, store: Store
    ) -> None:
        """Compare and swap by version; the loser's events and openings vanish with it."""
        request, side, third = a_request(1), a_request(2), a_request(3)
        assert _open(store, request, side)
        first = answered(request, by="mina")
        assert store.commit(
            Changes(replaced=[first], events=[happened("decided", first)]), durable=True
        )
        second = answered(request, by="joon")
        lost = Changes(
            opened=[third],
            replaced=[answered(side), second],
            events=[happened("decided", second, "joon"), happened("opened", third, "joon")],
            mark=_mark("thread"),
        )
        assert not store.commit(lost, durable=True)
        assert store.get(request.id) == first
        assert store.get(side.id) == side
        assert store.get(third.id) is None
        assert [event.actor for event in store.events()] == ["mina"]
        assert not store.is_driven("graph", "thread")

    def test_a_successor_of_nothing_is_refused(self, store: Store) -> None:
        """What was never opened cannot be replaced."""
        assert not _swap(store, answered(a_request()))
        assert store.find(Query(status=None)) == []

    def test_a_version_cannot_be_skipped_or_written_again(self, store: Store) -> None:
        """Only the very next version fits."""
        request = a_request()
        assert _open(store, request)
        second = answered(request)
        third = mark_delivered(second, now=EPOCH + timedelta(seconds=2))
        assert not _swap(store, third)
        assert not _swap(store, request)
        assert _swap(store, second)
        assert not _swap(store, second)
        assert _swap(store, third)
        assert store.get(request.id) == third

    def test_a_successful_commit_after_a_lost_one(self, store: Store) -> None:
        """Losing does not spoil the store for the next."""
        request = a_request()
        assert _open(store, request)
        assert not _open(store, request)
        assert _swap(store, answered(request))

    # What is found.

    def test_live_is_what_still_matters_to_the_thread_oldest_first(self, store: Store) -> None:
        """Open, due, or holding secrets; by age, not by when it was written."""
        opened = [
            a_request(1, after=3),
            a_request(2, after=1),
            a_request(3, after=2),
            a_request(4, after=4),
            a_request(5, after=5),
            a_request(6, thread_id="other"),
        ]
        assert _open(store, *opened)
        due = answered(opened[0])
        closed = cancel(opened[1], now=EPOCH)
        holding = mark_delivered(answered(opened[3], secrets={"pin": 1}), now=EPOCH, moved_on=False)
        scrubbed = mark_delivered(answered(opened[4], secrets={"pin": 1}), now=EPOCH)
        assert _swap(store, due, closed)
        assert _swap(store, answered(opened[3], secrets={"pin": 1}))
        assert _swap(store, answered(opened[4], secrets={"pin": 1}))
        assert _swap(store, holding, scrubbed)
        assert store.live("thread") == [opened[2], due, holding]
        assert store.live("other") == [opened[5]]

    def test_find_takes_all_conditions_together(self, store: Store) -> None:
        """Each condition narrows; None asks for anything."""
        one = a_request(1, thread_id="a", graph="g", after=1)
        two = a_request(2, thread_id="a", graph="h", after=2)
        three = a_request(3, thread_id="b", graph="g", after=3)
        assert _open(store, three, one, two)
        assert _swap(store, answered(three))
        assert store.find(Query()) == [one, two]
        assert store.find(Query(status=None)) == [one, two, answered(three)]
        assert store.find(Query(status=ApprovalStatus.APPROVED)) == [answered(three)]
        assert store.find(Query(status=None, graph="g")) == [one, answered(three)]
        assert store.find(Query(status=None, thread_id="a")) == [one, two]
        assert store.find(Query(status=None, graph="g", thread_id="a")) == [one]
        assert store.find(Query(graph="g", thread_id="b")) == []
        assert store.find(Query(status=None, limit=2)) == [one, two]

    def test_due_finds_answers_to_be_delivered_whatever_the_status(self, store: Store) -> None:
        """Approved, rejected or cancelled: what counts is the delivery."""
        requests = [a_request(number, after=number) for number in range(5)]
        assert _open(store, *requests)
        due = answered(requests[0])
        closing = cancel(requests[1], now=EPOCH).model_copy(update={"delivery": Delivery.DUE})
        closed = cancel(requests[2], now=EPOCH)
        done = mark_delivered(answered(requests[3]), now=EPOCH)
        assert _swap(store, due, closing, closed, answered(requests[3]))
        assert _swap(store, done)
        assert store.find(Query(delivery=Delivery.DUE)) == [due, closing]
        assert store.find(Query(delivery=Delivery.DUE, graph="elsewhere")) == []
        assert store.find(Query(delivery=Delivery.DUE, status=ApprovalStatus.REJECTED)) == [
            due,
            closing,
        ]

    def test_deadline_before_finds_what_is_up_by_then(self, store: Store) -> None:
        """The moment itself counts as up; what has no deadline never is."""
        soon, later, never = a_request(1, deadline=10), a_request(2, deadline=20), a_request(3)
        closed = a_request(4, deadline=5)
        assert _open(store, soon, later, never, closed)
        assert _swap(store, answered(closed))
        for seconds, found in [(9.999, []), (10, [soon]), (19.5, [soon]), (20, [soon, later])]:
            query = Query(deadline_before=EPOCH + timedelta(seconds=seconds))
            assert _ids(store.find(query)) == _ids(sorted(found, key=lambda one: one.id))

    def test_pages_follow_each_other_without_gaps_or_repeats(self, store: Store) -> None:
        """Many opened in the same instant included, and while others are opened in front."""
        requests = [a_request(number, after=number // 7) for number in range(40)]
        assert _open(store, *reversed(requests))
        query, found = Query(limit=6), list[ApprovalRequest]()
        while page := store.find(query):
            assert len(page) <= 6
            found += page
            query = replace(query, after=page[-1])
            assert _open(store, a_request(1000 + len(found), after=-1))
        assert found == sorted(requests, key=lambda one: (one.created_at, one.id))

    def test_a_page_goes_on_behind_a_request_that_has_changed(self, store: Store) -> None:
        """The last of a page may be decided before the next is asked for."""
        requests = [a_request(number, after=number) for number in range(6)]
        assert _open(store, *requests)
        first = store.find(Query(limit=3))
        assert _swap(store, answered(requests[2]))
        assert store.find(Query(limit=3, after=first[-1])) == requests[3:]

    def test_latest_is_the_newest_generation(self, store: Store) -> None:
        """Of one thread's question only, open or not."""
        asked = [a_request(1, interrupt_id="i", generation=number) for number in (2, 10, 9)]
        elsewhere = a_request(1, interrupt_id="i", generation=11, thread_id="other")
        assert _open(store, *asked, elsewhere)
        assert _swap(store, cancel(asked[1], now=EPOCH))
        newest = store.latest("thread", "i")
        assert newest is not None
        assert newest == cancel(asked[1], now=EPOCH)
        assert store.latest("other", "i") == elsewhere
        assert store.latest("thread", "j") is None

    def test_a_mark_is_set_and_cleared_as_often_as_one_likes(self, store: Store) -> None:
        """By graph and thread; marking twice is marking once."""
        for thread in ("a", "b", "a"):
            assert store.commit(Changes(mark=_mark(thread)), durable=False)
        assert store.commit(Changes(mark=_mark("a", graph="other")), durable=False)
        assert sorted(store.driven("graph")) == ["a", "b"]
        assert store.is_driven("graph", "a")
        assert not store.is_driven("other", "b")
        for _ in range(2):
            assert store.commit(Changes(mark=_mark("a", on=False)), durable=False)
        assert store.driven("graph") == ["b"]
        assert store.driven("other") == ["a"]
        assert not store.is_driven("graph", "a")

    def test_events_come_in_the_order_of_their_commits(self, store: Store) -> None:
        """Whatever their times say; narrowed by thread, by request, or both."""
        here, there = a_request(1), a_request(2, thread_id="other")
        second = a_request(3)
        log = [
            happened("decided", answered(here)),
            happened("opened", there),
            happened("opened", here),
            happened("opened", second),
        ]
        assert store.commit(Changes(events=log[:2]), durable=True)
        assert store.commit(Changes(events=log[2:3]), durable=False)
        assert store.commit(Changes(events=log[3:]), durable=False)
        assert store.events() == log
        assert store.events(thread_id="thread") == [log[0], log[2], log[3]]
        assert store.events(request_id=here.id) == [log[0], log[2]]
        assert store.events(thread_id="other", request_id=there.id) == [log[1]]
        assert store.events(thread_id="other", request_id=here.id) == []

    def test_the_log_is_a_chain_without_gaps(self, store: Store) -> None:
        """From one commit to the next and within one; a lost commit leaves no trace in it."""
        assert store.head() == START
        assert store.log() == []
        request = a_request()
        events = [happened("opened", request), happened("decided", answered(request))]
        assert store.commit(Changes(opened=[request], events=events), durable=True)
        assert not store.commit(Changes(opened=[request], events=events), durable=True)
        assert store.commit(Changes(events=events[:1]), durable=False)
        entries = store.log()
        assert entries == list(chained(START, [*events, events[0]]))
        assert [entry.event for entry in entries] == [*events, events[0]]
        assert store.head() == Head(3, entries[-1].hash)
        assert store.log(after=1) == entries[1:]
        assert store.log(after=1, limit=1) == entries[1:2]
        assert store.log(after=3) == []
        assert verify_log(store).entries == 3

    def test_writers_at_once_make_one_chain(self, store: Store) -> None:
        """Each entry once, numbered without gaps."""

        def write(worker: int) -> None:
            for number in range(15):
                request = a_request(number, thread_id=f"t{worker}")
                events = [happened("opened", request), happened("decided", request)]
                assert store.commit(Changes(opened=[request], events=events), durable=False)

        _at_once([partial(write, worker) for worker in range(6)])
        assert [entry.seq for entry in store.log()] == list(range(1, 181))
        assert verify_log(store).entries == 180

    def test_news_come_when_the_log_has_grown(self, store: Store) -> None:
        """At once when it has already; else after the commit, or not at all."""
        event = happened("opened", a_request())
        assert not store.news(after=0, timeout=0.05)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(store.news, after=0, timeout=30)
            threading.Event().wait(0.1)
            assert not waiting.done()
            assert store.commit(Changes(events=[event]), durable=True)
            assert waiting.result(20)
        assert store.news(after=0, timeout=0)
        assert not store.news(after=1, timeout=0.05)

    def test_a_bookmark_is_kept_with_the_work_it_stands_for(self, store: Store) -> None:
        """By name; a lost commit leaves it where it was."""
        request = a_request()
        assert store.bookmark("mail") is None
        assert store.commit(Changes(opened=[request], bookmarks={"mail": 3, "스": 0}), durable=True)
        assert not store.commit(Changes(opened=[request], bookmarks={"mail": 4}), durable=True)
        assert (store.bookmark("mail"), store.bookmark("스")) == (3, 0)
        assert store.commit(Changes(bookmarks={"mail": 7}), durable=False)
        assert store.bookmark("mail") == 7
        assert store.bookmark("slack") is None

    def test_records_are_kept_replaced_and_taken_away_with_their_commit(self, store: Store) -> None:
        """By kind and id; taking away what is not there loses the commit, so it happens once."""
        request = a_request()
        mina, jun = Record("key", "mina", "1"), Record("key", "준 %", '{"a": null}')
        other = Record("session", "mina", "")
        assert store.commit(Changes(records=[mina, jun, other]), durable=True)
        assert store.record("key", "mina") == mina
        assert store.records("key") == [mina, jun]
        assert store.records("nothing") == []
        assert store.record("session", "jun") is None
        changed = Record("key", "mina", "2")
        lost = Changes(opened=[request], replaced=[answered(request)], records=[changed])
        assert not store.commit(lost, durable=True)
        assert store.record("key", "mina") == mina
        assert store.commit(Changes(records=[changed]), durable=False)
        assert store.record("key", "mina") == changed
        gone = Record("session", "mina", None)
        assert store.commit(Changes(opened=[request], records=[gone]), durable=True)
        assert not store.commit(Changes(opened=[a_request(2)], records=[gone]), durable=True)
        assert store.get(a_request(2).id) is None
        assert store.records("session") == []

    def test_of_many_who_take_a_record_away_one_does(self, store: Store) -> None:
        """As a token that may be used once."""
        assert store.commit(Changes(records=[Record("token", "t", "x")]), durable=True)
        take = Changes(records=[Record("token", "t", None)])
        assert sorted(_at_once([partial(store.commit, take, durable=True)] * 6)) == [
            *[False] * 5,
            True,
        ]

    def test_find_looks_for_type_priority_people_and_text(self, store: Store) -> None:
        """Text is taken as it is, in any case, in the title and the beginning of the content."""
        plain = a_request(1, after=1)
        changes: list[dict[str, Any]] = [
            {"type": ApprovalType.FINAL_REPORT, "priority": 5, "title": "Straße 100% a_b"},
            {"assignee": "mina", "requested_by": "agent-1", "content": "x" * SEARCHED + "needle"},
            {"content": "C:\\new"},
        ]
        others = [
            a_request(number, after=number).model_copy(update=change)
            for number, change in enumerate(changes, start=2)
        ]
        assert _open(store, plain, *others)
        report, assigned, path = others
        assert store.find(Query(type=ApprovalType.FINAL_REPORT)) == [report]
        assert store.find(Query(priority=5)) == [report]
        assert store.find(Query(assignee="mina")) == [assigned]
        assert store.find(Query(requested_by="agent-1", assignee="mina")) == [assigned]
        assert store.find(Query(requested_by="agent-2")) == []
        for text, found in {
            "STRASSE": [report],
            "0% A_": [report],
            "a%b": [],
            "axb": [],
            "승인할": [plain, report],
            "c:\\NEW": [path],
            "needle": [],
            "": [plain, *others],
        }.items():
            assert store.find(Query(text=text)) == found, text

    def test_pages_from_the_newest_on(self, store: Store) -> None:
        """The same pages as from the oldest, the other way round."""
        requests = [a_request(number, after=number // 3) for number in range(10)]
        assert _open(store, *requests)
        query, found = Query(newest_first=True, limit=4), list[ApprovalRequest]()
        while page := store.find(query):
            found += page
            query = replace(query, after=page[-1])
        assert found == store.find(Query())[::-1]

    def test_what_may_change_is_found_as_it_has_become(self, store: Store) -> None:
        """Assignee, priority and deadline of a successor count."""
        request = a_request(deadline=10)
        assert _open(store, request)
        later = EPOCH + timedelta(seconds=99)
        moved = request.succeed(at=EPOCH, deadline=later, assignee="joon", priority=3)
        assert _swap(store, moved)
        assert store.find(Query(deadline_before=EPOCH + timedelta(seconds=50))) == []
        assert store.find(Query(deadline_before=later, assignee="joon", priority=3)) == [moved]

    def test_names_are_taken_as_they_are(self, store: Store) -> None:
        """No thread id, however odd, is another or harms the store."""
        names = ["a", "A", "a ", "%", "_", "'; DROP TABLE x; --", "스레드", "../..", "x" * 500]
        requests = [a_request(n, thread_id=name) for n, name in enumerate(names)]
        assert _open(store, *requests)
        for name, request in zip(names, requests, strict=True):
            assert store.live(name) == [request]
            assert store.find(Query(thread_id=name)) == [request]
            lock = store.try_lock(name)
            assert lock is not None
            lock.release()

    # Who holds a thread.

    def test_a_lock_is_for_one_until_released(self, store: Store) -> None:
        """And for one thread only; it can be taken again and again."""
        for _ in range(3):
            lock = store.try_lock("a")
            assert lock is not None
            assert store.try_lock("a") is None
            other = store.try_lock("b")
            assert other is not None
            other.release()
            assert store.try_lock("a") is None
            lock.release()

    def test_a_lock_does_not_keep_others_from_reading_and_writing(self, store: Store) -> None:
        """A decision is recorded while somebody runs the thread."""
        request = a_request()
        lock = store.try_lock("thread")
        assert lock is not None
        assert _open(store, request)
        assert _swap(store, answered(request))
        assert store.live("thread") == [answered(request)]
        lock.release()

    def test_of_many_threads_at_once_one_holds_the_lock(self, store: Store) -> None:
        """Never two inside."""
        inside, worst, entered = [0], [0], [0]

        def work() -> None:
            for _ in range(25):
                while (lock := store.try_lock("a")) is None:
                    threading.Event().wait(0.0002)
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                entered[0] += 1
                inside[0] -= 1
                lock.release()

        _at_once([work] * 6)
        assert (worst[0], entered[0]) == (1, 150)

    # From many threads.

    def test_of_many_deciders_at_once_one_wins(self, store: Store) -> None:
        """Each request has one answer and one event."""
        requests = [a_request(number) for number in range(10)]
        assert _open(store, *requests)

        def decide_all(name: str) -> list[bool]:
            return [
                store.commit(
                    Changes(
                        replaced=[answered(one, by=name)],
                        events=[happened("decided", one, name)],
                    ),
                    durable=False,
                )
                for one in requests
            ]

        names = [f"person-{number}" for number in range(6)]
        won = _at_once([partial(decide_all, name) for name in names])
        for number, request in enumerate(requests):
            (winner,) = [name for name, wins in zip(names, won, strict=True) if wins[number]]
            stored = store.get(request.id)
            assert stored is not None
            assert stored.decision is not None
            assert stored.decision.by == winner
            assert [event.actor for event in store.events(request_id=request.id)] == [winner]

    def test_openings_from_many_threads_are_all_there(self, store: Store) -> None:
        """None is lost and none is torn, while others read."""

        def open_some(worker: int) -> None:
            for number in range(10):
                request = a_request(number, thread_id=f"t{worker}")
                changes = Changes(
                    opened=[request],
                    events=[happened("opened", request)],
                    mark=_mark(f"t{worker}", on=number < 9),
                )
                assert store.commit(changes, durable=False)
                assert len(store.live(f"t{worker}")) == number + 1
                assert len(store.events(thread_id=f"t{worker}")) == number + 1
                store.find(Query(limit=1000))

        _at_once([partial(open_some, worker) for worker in range(6)])
        assert len(store.find(Query(limit=1000))) == 60
        assert len(store.events()) == 60
        assert store.driven("graph") == []

    def test_what_is_read_is_never_half_a_commit(self, store: Store) -> None:
        """Two requests that change together are seen together."""
        pair = [a_request(1), a_request(2)]
        assert _open(store, *pair)
        done = threading.Event()

        def write() -> None:
            now, rows = EPOCH, pair
            for _ in range(60):
                rows = [one.succeed(at=now) for one in rows]
                assert _swap(store, *rows)
            done.set()

        def read() -> set[int]:
            differences = set()
            while not done.is_set():
                versions = [one.version for one in store.live("thread")]
                differences.add(versions[0] - versions[1])
            return differences or {0}

        _, *seen = _at_once([write, read, read])
        assert seen == [{0}, {0}]

    def test_closing_twice_is_harmless(self, store: Store) -> None:
        """Whoever cleans up need not count."""
        assert _open(store, a_request())
        store.close()
        store.close()


def _open(store: Store, *requests: ApprovalRequest) -> bool:
    return store.commit(Changes(opened=requests), durable=False)


def _swap(store: Store, *requests: ApprovalRequest) -> bool:
    return store.commit(Changes(replaced=requests), durable=False)


def _mark(thread_id: str, *, graph: str = "graph", on: bool = True) -> DrivingMark:
    return DrivingMark(graph, thread_id, on=on, at=EPOCH)


def _ids(requests: Sequence[ApprovalRequest]) -> list[str]:
    return [request.id for request in requests]


def _at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """What the jobs return, each in a thread of its own, all started together."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(60) for future in [pool.submit(run, job) for job in jobs]]
