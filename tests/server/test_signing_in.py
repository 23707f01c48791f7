"""People sign in by a link that a preview cannot use up, or by their key; agents never do."""

import logging

import pytest

from plancraft.server.app import create_app
from tests.server.running import Browser, Inside


def test_opening_a_link_changes_nothing_and_its_button_signs_in(inside: Inside) -> None:
    link = inside.sessions.invite("owner")
    for _ in range(3):
        page = inside.call("GET", f"/sign-in?token={link}")
        assert page.status_code == 200
        assert f'value="{link}"' in page.text
        assert "set-cookie" not in page.headers
        assert 'method="post" action="/sign-in"' in page.text

    browser = Browser(inside)
    answer = browser.sign_in(token=link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hitl")
    me = browser.call("GET", "/api/me").json()
    assert (me["name"], me["role"], me["csrf_token"]) == ("owner", "reviewer", browser.csrf)
    assert "owner" in browser.call("GET", "/sign-in").text
    assert Browser(inside).sign_in(token=link).status_code == 401


def test_the_page_speaks_korean_and_escapes_what_it_is_given(inside: Inside) -> None:
    path = '/sign-in?token="><script>alert(1)</script>'
    page = inside.call("GET", path, headers={"Accept-Language": "ko"})
    assert '<html lang="ko">' in page.text
    assert "로그인" in page.text
    assert "<script>" not in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_sessions_cookie_is_for_this_site_and_out_of_reach_of_scripts(inside: Inside) -> None:
    answer = Browser(inside).sign_in(key=inside.tokens["mina"])
    session, csrf = answer.headers.get_list("set-cookie")
    assert session.startswith("plancraft_session=pc_session_")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(session.split("; "))
    assert "HttpOnly" not in csrf
    assert "Secure" not in session


def test_over_https_the_cookie_is_secure(inside: Inside) -> None:
    app = create_app(inside.desk, public_url="https://hitl.example.com")
    inside.app = app
    headers = {"Origin": "https://hitl.example.com"}
    answer = inside.call("POST", "/sign-in", data={"key": inside.tokens["mina"]}, headers=headers)
    assert answer.status_code == 303
    assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))


def test_a_program_signs_in_with_json(inside: Inside) -> None:
    answer = inside.call("POST", "/sign-in", json={"key": inside.tokens["mina"]})
    assert answer.status_code == 200
    assert answer.json()["name"] == "mina"
    assert inside.call("POST", "/sign-in", json={"key": ["x"]}).status_code == 422
    assert inside.call("POST", "/sign-in", content=b"{").status_code == 422


def test_an_agents_key_opens_no_session(inside: Inside) -> None:
    answer = Browser(inside).sign_in(key=inside.tokens["agent"])
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_another_site_signs_nobody_in(inside: Inside) -> None:
    headers = {"Origin": "https://evil.test"}
    answer = inside.call("POST", "/sign-in", data={"key": inside.tokens["mina"]}, headers=headers)
    assert answer.status_code == 403


def test_signing_out_ends_the_session_and_needs_its_own_page(inside: Inside) -> None:
    browser = Browser(inside)
    browser.sign_in(key=inside.tokens["mina"])
    assert browser.call("POST", "/sign-out", csrf=False).status_code == 403
    assert inside.call("POST", "/sign-out", "mina").status_code == 403
    assert inside.call("POST", "/sign-out", "agent").status_code == 403
    assert inside.call("POST", "/sign-out").status_code == 401
    cookies, form = browser.cookies, {"csrf_token": browser.csrf}
    assert browser.call("POST", "/sign-out", csrf=False, data=form).status_code == 303
    browser.cookies = cookies
    assert browser.call("GET", "/api/me").status_code == 401


def test_a_header_counts_before_a_cookie(inside: Inside) -> None:
    browser = Browser(inside)
    browser.sign_in(key=inside.tokens["mina"])
    headers = {"Authorization": "Bearer forged"}
    assert browser.call("GET", "/api/me", headers=headers).status_code == 401
    place = f"/api/approvals/{inside.ask('agent')['id']}"
    headers = {"Authorization": f"Bearer {inside.tokens['agent']}"}
    assert browser.call("POST", f"{place}/approve", headers=headers).status_code == 403


def test_attempts_to_sign_in_run_out(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    codes = [
        inside.call("POST", "/sign-in", json={"token": f"pc_link_{n}"}).status_code
        for n in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2
    refused = inside.call("POST", "/sign-in", json={"key": inside.tokens["mina"]})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 6
