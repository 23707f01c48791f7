"""Lists: filters, pages that miss and repeat nothing, and cursors that are not made up."""

import base64
import json
from typing import Any

import pytest

from tests.server.running import Inside


def _titles(inside: Inside, path: str, who: str = "mina") -> list[str]:
    response = inside.call("GET", path, who)
    assert response.status_code == 200, response.text
    return [one["title"] for one in response.json()["items"]]


def test_open_requests_come_oldest_first_and_closed_ones_newest_first(inside: Inside) -> None:
    ids = [inside.ask("agent", title)["id"] for title in "abcd"]
    for id_ in ids[:3]:
        inside.call("POST", f"/api/approvals/{id_}/approve", "mina")
    inside.ask("agent", "e")
    assert _titles(inside, "/api/approvals/pending") == ["d", "e"]
    assert _titles(inside, "/api/approvals/approved") == ["c", "b", "a"]
    assert _titles(inside, "/api/approvals/rejected") == []


def test_pages_go_on_where_the_last_one_ended(inside: Inside) -> None:
    for number in range(7):
        inside.ask("agent", str(number))
    cursor, seen = "", []
    for _ in range(4):
        page = inside.call("GET", f"/api/approvals/pending?limit=2{cursor}", "mina").json()
        seen += [one["title"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == list("0123456")
    assert page["next_cursor"] is None


def test_what_is_asked_for_between_two_pages_repeats_nothing(inside: Inside) -> None:
    ids = [inside.ask("agent", str(number))["id"] for number in range(4)]
    page = inside.call("GET", "/api/approvals/pending?limit=2", "mina").json()
    inside.call("POST", f"/api/approvals/{ids[1]}/approve", "mina")
    inside.ask("agent", "4")
    path = f"/api/approvals/pending?cursor={page['next_cursor']}"
    assert _titles(inside, path) == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=final_report", ["report"]),
        ("priority=5", ["urgent"]),
        ("assignee=jun", ["for jun"]),
        ("text=URGE", ["urgent"]),
        ("text=%25", ["100% sure"]),
        ("thread=t1", []),
        ("type=general&priority=1&assignee=jun", ["for jun"]),
    ],
)
def test_filters_all_hold(inside: Inside, query: str, expected: list[str]) -> None:
    inside.ask("agent", "report", type="final_report")
    inside.ask("agent", "urgent", priority=5)
    inside.ask("agent", "for jun", assignee="jun")
    inside.ask("agent", "100% sure")
    assert _titles(inside, f"/api/approvals/pending?{query}") == expected


def test_an_agent_lists_what_it_asked_itself(inside: Inside) -> None:
    inside.ask("agent", "mine")
    inside.ask("other", "not mine")
    assert _titles(inside, "/api/approvals/pending", "agent") == ["mine"]
    assert _titles(inside, "/api/approvals/pending") == ["mine", "not mine"]


def _made(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "!!!!",
        "é",
        _made(),
        _made("pending"),
        _made("approved", "2026-01-01T00:00:00+00:00", "a"),
        _made("pending", "yesterday", "a"),
        _made("pending", "2026-01-01T00:00:00", "a"),
        _made("pending", 7, "a"),
        _made("pending", "2026-01-01T00:00:00+00:00", ["a"]),
        _made({"pending": 1}),
        "A" * 600,
    ],
)
def test_a_made_up_cursor_is_refused(inside: Inside, cursor: str) -> None:
    inside.ask("agent")
    path = f"/api/approvals/pending?cursor={cursor}"
    assert inside.call("GET", path, "mina").status_code == 422


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "priority=6", "type=odd", "unknown=1", "text=%00"]
)
def test_a_filter_that_means_nothing_is_refused(inside: Inside, query: str) -> None:
    assert inside.call("GET", f"/api/approvals/pending?{query}", "mina").status_code == 422


def test_a_page_says_from_where_the_news_go_on(inside: Inside) -> None:
    inside.ask("agent")
    head = inside.call("GET", "/api/approvals/pending", "mina").headers["Plancraft-Cursor"]
    assert int(head) == inside.store.head().seq == 1
