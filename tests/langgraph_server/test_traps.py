"""What goes wrong on servers only: strangers in between, long runs, no server at all."""

import asyncio
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_client, get_sync_client

import plancraft as pc
from plancraft.stores import open_store
from plancraft.threads import driving, operations

pytestmark = pytest.mark.xdist_group("asking-server")


@pytest.fixture
def store(tmp_path: Path) -> pc.Store:
    return open_store(f"sqlite:///{tmp_path / 'requests.db'}")


@pytest.fixture
def thread() -> str:
    return str(uuid.uuid4())


def test_an_answer_never_reaches_the_question_after_a_strangers(
    asking_server: str, store: pc.Store, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = pc.GraphServer(asking_server, "twice"), get_sync_client(url=asking_server)
    pc.start(server, {}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)
    load = operations.next_load

    def overtaken(*given: Any) -> Any:
        stolen: Any = {"resume": {asked.id: "stolen"}}
        client.runs.wait(thread, "twice", command=stolen)
        return load(*given)

    monkeypatch.setattr(operations, "next_load", overtaken)
    with pytest.raises(pc.QuestionChanged, match=r"second\?"):
        pc.resume(server, thread, {asked.id: "ours"}, by="mina", store=store)
    monkeypatch.undo()

    (second,) = pc.pending(server, thread, store=store)
    done = pc.resume(server, thread, {second.id: "mine"}, by="mina", store=store)
    assert second.payload == "second?"
    assert done["got"] == ["stolen", "mine"]


def test_a_thread_that_a_stranger_runs_takes_no_answer_meanwhile(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    server, client = pc.GraphServer(asking_server, "slow"), get_sync_client(url=asking_server)
    impatient = pc.InterruptConfig(BUSY_TIMEOUT=0.1)
    pc.start(server, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)
    theirs: Any = {"resume": {asked.id: {"selected": ["b"]}}}
    run = client.runs.create(thread, "slow", command=theirs)
    while client.threads.get(thread)["status"] != "busy":
        pass

    with pytest.raises(pc.ThreadBusy):
        pc.resume(server, thread, {asked.id: "a"}, by="mina", settings=impatient, store=store)
    kept = store.get(asked.request.id)

    assert kept is not None
    assert kept.is_open
    assert pc.recover(server, store=store) == []
    client.runs.join(thread, run["run_id"])
    with pytest.raises(pc.PlancraftError):
        pc.resume(server, thread, {asked.id: "a"}, by="mina", store=store)
    state: Any = client.threads.get_state(thread)
    assert state["values"]["text"] == "b"


def test_a_decision_that_a_stranger_overtook_is_not_called_delivered(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    server, client = pc.GraphServer(asking_server, "two_steps"), get_sync_client(url=asking_server)
    pc.start(server, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)
    pc.record_answer(store, asked.request.id, "a", by="mina")
    theirs: Any = {"resume": {asked.id: {"selected": ["b"]}}}
    client.runs.wait(thread, "two_steps", command=theirs)

    pc.recover(server, thread, store=store)

    overtaken = store.get(asked.request.id)
    assert overtaken is not None
    assert overtaken.status is pc.ApprovalStatus.SUPERSEDED


def test_a_decision_whose_sender_died_after_sending_is_called_delivered(
    asking_server: str, store: pc.Store, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = pc.GraphServer(asking_server, "two_steps")
    pc.start(server, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)

    def dies(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(driving, "_glance_after", dies)
    with pytest.raises(KeyboardInterrupt):
        pc.resume(server, thread, {asked.id: "a"}, by="mina", store=store)
    monkeypatch.undo()

    pc.recover(server, store=store)

    sent = store.get(asked.request.id)
    assert sent is not None
    assert sent.delivery is pc.Delivery.DONE
    assert [one.payload["question"] for one in pc.pending(server, thread, store=store)] == ["Sure?"]


def test_a_decision_made_after_a_strangers_bad_answer_is_asked_for_anew(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    server, client = pc.GraphServer(asking_server, "bare"), get_sync_client(url=asking_server)
    pc.start(server, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)
    theirs: Any = {"resume": {asked.id: "boom"}}
    client.runs.wait(thread, "bare", command=theirs, raise_error=False)
    pc.record_answer(store, asked.request.id, "good", by="mina")

    (recovered,) = pc.recover(server, store=store)

    (again,) = pc.pending(server, thread, store=store)
    assert recovered.error is None
    assert again.id != asked.id
    assert pc.resume(server, thread, {again.id: "good"}, store=store)["got"] == ["good", "after"]


def test_a_failing_node_says_so_and_its_answer_is_kept(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    server = pc.GraphServer(asking_server, "broken")
    pc.start(server, {"text": "x"}, thread, store=store)

    with pytest.raises(pc.RunFailed, match="out of order"):
        pc.resume(server, thread, answer="a", by="mina", store=store)

    with pytest.raises(pc.RunFailed, match="out of order"):
        pc.recover(server, thread, store=store)
    assert pc.get_interrupt_status(server, thread, store=store)["state"] == "failed"


def test_no_server_and_no_such_graph(asking_server: str, store: pc.Store, thread: str) -> None:
    with pytest.raises(pc.ServerUnavailable, match="cannot be reached"):
        pc.start(pc.GraphServer("http://127.0.0.1:9", "two_steps"), {}, thread, store=store)
    with pytest.raises(pc.ServerRefused, match="422"):
        pc.start(pc.GraphServer(asking_server, "no_such"), {}, thread, store=store)
    with pytest.raises(pc.StateError, match="name the assistant"):
        pc.start(asking_server, {}, thread, store=store)
    with pytest.raises(ValueError, match="URL"):
        pc.GraphServer("two_steps")


def test_a_url_alone_goes_by_what_the_thread_runs(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    pc.start(pc.GraphServer(asking_server, "two_steps"), {"text": "x"}, thread, store=store)

    (asked,) = pc.pending(asking_server, thread, store=store)
    pc.resume(asking_server, thread, {asked.id: "a"}, by="mina", store=store)

    (sure,) = pc.pending(asking_server, thread, store=store)
    assert sure.request.graph == f"two_steps@{asking_server.removeprefix('http://')}"


def test_the_sdks_clients_serve_as_well_as_a_url(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    client = get_sync_client(url=asking_server)

    async def answered() -> Any:
        deployed = pc.GraphServer(get_client(url=asking_server), "two_steps")
        await pc.astart(deployed, {"text": "x"}, thread, store=store)
        (asked,) = await pc.apending(deployed, thread, store=store)
        with pytest.raises(pc.StateError, match="apending"):
            pc.pending(deployed, thread, store=store)
        return await pc.aresume(deployed, thread, {asked.id: "b"}, by="mina", store=store)

    assert asyncio.run(answered())["text"] == "b"
    done = pc.resume(pc.GraphServer(client), thread, answer=True, by="jun", store=store)
    assert done["got"] == ["mina", True]


def test_a_cron_on_a_paused_thread_is_warned_of(
    asking_server: str, store: pc.Store, thread: str
) -> None:
    server, client = pc.GraphServer(asking_server, "two_steps"), get_sync_client(url=asking_server)
    pc.start(server, {"text": "x"}, thread, store=store)
    assert pc.get_interrupt_status(server, thread, store=store)["warnings"] == []

    cron: Any = client.crons.create_for_thread(
        thread, "two_steps", schedule="0 0 1 1 *", input={"text": "y"}
    )
    try:
        (warning,) = pc.get_interrupt_status(server, thread, store=store)["warnings"]
    finally:
        client.crons.delete(cron["cron_id"])

    assert "0 0 1 1 *" in warning


def test_ten_deciders_have_one_winner(asking_server: str, store: pc.Store, thread: str) -> None:
    server = pc.GraphServer(asking_server, "two_steps")
    pc.start(server, {"text": "x"}, thread, store=store)
    (asked,) = pc.pending(server, thread, store=store)
    won, lost = [], []

    def decide(name: str) -> None:
        mine = pc.GraphServer(asking_server, "two_steps")
        try:
            won.append(pc.resume(mine, thread, {asked.id: "a"}, by=name, store=store)["got"])
        except pc.AlreadyAnswered as error:
            lost.append(error.by)

    deciders = [threading.Thread(target=decide, args=(f"p{n}",)) for n in range(10)]
    for one in deciders:
        one.start()
    for one in deciders:
        one.join()

    assert len(won) == 1
    assert lost == won[0] * 9


def test_a_servers_name_holds_no_password() -> None:
    server = pc.GraphServer("http://mina:secret@127.0.0.1:2024", "two_steps")

    assert server.get_name() == "two_steps@127.0.0.1:2024"
    assert "secret" not in repr(server)
