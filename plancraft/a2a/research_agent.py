"""The research agent of the HITL specification: three gates, on the way to a cited report."""

from typing import Any, Literal

from a2a.types import AgentSkill, Message
from langgraph.graph import StateGraph

from plancraft.a2a.executing import Finished, GraphExecutor
from plancraft.a2a.messages import data_part, text_of, text_part
from plancraft.a2a.research import Library, build_research_graph
from plancraft.approvals import Store
from plancraft.locale import language, say
from plancraft.threads import InterruptConfig

__all__ = ["RESEARCH_SKILL", "HITLResearchAgent"]

NAME = "research"
RESEARCH_SKILL = AgentSkill(
    id="research",
    name="Research with approvals",
    description=(
        "Researches a question over documents. People approve the plan, the data and the report. "
        "문서에서 질문을 조사하며, 사람이 계획과 데이터와 보고서를 승인합니다."
    ),
    tags=["research", "report", "human-in-the-loop"],
    examples=["When should an agent wait for a person?", "에이전트는 언제 사람을 기다려야 하는가?"],
)


class HITLResearchAgent(GraphExecutor):
    """An agent that researches a question over documents, and asks people at three gates.

    Args:
        library: The documents.
        model: A LangChain chat model to write with; without one the report is made of sentences
            that stand in the documents.
        retriever: A LangChain retriever or search tool to ask beside them.
        rounds: How often each gate may be turned down before the research ends.
        store, settings, agent_id, pause, inbox: As `GraphExecutor` takes them.
    """

    def __init__(  # noqa: PLR0913 - what it works with, and how it asks
        self,
        library: Library,
        *,
        model: Any = None,
        retriever: Any = None,
        rounds: int = 3,
        checkpointer: Any = None,
        store: Store | str | None = None,
        settings: InterruptConfig | None = None,
        agent_id: str | None = None,
        pause: Literal["input_required", "auth_required"] = "input_required",
        inbox: str | None = None,
    ) -> None:
        builder: StateGraph[Any, Any, Any, Any] = build_research_graph(
            library, model=model, retriever=retriever, rounds=rounds
        )
        super().__init__(
            builder.compile(checkpointer=checkpointer, name=NAME),
            store=store,
            settings=settings,
            agent_id=agent_id,
            pause=pause,
            inbox=inbox,
        )

    def begin(self, message: Message) -> dict[str, Any]:
        """The question is the message's words."""
        return {"query": text_of(message), "language": language()}

    def finish(self, values: Any) -> Finished:
        """The report, to read and as data; or that people turned it down."""
        report = values.get("report")
        if values.get("outcome") != "approved" or report is None:
            text = say("The research ended without a report: it was turned down too often.")
            return Finished((), text, rejected=True)
        words = text_part(values["report_text"])
        words.media_type = "text/markdown"
        return Finished((words, data_part(report)), say("The report is approved."), name="report")
