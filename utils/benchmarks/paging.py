"""The reviewer's page: how long its server takes, what it weighs, how soon it knows."""

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from shutil import which
from typing import Any

import httpx

from plancraft.approvals import Changes, HITLPolicy
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import event_of
from plancraft.interrupts.canonical import digest_of
from plancraft.stores import open_store
from plancraft.testing.stores import a_request
from utils.benchmarks.served import Served, served
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["measure", "rounds"]

PAGE_MS, WIRE_KB, SEEN_SECONDS = 100, 150, 1.0
_BATCH = 500


def rounds(quick: bool) -> int:
    """How often `measure` ticks."""
    return 3


def measure(quick: bool, tick: Tick) -> Section:
    """All three on one server."""
    pending, looks, decisions = (500, 20, 3) if quick else (10_000, 200, 10)
    with served() as server:
        _fill(server, pending)
        tick()
        with _reviewer(server) as client:
            _milliseconds(client, "/hitl", 5)  # templates are compiled when first used
            pages = _milliseconds(client, "/hitl", looks)
            lists = _milliseconds(client, "/api/approvals/pending?limit=50", looks)
            weight = _weight(client) / 1000
        tick()
        seen = _seen(server, decisions)
        tick()
    ratio = statistics.median(pages) / statistics.median(lists)
    return Section(
        title="The reviewer's page",
        text=_EXPLANATION,
        head=("measured", "figure"),
        rows=[
            [f"first page of {pending:,} pending, p95, ms", goal(_p95(pages), PAGE_MS, digits=1)],
            ["the same 50 requests as JSON, p95, ms", f"{_p95(lists):.1f}"],
            ["page to JSON, medians", f"{ratio:.1f}"],
            ["over the wire with all it loads, kB", goal(weight, WIRE_KB, digits=0)],
            ["a decision made elsewhere is on both open pages, worst, s", seen],
        ],
    )


_EXPLANATION = """\
`plancraft serve` in a process of its own, on one SQLite file. A reviewer's session asks for
`/hitl`: 50 rows, and the first request open. Weight: the page, its style and all its scripts,
uncompressed. Two pages are open in Chromium while requests are decided over the API; counted
from before the POST until both show it."""


def _fill(server: Served, pending: int) -> None:
    with closing(open_store(server.url)) as store:
        for first in range(0, pending, _BATCH):
            opened = []
            for number in range(first, min(first + _BATCH, pending)):
                shown = {"question": f"수집 데이터 검증 {number}", "rows": number}
                made = a_request(number, thread_id=f"t{number}", after=number / 1000)
                title, digest = shown["question"], digest_of(shown)
                changed = {"title": title, "payload": shown, "digest": digest, "deadline": None}
                opened.append(made.model_copy(update=changed))
            events = [event_of("opened", one, actor="-") for one in opened]
            store.commit(Changes(opened=opened, events=events), durable=False)


@contextmanager
def _reviewer(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base, timeout=30) as client:
        client.post("/sign-in", data={"key": server.reviewer})
        yield client


def _milliseconds(client: httpx.Client, path: str, looks: int) -> list[float]:
    found = []
    for _ in range(looks):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _weight(client: httpx.Client) -> int:
    page = client.get("/hitl")
    wanted, loaded = set(re.findall(r"/hitl/static/[\w.]+", page.text)), dict[str, int]()
    while wanted:
        path = wanted.pop()
        found = client.get(path)
        loaded[path] = len(found.content)
        names = re.findall(r'from "\./([\w.]+)"', found.text)
        wanted |= {f"/hitl/static/{name}" for name in names} - loaded.keys()
    return len(page.content) + sum(loaded.values())


def _seen(server: Served, decisions: int) -> str:
    program = which("chromium")
    if program is None:
        return "not measured: no Chromium here"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            open_pages = [_opened(browser, server) for _ in range(2)]
            with closing(open_store(server.url)) as store:
                desk = Desk(store, HITLPolicy())
                worst = max(_one(server, desk, open_pages) for _ in range(decisions))
        finally:
            browser.close()
    return goal(worst, SEEN_SECONDS, digits=2)


def _opened(browser: Any, server: Served) -> Any:
    page = browser.new_context().new_page()
    page.goto(f"{server.base}/hitl?text=seen")
    page.fill("input[name=key]", server.reviewer)
    page.click("main button")
    page.wait_for_selector("#connection.on")
    return page


def _one(server: Served, desk: Desk, open_pages: list[Any]) -> float:
    """Seconds from a decision over the API until every page shows it."""
    request = desk.open("general", "seen", "x", requested_by="agent")
    for page in open_pages:
        page.goto(f"{server.base}/hitl?text=seen")
        page.wait_for_selector(f"#row-{request.id}")
        page.wait_for_selector("#connection.on")
    headers = {"Authorization": f"Bearer {server.reviewer}"}
    began = time.perf_counter()
    place = f"{server.base}/api/approvals/{request.id}/approve"
    httpx.post(place, headers=headers).raise_for_status()
    for page in open_pages:
        page.wait_for_selector(f"#row-{request.id}.settled")
    return time.perf_counter() - began
