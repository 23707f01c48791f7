"""The research agent over A2A: three gates of the HITL specification, a cited report."""

import asyncio
import zipfile
from pathlib import Path
from typing import Any

from a2a.types import TaskState

from plancraft import ApprovalType
from plancraft.a2a import HITLResearchAgent
from plancraft.a2a.messages import data_in
from plancraft.a2a.research import Library
from plancraft.approvals import HITLPolicy
from tests.a2a.living import Living, Work, ended, gated, living, message, send, told, until, words

LIBRARY = Path(__file__).parents[2] / "graph" / "library"
KEYS = {
    ApprovalType.CRITICAL_DECISION: {
        *("topic", "methodology", "expected_sources", "estimated_time", "key_questions"),
    },
    ApprovalType.DATA_VALIDATION: {
        *("total_sources", "reliability_score", "key_findings", "potential_issues"),
    },
    ApprovalType.FINAL_REPORT: {
        *("executive_summary", "detailed_analysis", "recommendations"),
        *("sources", "confidence_level", "limitations"),
    },
}
OWN = HITLPolicy.model_validate(
    {"types": {kind.value: {"requester_may_decide": True} for kind in KEYS}}
)


def agent_over(library: Library, **more: Any) -> Any:
    def make(_: Any, **executor: Any) -> HITLResearchAgent:
        return HITLResearchAgent(library, **executor, **more)

    return make


def test_three_gates_lead_to_a_report_that_cites_its_documents(tmp_path: Path) -> None:
    async def run() -> None:
        async with living(tmp_path, gated(Work()), make=agent_over(Library.open(LIBRARY))) as agent:
            client = await agent.client()
            task = await send(client, message("에이전트는 언제 사람을 기다려야 하는가?"))
            for kind, keys in KEYS.items():
                request = await agent.request(task.id)
                assert request.type is kind
                assert request.payload["content"].keys() == keys
                assert request.context["agent_id"] == "research"
                await asyncio.to_thread(agent.desk.approve, request.id, by="kim")
            task = await until(client, task.id, ended)
            assert task.status.state == TaskState.TASK_STATE_COMPLETED
            assert words(task) == "보고서가 승인되었습니다."
            [artifact] = task.artifacts
            text, data = artifact.parts
            assert text.media_type == "text/markdown"
            assert "ko/waiting-for-people.md:" in text.text
            assert data_in(data).keys() == KEYS[ApprovalType.FINAL_REPORT]
            assert [one["by"] for one in told(task)["decisions"]] == ["kim"] * 3

    asyncio.run(run())


def test_a_plan_turned_down_is_made_again_with_the_reason_and_not_for_ever(tmp_path: Path) -> None:
    async def run() -> None:
        make = agent_over(Library.open(LIBRARY), rounds=2)
        async with living(tmp_path, gated(Work()), make=make, policy=OWN) as agent:
            client = await agent.client("kim")
            task = await send(client, message("When should an agent wait for a person?"))
            first = (await agent.request(task.id)).payload["content"]

            task = await send(client, message("reject: look at deadlines", task=task.id))

            second = (await agent.request(task.id)).payload["content"]
            assert "deadlines" in str(second["key_questions"])
            assert "deadlines" not in str(first["key_questions"])
            task = await send(client, message("reject: still no", task=task.id))
            assert task.status.state == TaskState.TASK_STATE_REJECTED
            assert "turned down" in words(task)

    asyncio.run(run())


def test_an_archive_can_be_researched(tmp_path: Path) -> None:
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("cats.md", "# Cats\n\nA cat sleeps for most of the day, in warm places.\n")

    async def scenario(agent: Living) -> None:
        client = await agent.client("kim")
        task = await send(client, message("How long does a cat sleep?"))
        for _ in range(3):
            task = await send(client, message("approve", task=task.id))
        assert "cats.md:3" in task.artifacts[0].parts[0].text

    async def run() -> None:
        make = agent_over(Library.open(archive))
        async with living(tmp_path, gated(Work()), make=make, policy=OWN) as agent:
            await scenario(agent)

    asyncio.run(run())


def test_progress_is_told_in_the_callers_language(tmp_path: Path) -> None:
    async def run() -> None:
        from a2a.types import SendMessageRequest

        make = agent_over(Library.open(LIBRARY))
        async with living(tmp_path, gated(Work()), make=make) as agent:
            client = await agent.client(**{"Accept-Language": "ko"})
            heard: list[str] = []
            request = SendMessageRequest(message=message("When should an agent wait?"))
            async for event in client.send_message(request):
                if event.HasField("status_update"):
                    heard += [part.text for part in event.status_update.status.message.parts]
            assert any("계획" in text for text in heard)

    asyncio.run(run())
