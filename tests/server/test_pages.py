"""The reviewer's pages without a browser: what they show, and what their forms do."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.access import Role
from plancraft.approvals import ApprovalStatus, Changes, Delivery, Query
from plancraft.approvals.events import event_of
from plancraft.approvals.opening import open_question
from plancraft.server.pages.markup import markdown
from plancraft.stores import open_store
from tests.graphs import build, confirm
from tests.server.running import Browser, Inside

HTML = {"Accept": "text/html"}
FRAGMENT = {"X-Fragment": "panel"}


@pytest.fixture
def mina(inside: Inside) -> Browser:
    browser = Browser(inside)
    browser.sign_in(key=inside.tokens["mina"])
    return browser


def place(request_id: str, action: str = "") -> str:
    return f"/hitl/requests/{request_id}" + (f"/{action}" if action else "")


def send(browser: Browser, request_id: str, to: str = "decide", **form: Any) -> httpx.Response:
    """A form as a page sends it, without any script."""
    data = {"csrf_token": browser.csrf, **form}
    return browser.call("POST", place(request_id, to), data=data, csrf=False, headers=HTML)


def asked(inside: Inside, payload: Any, schema: Any = None, thread: str = "t") -> str:
    """A graph's question in the inbox."""
    shown = payload.to_dict() if hasattr(payload, "to_dict") else payload
    request = open_question(
        graph="planning",
        thread_id=thread,
        checkpoint_id="c",
        interrupt_id=f"i-{len(inside.store.log())}",
        shown=shown,
        response_schema=schema,
        now=datetime.now(UTC),
        timeout=900,
        timeout_action="cancel",
    )
    events = [event_of("opened", request, actor="-")]
    inside.store.commit(Changes(opened=[request], events=events), durable=True)
    return request.id


def text_of(page: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.text))


def test_who_is_not_signed_in_is_led_there_and_back(inside: Inside) -> None:
    asked_id = inside.ask("agent")["id"]
    there = inside.call("GET", place(asked_id), headers=HTML)
    assert there.status_code == 303
    assert there.headers["Location"] == f"/sign-in?next=%2Fhitl%2Frequests%2F{asked_id}"
    page = inside.call("GET", there.headers["Location"])
    assert f'name="next" value="/hitl/requests/{asked_id}"' in page.text
    browser = Browser(inside)
    answer = browser.sign_in(key=inside.tokens["mina"], next=place(asked_id))
    assert answer.headers["Location"] == place(asked_id)


@pytest.mark.parametrize(
    "next_",
    ["//evil.test", "https://evil.test/hitl", "/\\evil.test", "/hitl\r\nX: y", "/hitlx", ""],
)
def test_a_link_never_leads_out_after_signing_in(inside: Inside, next_: str) -> None:
    answer = Browser(inside).sign_in(key=inside.tokens["mina"], next=next_)
    assert answer.headers["Location"] == "/hitl"
    assert "evil" not in inside.call("GET", "/sign-in", params={"next": next_}).text


def test_pages_are_not_for_agents(inside: Inside) -> None:
    asked_id = inside.ask("agent")["id"]
    for path in ("/hitl", place(asked_id), place(asked_id, "row"), place(asked_id, "thread")):
        assert inside.call("GET", path, "agent", headers=HTML).status_code == 403


def test_the_inbox_shows_the_first_request_and_its_buttons(inside: Inside, mina: Browser) -> None:
    first = inside.ask("agent", "연구 계획", content={"topic": "AI"}, priority=3)
    inside.ask("agent", "Second")
    page = mina.call("GET", "/hitl", headers=HTML)
    assert page.status_code == 200
    assert f'data-id="{first["id"]}" data-digest="{first["digest"]}"' in page.text
    for words in ("연구 계획", "Second", "topic", "agent", "Raised", "Approve", "Reject"):
        assert words in text_of(page)
    korean = mina.call("GET", "/hitl", headers={**HTML, "Accept-Language": "ko"})
    for words in ("대기 중", "승인", "거부", "기한", "다소 높음", "그때까지 답이 없으면"):
        assert words in text_of(korean)


