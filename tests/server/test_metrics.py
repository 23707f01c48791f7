"""What Prometheus reads."""

import time

from prometheus_client.parser import text_string_to_metric_families

from tests.server.running import Inside


def _numbers(inside: Inside) -> dict[str, float]:
    text = inside.call("GET", "/metrics").text
    return {
        ",".join([sample.name, *map(str, sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_decisions_and_responses_are_counted(inside: Inside) -> None:
    ids = [inside.ask("agent")["id"] for _ in range(3)]
    inside.call("POST", f"/api/approvals/{ids[0]}/approve", "mina")
    inside.call("POST", f"/api/approvals/{ids[1]}/reject", "mina", json={"reason": "no"})
    inside.call("POST", f"/api/approvals/{ids[1]}/approve", "mina")

    deadline = time.monotonic() + 5
    while (numbers := _numbers(inside))["plancraft_open_requests"] != 1:
        assert time.monotonic() < deadline
    assert numbers["plancraft_requests_total,pending"] == 3
    assert numbers["plancraft_requests_total,approved"] == 1
    assert numbers["plancraft_requests_total,rejected"] == 1
    assert numbers["plancraft_decision_seconds_count"] == 2
    assert numbers["plancraft_http_requests_total,POST,201"] == 3
    assert numbers["plancraft_http_requests_total,POST,409"] == 1
    assert numbers["plancraft_ws_clients"] == 0


def test_what_was_open_before_this_process_is_counted_too(inside: Inside) -> None:
    for _ in range(3):
        inside.desk.open("general", "t", "x")
    another = Inside(inside.store)
    another.start()
    deadline = time.monotonic() + 5
    while _numbers(another)["plancraft_open_requests"] != 3:
        assert time.monotonic() < deadline
    another.stop()
