"""Chromium for tests of the pages; who has none is told what to install."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["axe_problems", "chromium", "signed_in"]


def _program() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("needs Chromium: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    program = _program()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Any, url: str, key: str, path: str = "/hitl", **context: Any) -> Any:
    """A page of a reviewer; what its console complains of is in `page.complaints`."""
    page = browser.new_context(**context).new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto(f"{url}{path}")
    page.fill("input[name=key]", key)
    page.click("main button")
    page.wait_for_url(f"{url}{path}*")
    return page


def axe_problems(page: Any) -> list[str]:
    """What axe finds on the page, by rule and place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]