def test_an_empty_inbox_says_what_would_appear(mina: Browser) -> None:
    page = text_of(mina.call("GET", "/hitl", headers=HTML))
    assert "Nothing to decide" in page
    assert "plancraft keys add bot --role agent" in page


def test_filters_are_kept_in_the_address_and_unknown_ones_are_named(
    inside: Inside, mina: Browser
) -> None:
    inside.ask("agent", "Alpha", priority=5)
    inside.ask("agent", "Beta")
    page = mina.call("GET", "/hitl?text=alp&priority=5&type=&assignee=", headers=HTML)
    assert "Alpha" in page.text
    assert "Beta" not in page.text
    assert 'value="alp"' in page.text
    assert "priority=5" in page.text
    for query in ("?tab=nonsense", "?priority=9", "?cursor=forged", "?foo=1", "?open=../x"):
        answer = mina.call("GET", f"/hitl{query}", headers=HTML)
        assert answer.status_code == 422, query
        assert "That did not work" in text_of(answer)


def test_a_long_list_goes_on_behind_a_link(inside: Inside, mina: Browser) -> None:
    for number in range(60):
        inside.desk.open("general", f"R{number:03}", "x", requested_by="agent")
    first = mina.call("GET", "/hitl", headers=HTML).text
    link = re.search(r'href="([^"]*cursor=[^"]*)">More', first)
    assert link is not None
    second = mina.call("GET", unescape(link[1]), headers=HTML).text
    assert "R049" in first
    assert "R050" not in first
    assert "R050" in second
    assert "R059" in second


