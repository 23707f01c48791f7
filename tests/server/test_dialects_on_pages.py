"""Agents of other libraries in the inbox: shown as our kinds, answered there, and resumed."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.server.pages import acting
from tests.interrupts.dialects.agents import ASKED, DELETE, SEND, Office, agent, told
from tests.server.running import Browser, Inside
from tests.server.test_pages import asked, place, send

HTML = {"Accept": "text/html"}
CONFIG: Any = {"configurable": {"thread_id": "t"}}


@pytest.fixture
def mina(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A reviewer whose decisions count at once."""
    monkeypatch.setattr(acting, "HOLD", timedelta())
    browser = Browser(inside)
    browser.sign_in(key=inside.tokens["mina"])
    return browser


def waiting(inside: Inside, *calls: Any, mode: str = "batched") -> tuple[Office, Any, str]:
    """An agent that waits for a decision on its calls, and the id of its request."""
    office = Office()
    graph = agent(office, InMemorySaver(), *calls, mode=mode)
    pc.start(graph, ASKED, "t", store=inside.store)
    (one,) = pc.pending(graph, "t", store=inside.store)
    return office, graph, one.request.id


def work(graph: Any, store: Any) -> Any:
    """Let a worker deliver what is due, until the thread is through."""

    async def story() -> None:
        worker = pc.Worker(graph, store=store)
        task = asyncio.create_task(worker.run())
        for _ in range(1000):
            if not (await asyncio.to_thread(graph.get_state, CONFIG)).next:
                break
            await asyncio.sleep(0.01)
        worker.stop()
        await asyncio.wait_for(task, 20)

    asyncio.run(story())
    return graph.get_state(CONFIG).values


def page_of(browser: Browser, id_: str) -> str:
    return unescape(browser.call("GET", place(id_), headers=HTML).text)


@pytest.mark.parametrize("mode", ["batched", "per_call"])
def test_a_langchain_call_is_an_approval_and_a_worker_resumes_its_agent(
    inside: Inside, mina: Browser, mode: str
) -> None:
    office, graph, id_ = waiting(inside, SEND, mode=mode)
    page = page_of(mina, id_)
    for shown in ("Run send?", "mina", "hello", 'id="approve"', 'id="reject"'):
        assert shown in page
    assert 'name="f.text"' in page

    assert send(mina, id_, action="approve").status_code == 303

    assert told(work(graph, inside.store)) == ["sent"]
    assert office.done == ["send mina: hello"]
    assert inside.desk.get(id_).status is pc.ApprovalStatus.APPROVED


def test_an_edit_on_the_page_reaches_the_tool(inside: Inside, mina: Browser) -> None:
    office, graph, id_ = waiting(inside, SEND)

    send(mina, id_, action="edit", **{"f.to": "jun", "f.text": "hi"})

    work(graph, inside.store)
    assert office.done == ["send jun: hi"]


def test_several_calls_are_decided_in_one_form(inside: Inside, mina: Browser) -> None:
    office, graph, id_ = waiting(inside, SEND, DELETE)
    page = page_of(mina, id_)
    assert "1. send" in page
    assert "/tmp/x" in page
    contradiction = send(mina, id_, action="answer", **{
        "f.1_decision": '"approve"', "f.1_message": "but", "f.2_decision": '"reject"',
    })  # fmt: skip
    assert "words go with reject or respond only" in unescape(contradiction.text)

    send(mina, id_, action="answer", **{"f.1_decision": '"approve"', "f.2_decision": '"reject"'})

    work(graph, inside.store)
    assert office.done == ["send mina: hello"]


def test_an_elicited_address_is_text_and_no_link(inside: Inside, mina: Browser) -> None:
    shown = {"mode": "url", "message": "Sign in", "url": "https://evil.test/a"}
    page = page_of(mina, asked(inside, shown))

    assert "https://evil.test/a" in page
    assert not re.search(r"""(href|src|action)=["']?https://evil""", page)
