"""The pages in Chromium: keys, focus, undo, news, both languages, phone and desk."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

import plancraft as pc
from plancraft.approvals import HITLPolicy
from plancraft.approvals.desk import Desk
from plancraft.stores import open_store
from tests.server.browsing import axe_problems, chromium, signed_in
from tests.server.running import Outside
from tests.server.test_pages import FORM, HOSTILE, asked

pytestmark = pytest.mark.slow
LANGUAGES = ["ko-KR", "en-GB"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


class Inbox:
    """A served store with a desk beside it, which acts as agents and API do."""

    def __init__(self, outside: Outside, desk: Desk) -> None:
        self.outside, self.desk, self.store = outside, desk, desk.store

    def ask(self, *titles: str, **named: Any) -> list[str]:
        content = named.pop("content", {"step": 1})
        made = [
            self.desk.open("general", title, content, requested_by="agent", timeout=900, **named)
            for title in titles
        ]
        return [request.id for request in made]

    def page(self, browser: Any, path: str = "/hitl", **context: Any) -> Any:
        context.setdefault("locale", "en-GB")
        return signed_in(browser, self.outside.url, self.outside.reviewer, path, **context)


@pytest.fixture
def inbox(outside: Outside) -> Iterator[Inbox]:
    with closing(open_store(outside.store)) as store:
        yield Inbox(outside, Desk(store, HITLPolicy(max_timeout=7200)))


def until(true: Callable[[], Any]) -> Any:
    for _ in range(1000):
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def heading(page: Any) -> str:
    return str(page.text_content("#panel h2")).strip()


def expect_heading(page: Any, title: str) -> None:
    page.wait_for_function(
        "title => document.querySelector('#panel h2')?.textContent.trim() === title", arg=title
    )


def test_a_queue_of_twenty_is_decided_with_a_key_each(inbox: Inbox, browser: Any) -> None:
    ids = inbox.ask(*(f"Request {number:02}" for number in range(20)))
    page = inbox.page(browser)
    for number in range(20):
        expect_heading(page, f"Request {number:02}")
        page.wait_for_timeout(400)  # as long as one needs at least to look
        page.keyboard.press("a")
        if number < 19:
            expect_heading(page, f"Request {number + 1:02}")
            focused = page.evaluate("document.activeElement.textContent.trim()")
            assert focused == f"Request {number + 1:02}"
    until(lambda: all(not inbox.desk.get(id_).is_open for id_ in ids))
    assert {inbox.desk.get(id_).approved_by for id_ in ids} == {"mina"}
    assert page.complaints == []


def test_a_decision_is_undone_within_its_time(inbox: Inbox, browser: Any) -> None:
    (first, _) = inbox.ask("First", "Second")
    page = inbox.page(browser)
    expect_heading(page, "First")
    page.keyboard.press("a")
    expect_heading(page, "Second")
    page.wait_for_timeout(400)
    assert "Approved: First" in page.text_content("#toast")
    assert inbox.desk.get(first).is_held
    page.keyboard.press("u")
    expect_heading(page, "First")
    until(lambda: inbox.desk.get(first).is_open)
    kinds = [event.kind for event in inbox.store.events(request_id=first)]
    assert kinds == ["opened", "decided", "undone"]
    page.keyboard.press("r")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect_heading(page, "Second")
    assert inbox.desk.get(first).rejection_reason == "Not enough information"


def test_news_are_on_every_open_page(inbox: Inbox, browser: Any) -> None:
    first, second = inbox.ask("First", "Second")
    one, other = inbox.page(browser), inbox.page(browser)
    for page in (one, other):
        page.wait_for_selector("#connection.on")
    inbox.desk.reject(second, by="jun", reason="no")
    for page in (one, other):
        page.wait_for_selector(f"#row-{second}.settled")
    inbox.desk.reject(first, by="jun", reason="no")
    one.wait_for_selector("#panel .outcome.rejected")
    assert "jun" in one.text_content("#panel .outcome")
    inbox.ask("Third")
    one.wait_for_selector("#news:not([hidden])")
    assert "1 new" in one.text_content("#news")
    one.click("#news")
    one.wait_for_selector("text=Third")
    one.wait_for_selector("#pending >> text=1")
    assert one.complaints == []


def test_the_page_finds_its_server_again_and_misses_nothing(inbox: Inbox, browser: Any) -> None:
    inbox.ask("First")
    page = inbox.page(browser)
    page.wait_for_selector("#connection.on")
    inbox.outside.kill()
    page.wait_for_selector("#connection:not(.on)")
    page.keyboard.press("a")
    page.wait_for_function("() => !document.querySelector('#notice').hidden")
    assert "may have been recorded" in page.text_content("#notice")
    (second,) = inbox.ask("Second")
    inbox.outside.start()
    page.wait_for_selector("#connection.on", timeout=30_000)
    page.wait_for_selector("#news:not([hidden])")
    page.click("#news")
    page.wait_for_selector(f"#row-{second}")
    page.wait_for_selector("#notice >> text=was not recorded")
    page.keyboard.press("a")
    expect_heading(page, "Second")


def test_who_comes_second_sees_who_was_first_and_keeps_what_was_typed(
    inbox: Inbox, browser: Any
) -> None:
    (first,) = inbox.ask("First")
    page = inbox.page(browser)
    page.wait_for_selector("#connection.on")
    page.keyboard.press("r")
    page.fill("#reject textarea", "Because of that")
    inbox.desk.reject(first, by="jun", reason="no")
    page.wait_for_function("() => !document.querySelector('#notice').hidden")
    assert page.input_value("#reject textarea") == "Because of that"
    assert "jun" in page.text_content("#notice")
    page.click("#reject button.danger")
    page.wait_for_selector("text=jun decided this")
    assert "Because of that" in page.text_content("#panel")


def test_something_urgent_takes_two_presses(inbox: Inbox, browser: Any) -> None:
    first, _ = inbox.ask("Urgent", "Next", priority=5)
    page = inbox.page(browser)
    expect_heading(page, "Urgent")
    page.keyboard.press("a")
    page.wait_for_selector(".notice.sure")
    assert inbox.desk.get(first).is_open
    page.keyboard.press("a")
    expect_heading(page, "Next")
    assert not inbox.desk.get(first).is_open


def test_two_presses_of_a_button_are_one_decision(inbox: Inbox, browser: Any) -> None:
    first, second, third = inbox.ask("First", "Second", "Third")
    page = inbox.page(browser)
    expect_heading(page, "First")
    box = page.locator("#approve").bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + 20, box["y"] + 20)
        page.wait_for_timeout(180)
    expect_heading(page, "Second")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert not inbox.desk.get(first).is_open
    assert inbox.desk.get(second).is_open
    assert inbox.desk.get(third).is_open


def test_letters_of_a_reason_are_no_commands(inbox: Inbox, browser: Any) -> None:
    first, second = inbox.ask("First", "Second")
    page = inbox.page(browser)
    expect_heading(page, "First")
    page.keyboard.press("r")
    page.keyboard.type("a bad source")
    assert page.input_value("#reject textarea") == "a bad source"
    assert inbox.desk.get(first).is_open
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect_heading(page, "Second")
    page.keyboard.press("k")
    expect_heading(page, "First")
    assert page.input_value("#reject textarea") == "a bad source"
    page.click("#reject button.danger")
    expect_heading(page, "Second")
    assert inbox.desk.get(first).rejection_reason == "a bad source"
    page.wait_for_timeout(400)
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    until(lambda: not inbox.desk.get(second).is_open)
    assert inbox.desk.get(second).rejection_reason == "Too risky"


def test_keys_do_nothing_to_what_is_not_seen(inbox: Inbox, browser: Any) -> None:
    (first,) = inbox.ask("First")
    page = inbox.page(browser, viewport={"width": 400, "height": 800})
    for key in ("a", "r", "e"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert inbox.desk.get(first).version == 1
    page.click("li.row a")
    page.wait_for_selector("body.chosen")
    page.keyboard.press("a")
    until(lambda: not inbox.desk.get(first).is_open)


def test_nothing_is_decided_while_another_request_is_on_its_way(inbox: Inbox, browser: Any) -> None:
    ids = inbox.ask("First", "Second", "Third")
    page = inbox.page(browser)
    expect_heading(page, "First")
    page.route(f"**/hitl/requests/{ids[1]}", lambda route: None)  # its answer never comes
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert all(inbox.desk.get(id_).is_open for id_ in ids)
    page.click(f"#row-{ids[2]} a")
    expect_heading(page, "Third")
    page.keyboard.press("a")
    until(lambda: not inbox.desk.get(ids[2]).is_open)
    assert inbox.desk.get(ids[0]).is_open


def test_an_answer_that_never_came_is_looked_for(inbox: Inbox, browser: Any) -> None:
    first, _ = inbox.ask("First", "Second")
    page = inbox.page(browser)
    expect_heading(page, "First")

    def recorded_but_unheard(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/decide", recorded_but_unheard, times=1)
    page.keyboard.press("a")
    page.wait_for_selector("#panel .outcome.approved")
    assert inbox.desk.get(first).approved_by == "mina"


def test_edits_are_not_left_out_unawares(inbox: Inbox, browser: Any) -> None:
    (first,) = inbox.ask("Edit me", content={"rows": 3}, editable=["rows"])
    page = inbox.page(browser)
    page.keyboard.press("e")
    page.fill("#edit input[inputmode=numeric]", "4")
    page.keyboard.press("Escape")
    page.click("#approve")
    page.wait_for_selector("#notice >> text=edits")
    assert inbox.desk.get(first).is_open
    page.click("#edit button.main")
    until(lambda: not inbox.desk.get(first).is_open)
    decision = inbox.desk.get(first).decision
    assert decision is not None
    assert decision.answer["content"] == {"rows": 4}


def test_a_single_page_is_live_as_well(inbox: Inbox, browser: Any) -> None:
    first, second = inbox.ask("First", "Second")
    page = inbox.page(browser, f"/hitl/requests/{first}")
    page.wait_for_selector("#connection.on")
    inbox.desk.reject(first, by="jun", reason="no")
    page.wait_for_selector("#panel .outcome.rejected")
    page.goto(f"{inbox.outside.url}/hitl/requests/{second}")
    page.wait_for_selector("#connection.on")
    page.keyboard.press("a")
    page.wait_for_selector("#panel .outcome.approved")
    page.keyboard.press("u")
    page.wait_for_selector("#approve")
    assert inbox.desk.get(second).is_open
    assert page.complaints == []


def test_what_is_cut_is_said_and_can_be_read_whole(inbox: Inbox, browser: Any) -> None:
    many = {f"field {number}": "x" * 60 for number in range(4000)} | {"zzz": "ATTACKER"}
    inbox.ask("Large", content=many)
    page = inbox.page(browser)
    assert "Not all of it is shown" in page.text_content("#decide")
    href = page.get_attribute("#decide .notice a", "href")
    whole = page.request.get(f"{inbox.outside.url}{href}")
    assert "ATTACKER" in whole.text()
    assert whole.headers["content-type"].startswith("text/plain")
    before, after = (
        "\n".join(f"line {n}" for n in range(5000)) + end for end in (" pay 10", " pay 99")
    )
    old = inbox.ask("Notes", content={"text": before})[0]
    inbox.desk.reject(old, by="jun", reason="no")
    (again,) = inbox.ask("Notes", content={"text": after})
    page.goto(f"{inbox.outside.url}/hitl?open={again}")
    assert "99" in page.text_content("#panel .again ins")


def test_edits_are_shown_as_they_grow(inbox: Inbox, browser: Any) -> None:
    (first,) = inbox.ask("Edit me", content={"rows": 3, "to": "eu"}, editable=["rows"])
    page = inbox.page(browser)
    page.keyboard.press("e")
    page.fill("#edit input[inputmode=numeric]", "many")
    page.wait_for_selector("#preview >> text=write a number")
    page.fill("#edit input[inputmode=numeric]", "4")
    page.wait_for_selector("#preview ins >> text=4")
    page.click("#edit button.main")
    until(lambda: not inbox.desk.get(first).is_open)
    decision = inbox.desk.get(first).decision
    assert decision is not None
    assert decision.answer["content"] == {"rows": 4, "to": "eu"}


def test_several_are_ticked_and_decided_at_once(inbox: Inbox, browser: Any) -> None:
    ids = inbox.ask("One", "Two", "Three", "Four")
    page = inbox.page(browser)
    expect_heading(page, "One")
    page.keyboard.press("x")
    page.keyboard.press("j")
    expect_heading(page, "Two")
    page.keyboard.press("j")
    expect_heading(page, "Three")
    page.keyboard.press("Shift+X")
    assert "3 selected" in page.text_content("#batch-count")
    page.click("[data-batch=approve]")
    until(lambda: sum(inbox.desk.get(id_).is_open for id_ in ids) == 1)
    page.wait_for_selector("text=3 decided, 0 refused")
    page.keyboard.press("u")
    until(lambda: all(inbox.desk.get(id_).is_open for id_ in ids))


def test_keys_can_be_switched_off_and_stay_off(inbox: Inbox, browser: Any) -> None:
    (first,) = inbox.ask("First")
    page = inbox.page(browser)
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.reload()
    expect_heading(page, "First")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert inbox.desk.get(first).is_open
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "search"


def test_a_link_of_a_message_is_two_presses_from_a_decision_without_scripts(
    inbox: Inbox, browser: Any
) -> None:
    (first,) = inbox.ask("From a mail")
    page = inbox.page(browser, java_script_enabled=False)
    page.goto(f"{inbox.outside.url}/hitl/requests/{first}")
    page.click("#approve")
    assert "Approved" in page.text_content(".badges")
    page.click("text=Undo")
    assert inbox.desk.get(first).is_open
    page.click("summary >> text=Reject")
    page.fill("#reject textarea", "No, thank you")
    page.click("#reject button.danger")
    assert inbox.desk.get(first).rejection_reason == "No, thank you"


def test_hostile_content_runs_nothing_and_fetches_nothing(inbox: Inbox, browser: Any) -> None:
    inbox.ask(HOSTILE, content=HOSTILE, editable=["content"])
    inbox.ask("Object", content={HOSTILE: [HOSTILE]})
    page = inbox.page(browser)
    wanted: list[str] = []
    page.on("request", lambda request: wanted.append(request.url))
    page.on("dialog", lambda dialog: wanted.append("dialog"))
    page.reload()
    page.keyboard.press("j")
    expect_heading(page, "Object")
    assert [url for url in wanted if not url.startswith(inbox.outside.url)] == []
    assert page.complaints == []


def everything(inbox: Inbox) -> list[str]:
    """A request of every kind."""
    old = inbox.ask("Notes", content={"text": "a crash"})[0]
    inbox.desk.reject(old, by="jun", reason="Which crash?")
    (again,) = inbox.ask("Notes", content={"text": "a crash in it"}, editable=["text"], priority=5)
    text = inbox.ask("Text", content="# Head\n\n[a](https://x.test) and `code`\n\n- one")[0]
    made = [
        pc.OptionInterruptPayload(question="Which?", options=["a", "b"]),
        pc.OptionInterruptPayload(
            question="Ones?", options=["a"], multiple=True, allow_custom=True
        ),
        pc.FormInterruptPayload(question="Form?", form=FORM, initial={"name": "Ops"}),
        pc.ConfirmInterruptPayload(question="Sure?", data={"rows": 3}),
        {"foreign": [1, {"deep": True}]},
    ]
    decided = inbox.ask("Done")[0]
    inbox.desk.approve(decided, by="mina")
    return [again, text, *(asked(inbox, one) for one in made), decided]  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(inbox: Inbox, browser: Any, locale: str, scheme: str) -> None:
    ids = everything(inbox)
    look = {"locale": locale, "color_scheme": scheme, "reduced_motion": "reduce"}
    for width in (320, 1600):
        page = inbox.page(browser, viewport={"width": width, "height": 800}, **look)
        paths = ["/hitl", "/hitl?tab=expired", "/hitl?tab=nonsense"]
        paths += [f"/hitl?open={id_}" for id_ in ids] + [f"/hitl/requests/{ids[0]}"]
        for path in paths:
            page.goto(f"{inbox.outside.url}{path}")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert axe_problems(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.context.close()
    page = browser.new_context(**look).new_page()
    page.goto(f"{inbox.outside.url}/sign-in")
    assert axe_problems(page) == []


def test_all_is_korean_for_who_reads_korean(inbox: Inbox, browser: Any) -> None:
    inbox.ask("연구 계획")
    page = inbox.page(browser, locale="ko-KR")
    expect_heading(page, "연구 계획")
    seen = page.inner_text("body")
    for words in ("대기 중", "승인", "거부", "기한", "남음", "단축키", "로그아웃"):
        assert words in seen
    for words in ("Approve", "Reject", "Deadline", "Search", "in 1"):
        assert words not in seen
    page.click("button[lang=en]")
    assert "Approve" in page.inner_text("body")


def test_a_session_that_ended_leads_to_signing_in(inbox: Inbox, browser: Any) -> None:
    inbox.ask("First")
    page = inbox.page(browser)
    expect_heading(page, "First")
    with closing(open_store(inbox.outside.store)) as store:
        from plancraft.access import Keys

        Keys(store).revoke("mina")
    page.keyboard.press("a")
    page.wait_for_url("**/sign-in**")


def test_the_first_page_of_many_is_light_on_the_wire(
    inbox: Inbox, browser: Any, tmp_path: Path
) -> None:
    inbox.ask(*(f"수집 데이터 검증 {number}" for number in range(60)))
    page = inbox.page(browser)
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.reload()
    page.wait_for_selector("#connection.on")
    assert 0 < sum(sizes) < 150_000
    assert httpx.get(f"{inbox.outside.url}/healthz").status_code == 200
