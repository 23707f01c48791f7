"""`make pictures`: the inbox as it looks, for the README. Needs Chromium."""

import asyncio
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import which
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver

import plancraft as pc
from graph.demo import IDEAS
from graph.workflow import planning
from plancraft.access import Keys, Role
from plancraft.app import serving
from plancraft.approvals.desk import Desk
from plancraft.stores import open_store

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PLANS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Research plan: what AI agents will do next",
        "content": {
            "topic": "What AI agents will do next",
            "methodology": "Papers and a web search",
            "expected_sources": ["arXiv", "Google Scholar", "engineering blogs"],
            "estimated_time": "10 to 15 minutes",
        },
        "approve": "the research begins.",
        "reject": "the plan is made again with your reason.",
        "delete": "Delete 1,204 stale rows from the staging table",
        "notes": ("Release notes 2.4", "fixed a crash", "fixed a crash in the importer"),
    },
    "ko": {
        "title": "AI 에이전트 동향 연구 계획",
        "content": {
            "topic": "AI 에이전트의 미래 동향",
            "methodology": "학술 논문 분석 + 웹 검색",
            "expected_sources": ["arXiv", "Google Scholar", "기술 블로그"],
            "estimated_time": "10-15분",
        },
        "approve": "연구를 시작합니다.",
        "reject": "적은 사유를 반영해 계획을 다시 세웁니다.",
        "delete": "스테이징 테이블의 오래된 행 1,204개 삭제",
        "notes": ("배포 노트 2.4", "비정상 종료 수정", "가져오기 중의 비정상 종료 수정"),
    },
}
SHOTS = (
    ("inbox", 1280, 800, "light"),
    ("inbox-dark", 1280, 800, "dark"),
    ("inbox-phone", 390, 780, "light"),
)


def main() -> int:
    """Exit code 0, or 2 where there is no browser."""
    program = which("chromium")
    if program is None:
        print("needs Chromium: apt-get install chromium", file=sys.stderr)  # noqa: T201
        return 2
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for language in PLANS:
            with _inbox(language) as (address, key):
                for name, width, height, scheme in SHOTS:
                    path = FOLDER / f"{name}-{language}.png"
                    _shoot(browser, address, key, language, (width, height, scheme), path)
        browser.close()
    return 0


def _shoot(
    browser: Any, address: str, key: str, language: str, look: tuple[int, int, str], path: Path
) -> None:
    width, height, scheme = look
    context = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-GB"}[language],
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=width < 600,
    )
    page = context.new_page()
    page.goto(f"{address}/hitl")
    page.fill("input[name=key]", key)
    page.click("main button")
    page.wait_for_selector("#connection.on")
    if width < 600:
        page.click("li.row a")
        page.wait_for_selector("body.chosen article")
        page.wait_for_timeout(300)
    page.screenshot(path=path)
    context.close()


@contextmanager
def _inbox(language: str) -> Iterator[tuple[str, str]]:
    """A served store with a few requests, in a thread; its address and a reviewer's key."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "inbox.db")
        with (
            closing(open_store(file)) as store,
            SqliteSaver.from_conn_string(file) as saver,
            closing(serving.bind("127.0.0.1", 0)) as bound,
        ):
            key = Keys(store).add("mina", Role.REVIEWER)
            desk = Desk(store)
            _fill(desk, PLANS[language])
            graph = planning.copy({"checkpointer": saver})
            pc.start(graph, {"user_input": IDEAS[language]}, "tools-1", store=store)
            app = serving.create_app(desk)
            server = serving.server_of(app)
            thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])))
            thread.start()
            try:
                yield serving.address_of(bound, "127.0.0.1"), key
            finally:
                server.should_exit = True
                thread.join()


def _fill(desk: Desk, plan: dict[str, Any]) -> None:
    consequences = {"approve": plan["approve"], "reject": plan["reject"]}
    desk.open(
        "critical_decision",
        plan["title"],
        json.dumps(plan["content"], ensure_ascii=False),
        priority=4,
        requested_by="researcher",
        editable=["methodology", "estimated_time"],
        context={"consequences": consequences},
    )
    title, before, after = plan["notes"]
    first = desk.open("final_report", title, f"# {title}\n\n- {before}\n", requested_by="writer")
    desk.reject(first.id, by="jun", reason="?")
    desk.open("final_report", title, f"# {title}\n\n- {after}\n", requested_by="writer")
    desk.open("general", plan["delete"], {"rows": 1204}, requested_by="cleaner", priority=3)


if __name__ == "__main__":
    sys.exit(main())