def test_a_form_decides_at_once_and_its_delivery_is_held(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent")
    answer = send(mina, request["id"], action="approve", seen=request["digest"])
    assert (answer.status_code, answer.headers["Location"]) == (303, place(request["id"]))
    row = inside.store.get(request["id"])
    assert row is not None
    assert (row.status, row.delivery) == (ApprovalStatus.APPROVED, Delivery.HELD)
    agents = inside.call("GET", f"/api/approvals/{request['id']}", "agent").json()
    assert (agents["status"], agents["decision"]) == ("pending", None)
    assert inside.call("GET", "/api/approvals/approved", "agent").json()["items"] == []
    events = inside.call("GET", f"/api/approvals/{request['id']}/events", "agent").json()["items"]
    assert [event["kind"] for event in events] == ["opened"]
    page = mina.call("GET", place(request["id"]), headers=HTML)
    assert "Undo" in text_of(page)


def test_an_agent_cannot_tell_a_held_decision_by_any_way(inside: Inside, mina: Browser) -> None:
    body, key = {"title": "Plan", "content": "x"}, {"Idempotency-Key": "k"}
    asked_ = inside.call("POST", "/api/approvals", "agent", json=body, headers=key).json()
    send(mina, asked_["id"], action="approve")
    again = inside.call("POST", "/api/approvals", "agent", json=body, headers=key)
    one = inside.call("GET", f"/api/approvals/{asked_['id']}", "agent")
    (listed,) = inside.call("GET", "/api/approvals/pending", "agent").json()["items"]
    wait = inside.call("GET", f"/api/approvals/{asked_['id']}/wait?timeout=0", "agent")
    for told in (again.json(), one.json(), listed, wait.json()):
        assert told == asked_
    assert inside.call("GET", "/api/approvals/approved", "agent").json()["items"] == []


def test_undo_opens_it_again_for_its_maker_alone(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent")
    jun = Browser(inside)
    jun.sign_in(key=inside.tokens["jun"])
    send(mina, request["id"], action="approve")
    assert "/undo" not in jun.call("GET", place(request["id"]), headers=HTML).text
    refused = send(jun, request["id"], "undo")
    assert refused.status_code == 409
    assert "for good" in text_of(refused)
    assert send(mina, request["id"], "undo").status_code == 303
    assert inside.desk.get(request["id"]).is_open
    assert send(mina, request["id"], "undo").status_code == 409


def test_who_comes_second_is_told_who_was_first(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent")
    inside.desk.reject(request["id"], by="jun", reason="no")
    page = send(mina, request["id"], action="approve", seen=request["digest"])
    assert page.status_code == 409
    assert "jun decided this" in text_of(page)
    assert 'name="action"' not in page.text


def test_a_stale_page_is_refused_and_shows_what_is_asked_now(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent")
    page = send(mina, request["id"], action="approve", seen="0" * 64)
    assert page.status_code == 409
    assert "What is asked has changed" in text_of(page)
    assert inside.desk.get(request["id"]).is_open


def test_a_rejection_without_a_reason_comes_back_with_what_was_typed(
    inside: Inside, mina: Browser
) -> None:
    request = inside.ask("agent")
    page = send(mina, request["id"], action="reject")
    assert page.status_code == 422
    assert "choose a reason, or write one" in text_of(page)
    assert send(
        mina, request["id"], action="reject", preset="Too risky", reason="rm -rf"
    ).is_redirect
    assert inside.desk.get(request["id"]).rejection_reason == "Too risky\nrm -rf"


def test_something_urgent_is_approved_by_a_second_press(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent", priority=4)
    page = send(mina, request["id"], action="approve")
    assert page.status_code == 200
    assert "Press once more" in text_of(page)
    assert 'name="sure" value="1"' in page.text
    assert inside.desk.get(request["id"]).is_open
    assert send(mina, request["id"], action="approve", sure="1").status_code == 303
    other = inside.ask("agent", priority=5)
    assert send(mina, other["id"], action="reject", reason="no").status_code == 303


def test_edits_keep_their_kinds_and_are_shown_before_they_are_sent(
    inside: Inside, mina: Browser
) -> None:
    content = {"rows": 3, "dry": False, "where": "eu", "tags": ["a"], "fixed": 1, "ratio": 0.5}
    request = inside.ask(
        "agent", content=content, editable=["rows", "dry", "where", "tags", "ratio"]
    )
    form = {"f.rows": "4", "f.dry": "true", "f.where": "", "f.tags": '["a", "b"]', "f.ratio": "1"}
    preview = mina.call(
        "POST", place(request["id"], "preview"), data={"csrf_token": mina.csrf, **form}
    )
    assert preview.status_code == 200
    assert "tags[1]" in preview.text
    assert "<ins>4</ins>" in preview.text
    assert inside.desk.get(request["id"]).is_open
    assert send(mina, request["id"], action="edit", **form).status_code == 303
    decision = inside.desk.get(request["id"]).decision
    assert decision is not None
    assert decision.answer["content"] == {
        **content, "rows": 4, "dry": True, "where": "", "tags": ["a", "b"], "ratio": 1.0,
    }  # fmt: skip


def test_a_wrong_edit_is_named_beside_its_field_and_nothing_typed_is_lost(
    inside: Inside, mina: Browser
) -> None:
    request = inside.ask("agent", content={"rows": 3, "tags": []}, editable=["rows", "tags"])
    page = send(mina, request["id"], action="edit", **{"f.rows": "many", "f.tags": "[1,"})
    assert page.status_code == 422
    assert "write a number" in text_of(page)
    assert "this is not JSON" in text_of(page)
    assert 'value="many"' in page.text
    assert "[1," in text_of(page)
    assert inside.desk.get(request["id"]).is_open


def test_a_text_is_edited_as_a_text(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent", content="line one\nline two", editable=["content"])
    page = mina.call("GET", place(request["id"]), headers=HTML)
    assert "\nline one\nline two</textarea>" in page.text
    send(mina, request["id"], action="edit", **{"f.content": "line one\r\nline 2"})
    decision = inside.desk.get(request["id"]).decision
    assert decision is not None
    assert decision.answer["content"] == "line one\nline 2"


def test_options_are_chosen_by_button_by_ticks_and_in_own_words(
    inside: Inside, mina: Browser
) -> None:
    one = asked(inside, pc.OptionInterruptPayload(question="Which?", options=["mail", "blog"]))
    several = asked(
        inside,
        pc.OptionInterruptPayload(
            question="Which ones?", options=["a", "b", "c"], multiple=True, allow_custom=True
        ),
    )
    assert 'name="choice" value="mail"' in mina.call("GET", place(one), headers=HTML).text
    assert send(mina, one, action="answer", choice="nothing").status_code == 422
    assert send(mina, one, action="answer", choice="blog").status_code == 303
    assert send(mina, several, action="answer").status_code == 422
    answer = send(mina, several, action="answer", choice=["a", "c"], text="d")
    assert answer.status_code == 303
    answers = [inside.desk.get(id_).decision for id_ in (one, several)]
    assert answers[0] is not None
    assert answers[0].answer == {"selected": ["blog"], "text": None}
    assert answers[1] is not None
    assert answers[1].answer == {"selected": ["a", "c"], "text": "d"}


FORM = {
    "type": "object",
    "required": ["name", "size", "urgent"],
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 2},
        "size": {"type": "integer", "title": "Team size", "maximum": 50},
        "kind": {"$ref": "#/$defs/Kind"},
        "urgent": {"type": "boolean"},
        "tags": {"type": "array", "items": {"enum": ["x", "y"]}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "extra": {"type": "object"},
        "token": {"type": "string", "writeOnly": True},
    },
    "$defs": {"Kind": {"enum": ["low", 2], "title": "Kind"}},
}


def test_a_form_is_filled_in_with_errors_beside_its_fields(inside: Inside, mina: Browser) -> None:
    payload = pc.FormInterruptPayload(question="Who?", form=FORM, initial={"name": "Ops"})
    form_id = asked(inside, payload)
    page = mina.call("GET", place(form_id), headers=HTML).text
    assert 'value="Ops"' in page
    assert 'type="password"' in page
    wrong = send(
        mina, form_id, action="answer",
        **{"f.name": "X", "f.size": "51", "f.kind": '"low"', "f.token": "s3cret"},
    )  # fmt: skip
    assert wrong.status_code == 422
    assert "this is needed" in text_of(wrong)
    assert "s3cret" not in wrong.text
    assert 'value="51"' in wrong.text
    wrong = send(
        mina, form_id, action="answer",
        **{"f.name": "X", "f.size": "51", "f.urgent": "false", "f.token": "s3cret"},
    )  # fmt: skip
    assert wrong.status_code == 422
    assert wrong.text.count('class="problem"') == 2
    done = send(
        mina, form_id, action="answer",
        **{
            "f.name": "Data", "f.size": "5", "f.kind": "2", "f.urgent": "false",
            "f.tags": ['"x"', '"y"'], "f.extra": '{"a": 1}', "f.token": "s3cret",
        },
    )  # fmt: skip
    assert done.status_code == 303
    decision = inside.desk.get(form_id).decision
    assert decision is not None
    assert decision.answer == {
        "name": "Data", "size": 5, "kind": 2, "urgent": False, "tags": ["x", "y"],
        "extra": {"a": 1}, "token": "***",
    }  # fmt: skip
    assert decision.secrets == {"token": "s3cret"}
    shown = mina.call("GET", place(form_id), headers=HTML).text
    assert "s3cret" not in shown
    assert send(mina, form_id, "undo").status_code == 303
    row = inside.store.get(form_id)
    assert row is not None
    assert "s3cret" not in row.model_dump_json()


def test_questions_of_others_are_answered_by_their_schema_or_as_json(
    inside: Inside, mina: Browser
) -> None:
    schema = {"type": "object", "properties": {"go": {"type": "boolean"}}, "required": ["go"]}
    known, free = asked(inside, {"foreign": 1}, schema), asked(inside, ["anything"])
    assert send(mina, known, action="answer", **{"f.go": "true"}).status_code == 303
    assert send(mina, free, action="answer", **{"f.answer": "{nonsense"}).status_code == 422
    assert send(mina, free, action="answer", **{"f.answer": '{"x": [1]}'}).status_code == 303
    answers = [inside.desk.get(id_).decision for id_ in (known, free)]
    assert [one.answer for one in answers if one] == [{"go": True}, {"x": [1]}]


def test_a_yes_or_no_question_takes_either(inside: Inside, mina: Browser) -> None:
    yes = asked(inside, pc.ConfirmInterruptPayload(question="Delete?"))
    no = asked(inside, pc.ConfirmInterruptPayload(question="Really?"))
    assert send(mina, yes, action="approve").status_code == 303
    assert send(mina, no, action="reject").status_code == 303
    assert inside.desk.get(yes).status is ApprovalStatus.APPROVED
    assert inside.desk.get(no).status is ApprovalStatus.REJECTED


def test_something_asked_again_shows_what_changed(inside: Inside, mina: Browser) -> None:
    first = inside.ask("agent", "Notes", content={"text": "a crash", "kept": 1})
    inside.desk.reject(first["id"], by="jun", reason="Which crash?")
    second = inside.ask("agent", "Notes", content={"text": "a crash in the importer", "kept": 1})
    page = mina.call("GET", place(second["id"]), headers=HTML)
    assert "Which crash?" in text_of(page)
    assert "<del>crash</del>" in page.text
    assert "<ins>crash in the importer</ins>" in page.text
    other = inside.ask("other", "Notes", content={"text": "x"})
    assert "Which crash?" not in mina.call("GET", place(other["id"]), headers=HTML).text


def test_it_can_be_claimed_let_go_and_extended(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent", timeout=60)
    assert send(mina, request["id"], "claim").status_code == 303
    assert inside.desk.get(request["id"]).assignee == "mina"
    assert "Plan" in mina.call("GET", "/hitl?assignee=mina", headers=HTML).text
    assert send(mina, request["id"], "claim", release="1").status_code == 303
    assert inside.desk.get(request["id"]).assignee is None
    before = inside.desk.get(request["id"]).deadline
    assert send(mina, request["id"], "extend", seconds="300").status_code == 303
    after = inside.desk.get(request["id"]).deadline
    assert before is not None
    assert after == before + timedelta(seconds=300)
    for seconds in ("-1", "abc", "99999999", "9999999", ""):
        assert send(mina, request["id"], "extend", seconds=seconds).status_code == 422
    kinds = [event.kind for event in inside.store.events(request_id=request["id"])]
    assert kinds == ["opened", "assigned", "assigned", "extended"]
    assert "담당자 변경" in text_of(
        mina.call("GET", place(request["id"]), headers={**HTML, "Accept-Language": "ko"})
    )


def test_who_may_not_decide_sees_it_without_buttons(inside: Inside, mina: Browser) -> None:
    inside.key("agent two", Role.AGENT)
    request = inside.desk.open("general", "Mine", "x", requested_by="mina")
    page = mina.call("GET", place(request.id), headers=HTML)
    assert "who asked does not decide" in text_of(page)
    assert 'id="decide"' not in page.text
    for action in ("decide", "claim", "extend"):
        assert send(mina, request.id, action, action="approve", seconds="60").status_code == 403
    assert inside.desk.get(request.id).version == 1


def test_many_are_decided_at_once_each_for_itself(inside: Inside, mina: Browser) -> None:
    requests = [inside.ask("agent", f"R{number}") for number in range(3)]
    inside.desk.reject(requests[1]["id"], by="jun", reason="no")
    decisions = [{"id": one["id"], "action": "approve", "seen": one["digest"]} for one in requests]
    answer = mina.call("POST", "/hitl/decide", json={"decisions": decisions})
    assert [one["status"] for one in answer.json()["results"]] == [200, 409, 200]
    row = inside.store.get(requests[0]["id"])
    assert row is not None
    assert row.is_held


def test_others_who_look_are_named(inside: Inside, mina: Browser) -> None:
    request = inside.ask("agent")
    jun = Browser(inside)
    jun.sign_in(key=inside.tokens["jun"])
    look = {"json": {"id": request["id"]}}
    assert jun.call("POST", "/hitl/looking", **look).json()["others"] == []
    assert mina.call("POST", "/hitl/looking", **look).json()["others"] == ["jun"]
    other = inside.ask("agent", "Other")
    jun.call("POST", "/hitl/looking", json={"id": other["id"]})
    assert mina.call("POST", "/hitl/looking", **look).json()["others"] == []


def test_the_language_is_kept_and_nothing_else_is(inside: Inside) -> None:
    answer = inside.call(
        "POST", "/hitl/language", data={"lang": "ko", "back": "/hitl?tab=approved"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hitl?tab=approved")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("plancraft_lang=ko")
    page = inside.call(
        "GET", "/sign-in", headers={"Cookie": "plancraft_lang=ko", "Accept-Language": "en"}
    )
    assert "로그인" in page.text
    odd = inside.call("POST", "/hitl/language", data={"lang": "xx", "back": "https://evil.test"})
    assert odd.headers["Location"] == "/hitl"
    assert "Set-Cookie" not in odd.headers


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {name for name, _ in attrs}


def names_in(page: str) -> set[str]:
    """The names of all attributes in the page."""
    parser = _Names()
    parser.feed(page)
    return parser.found


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:alert(1))"
    "![i](http://evil.test/a.png)<a href='data:text/html,x'>b</a>\u202e{{7*7}}{% raw %}"
    '" onmouseover="alert(1)'
)


def test_hostile_content_is_shown_and_does_nothing(inside: Inside, mina: Browser) -> None:
    asked_in = [
        inside.ask("agent", HOSTILE, content=HOSTILE, editable=["content"])["id"],
        inside.ask("agent", "t", content={HOSTILE: [HOSTILE]}, context={HOSTILE: HOSTILE})["id"],
        asked(
            inside,
            pc.OptionInterruptPayload(question=HOSTILE, options=[HOSTILE], hint=HOSTILE),
            thread=HOSTILE.replace("\u202e", ""),
        ),
        asked(inside, {"question": HOSTILE, HOSTILE: HOSTILE}),
    ]
    for id_ in asked_in:
        for path in (place(id_), f"/hitl?open={id_}", place(id_, "row")):
            page = mina.call("GET", path, headers=HTML)
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "<img" not in page.text
            assert 'href="javascript' not in page.text
            assert 'href="data:' not in page.text
            assert not {name for name in names_in(page.text) if name.startswith("on")}
            # What is sent back stays as it was; what is read is made visible.
            read = re.sub(r'(?s)<details class="edit".*?</details>|<[^>]*>', "", page.text)
            assert "\u202e" not in read
            assert "{{7*7}}" in unescape(page.text) or path.endswith("row")  # titles are cut there
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_markdown_is_markdown_and_nothing_more() -> None:
    shown = markdown("# T\n\n**b** [l](https://x.test) <b>raw</b>\n\n|a|\n|-|\n|1|\n\n~~s~~")
    for part in ("<h3>T</h3>", "<strong>b</strong>", 'rel="noopener noreferrer nofollow"', "<td>1"):
        assert part in shown
    assert "<b>raw" not in shown
    assert markdown("x" * 60_000).startswith("<pre>")
    assert markdown("") == "<p></p>"


def test_large_content_stays_a_page(inside: Inside, mina: Browser) -> None:
    deep: Any = "end"
    for _ in range(40):
        deep = {"in": deep}
    for content in (
        {"rows": [{"n": n, "name": f"row {n}"} for n in range(8000)]},
        deep,
        "x\n" * 9000,
    ):
        request = inside.ask("agent", content=content)
        page = mina.call("GET", place(request["id"]), headers=HTML)
        assert page.status_code == 200
        assert len(page.content) < 3_000_000


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"a=%00&action=approve", b"&" * 3000, b"action=nonsense", b"", b"{}"],
)
def test_broken_forms_decide_nothing(inside: Inside, mina: Browser, body: bytes) -> None:
    request = inside.ask("agent")
    headers = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}
    page = mina.call("POST", place(request["id"], "decide"), content=body, headers=headers)
    assert page.status_code == 422
    assert inside.desk.get(request["id"]).version == 1


def test_files_of_the_pages_are_kept_and_no_others_are_given(inside: Inside) -> None:
    page = inside.call("GET", "/sign-in").text
    style = re.search(r'href="(/hitl/static/pages\.css\?v=\w+)"', page)
    assert style is not None
    answer = inside.call("GET", style[1])
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    # What a new version changes must not be hidden by what a browser kept.
    bare = inside.call("GET", style[1].partition("?")[0])
    assert bare.headers["Cache-Control"] == "no-cache"
    again = {"If-None-Match": bare.headers["ETag"]}
    assert inside.call("GET", style[1].partition("?")[0], headers=again).status_code == 304
    assert (
        "immutable" not in inside.call("GET", "/hitl/static/pages.css?v=x").headers["Cache-Control"]
    )
    for name in ("..%2fapp.py", "rendering.py", "nothing.css", "%2e%2e/__init__.py"):
        assert inside.call("GET", f"/hitl/static/{name}").status_code == 404


def test_a_page_of_ten_thousand_is_light(inside: Inside, mina: Browser) -> None:
    page = mina.call("GET", "/hitl", headers=HTML)
    for number in range(60):
        inside.desk.open("general", f"수집 데이터 검증 {number}", json.dumps({"n": number}))
    page = mina.call("GET", "/hitl", headers=HTML)
    files = re.findall(r"/hitl/static/([\w.]+)", page.text)
    scripts = ["live.js", "clock.js", "panel.js", "keys.js", "selection.js"]
    loaded = [inside.call("GET", f"/hitl/static/{name}") for name in {*files, *scripts}]
    assert len(page.content) + sum(len(one.content) for one in loaded) < 150_000


def test_a_graphs_request_shows_its_threads_steps(tmp_path: Path) -> None:
    with closing(open_store(str(tmp_path / "store.db"))) as store:
        graph = build(InMemorySaver(), ("first", confirm("one?")), ("second", confirm("two?")))
        pc.start(graph, {"topic": "<b>bees</b>"}, "t", store=store)
        pc.resume(graph, "t", answer=True, by="jun", store=store)

        def look_back(thread: str, work: Any) -> Any:
            return work(pc.TimeTravel(graph, thread, store=store))

        inside = Inside(store, histories={graph.get_name(): look_back})
        inside.key("mina", Role.REVIEWER)
        inside.start()
        browser = Browser(inside)
        browser.sign_in(key=inside.tokens["mina"])
        (request,) = store.find(Query())
        page = browser.call("GET", place(request.id, "thread"), headers=HTML)
        piece = browser.call("GET", place(request.id, "thread"), headers=FRAGMENT)
        bare = Inside(store)
        inside.stop()
    assert "<!DOCTYPE" in page.text
    assert "<!DOCTYPE" not in piece.text
    for words in ("one?", "jun", "seen", "first"):
        assert words in text_of(piece)
    assert "<ins>one? True</ins>" in piece.text
    assert "<b>bees" not in piece.text
    assert bare.app.state.service.histories == {}


def test_without_its_graph_the_page_says_how_to_see_the_steps(
    inside: Inside, mina: Browser
) -> None:
    id_ = asked(inside, pc.ConfirmInterruptPayload(question="Sure?"))
    assert "--graph" in text_of(mina.call("GET", place(id_, "thread"), headers=HTML))
