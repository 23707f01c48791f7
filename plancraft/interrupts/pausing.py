"""Ask a person from inside a node."""

from typing import Any, overload

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.types import interrupt

from plancraft.interrupts.answers import (
    Answer,
    ApprovalAnswer,
    ConfirmAnswer,
    Delivering,
    FormAnswer,
    OptionAnswer,
    answer_type,
    asking,
)
from plancraft.interrupts.observing import log_hitl_event
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
)

__all__ = ["ask"]


@overload
def ask(payload: OptionInterruptPayload) -> OptionAnswer: ...
@overload
def ask(payload: FormInterruptPayload) -> FormAnswer: ...
@overload
def ask(payload: ConfirmInterruptPayload) -> ConfirmAnswer: ...
@overload
def ask(payload: ApprovalInterruptPayload) -> ApprovalAnswer: ...
def ask(payload: InterruptPayload) -> Answer:
    """The person's answer to `payload`, typed and checked.

    The first time the node runs, this pauses the graph. When the answer is there, LangGraph
    runs the node again from its start, so everything before this call must be pure: the same
    state, the same payload. Works in plain and async nodes, tools and subgraphs.
    """
    config = get_config()
    named = _placed(payload, config)
    if delivery := Delivering.current():
        delivery.asks += 1
        # The map's entry for the outermost graph, as snapshots of subgraphs have it too.
        delivery.asked_at = config["configurable"].get("checkpoint_map", {}).get("", "")
    with asking(named):
        answer = interrupt(named.to_dict(), response_schema=answer_type(named))
    log_hitl_event("resumed", lambda: _summary(named, answer))
    return answer


def _placed(payload: InterruptPayload, config: RunnableConfig) -> InterruptPayload:
    node = payload.node_ref or config.get("metadata", {}).get("langgraph_node")
    name = payload.interrupt_id or node or payload.type
    return payload.model_copy(update={"node_ref": node, "interrupt_id": name})


def _summary(payload: InterruptPayload, answer: Answer) -> dict[str, Any]:
    return {
        "interrupt_id": payload.interrupt_id,
        "type": payload.type,
        "key": answer.key,
        "by": answer.by,
        "answer": answer.redacted(),
    }
