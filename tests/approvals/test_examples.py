"""The calls of the approval specification, on the configured manager, as a user writes them."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENT = """
import asyncio, json, sys
from plancraft import ApprovalStatus, ApprovalType, hitl_manager
from plancraft import HITLRejectionError, HITLTimeoutError

research_plan = {
    "topic": "AI 에이전트의 미래 동향",
    "methodology": "학술 논문 분석 + 웹 검색",
    "expected_sources": ["arXiv", "Google Scholar", "기술 블로그"],
}
handled = []

@hitl_manager.on_approval(ApprovalStatus.APPROVED)
async def handle_approval(request):
    handled.append(f"승인 완료: {request.title}")

@hitl_manager.on_approval(ApprovalStatus.REJECTED)
async def handle_rejection(request):
    handled.append(f"승인 거부: {request.title} - {request.rejection_reason}")

async def decide(title, context=None):
    request = await hitl_manager.request_approval(
        ApprovalType.CRITICAL_DECISION,
        title,
        json.dumps(research_plan, ensure_ascii=False, indent=2),
        context,
    )
    print(request.id, flush=True)
    try:
        approved = await hitl_manager.wait_for_approval(request.id, timeout=600)
    except HITLTimeoutError:
        return "late"
    except HITLRejectionError as e:
        return e.rejection_reason
    return approved.approved_by

async def cancel_pending_approvals(agent_id):
    pending_requests = await hitl_manager.get_pending_approvals()
    for request in pending_requests:
        if request.context.get("agent_id") == agent_id:
            await hitl_manager.cancel_request(request.id)

async def main():
    said = [await decide("연구 계획"), await decide("데이터 검증")]
    await hitl_manager.request_approval(ApprovalType.GENERAL, "남은 것", "x", {"agent_id": "a"})
    await hitl_manager.request_approval(ApprovalType.GENERAL, "다른 것", "x", {"agent_id": "b"})
    await cancel_pending_approvals("a")
    left = [one.title for one in await hitl_manager.get_pending_approvals()]
    while len(handled) < 2:
        await asyncio.sleep(0.01)
    print(json.dumps({"said": said, "left": left, "handled": sorted(handled)}))

asyncio.run(main())
"""


@pytest.mark.timeout(60)
def test_an_agent_of_the_specification_asks_waits_and_is_told(tmp_path: Path) -> None:
    store = tmp_path / "plancraft.db"
    here = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    pipe = subprocess.PIPE
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT], cwd=tmp_path, env=here, stdout=pipe, text=True
    )
    try:
        assert agent.stdout is not None
        for answer in ('{"decision": "approve"}', '{"decision": "reject", "reason": "좁히세요"}'):
            request = agent.stdout.readline().strip()
            command = [sys.executable, "-m", "plancraft", "answer", request, answer, "--by", "mina"]
            subprocess.run([*command, "--db", str(store)], env=here, check=True, timeout=30)
        said = json.loads(agent.communicate(timeout=30)[0])
    finally:
        agent.kill()

    assert said == {
        "said": ["mina", "좁히세요"],
        "left": ["다른 것"],
        "handled": ["승인 거부: 데이터 검증 - 좁히세요", "승인 완료: 연구 계획"],
    }


def test_without_a_store_of_its_own_a_manager_uses_the_configured_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import plancraft as pc

    monkeypatch.setenv("PLANCRAFT_STORE", f"sqlite:///{tmp_path / 'one.db'}")
    request = asyncio.run(pc.HITLManager().request_approval("general", "One", "x"))
    monkeypatch.delenv("PLANCRAFT_STORE")
    monkeypatch.chdir(tmp_path)

    assert asyncio.run(pc.HITLManager().get_pending_approvals()) == []
    assert (tmp_path / "plancraft.db").is_file()
    monkeypatch.setenv("PLANCRAFT_STORE", f"sqlite:///{tmp_path / 'one.db'}")
    assert asyncio.run(pc.hitl_manager.get_pending_approvals()) == [request]
