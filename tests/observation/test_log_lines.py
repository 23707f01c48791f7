"""What happened to a question is one line of JSON each, and the store's event log."""

import json
import logging
from datetime import datetime
from typing import Any

import pytest

import plancraft as pc
from tests.graphs import build, confirm


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    found = [one.getMessage() for one in caplog.records if one.name == "plancraft.hitl"]
    assert all("\n" not in line for line in found)
    return [json.loads(line) for line in found]


def test_an_event_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "plancraft.hitl")
    pc.log_hitl_event("asked", {"question": "계속할까요?\nreally", "n": 1, "odd": object()})
    (line,) = lines(caplog)
    assert sorted(line) == ["hitl_event", "hitl_payload", "timestamp"]
    assert line["hitl_event"] == "asked"
    assert line["hitl_payload"] == {
        "question": "계속할까요?\nreally",
        "n": 1,
        "odd": "<object>",
    }
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None
    assert "계속할까요" in caplog.messages[0]
    assert caplog.records[0].levelno == logging.INFO


def test_a_payload_is_not_made_when_nobody_listens() -> None:
    logger = logging.getLogger("plancraft.hitl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        pc.log_hitl_event("asked", lambda: pytest.fail("made for nobody"))
    finally:
        logger.setLevel(before)


def test_a_payload_may_be_a_function(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "plancraft.hitl")
    pc.log_hitl_event("asked", lambda: {"n": 1})
    assert lines(caplog)[0]["hitl_payload"] == {"n": 1}


def test_a_question_and_its_answer_write_four_lines(
    saver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "plancraft.hitl")
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    assert [line["hitl_event"] for line in lines(caplog)] == ["opened"]
    pc.resume(graph, "t", answer=True, by="mina")

    opened, decided, resumed, delivered = lines(caplog)

    assert (opened["hitl_event"], decided["hitl_event"]) == ("opened", "decided")
    assert (resumed["hitl_event"], delivered["hitl_event"]) == ("resumed", "delivered")
    request = opened["hitl_payload"]["request_id"]
    for line in (opened, decided, delivered):
        assert line["hitl_payload"]["request_id"] == request
        assert line["hitl_payload"]["thread_id"] == "t"
    assert decided["hitl_payload"]["actor"] == "mina"
    assert decided["hitl_payload"]["data"]["answer"] == {"confirmed": True}
    assert resumed["hitl_payload"]["by"] == "mina"
    assert resumed["hitl_payload"]["answer"] == {"confirmed": True}
    times = [line["timestamp"] for line in (opened, decided, resumed, delivered)]
    assert times == sorted(times)


def test_a_cancelled_question_is_logged_with_its_reason(
    saver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "plancraft.hitl")
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    pc.cancel(graph, "t", by="mina", reason="not needed")
    (cancelled,) = [line for line in lines(caplog) if line["hitl_event"] == "cancelled"]
    assert cancelled["hitl_payload"]["actor"] == "mina"
    assert cancelled["hitl_payload"]["data"]["reason"] == "not needed"


def test_a_refused_answer_writes_no_decision(saver: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "plancraft.hitl")
    graph = build(saver, ("asks", confirm("sure?")))
    pc.start(graph, {"topic": "x"}, "t")
    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, "t", answer="perhaps", by="mina")
    assert [line["hitl_event"] for line in lines(caplog)] == ["opened"]
