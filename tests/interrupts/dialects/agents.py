"""Agents of other libraries, with models that say what they were told to, and tools that count."""

from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool


class Model(GenericFakeChatModel):
    """Says its messages in turn, whatever tools it is given."""

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        return self


class Office:
    """Tools that note what they did."""

    def __init__(self) -> None:
        self.done: list[str] = []

        @tool
        def send(to: str, text: str) -> str:
            """Send a message."""
            self.done.append(f"send {to}: {text}")
            return "sent"

        @tool
        def delete(path: str) -> str:
            """Delete a file."""
            self.done.append(f"delete {path}")
            return "deleted"

        self.tools = [send, delete]


SEND = {"name": "send", "args": {"to": "mina", "text": "hello"}, "id": "call-1"}
DELETE = {"name": "delete", "args": {"path": "/tmp/x"}, "id": "call-2"}
ASKED = {"messages": [("user", "go")]}


def model(*calls: dict[str, Any]) -> Model:
    """A model that makes the calls in one turn, then is done."""
    says = [AIMessage("", tool_calls=list(calls)), AIMessage("done")]
    return Model(messages=iter(says))


def agent(
    office: Office,
    saver: Any,
    *calls: dict[str, Any],
    allowed: dict[str, Any] | None = None,
    mode: Any = "batched",
) -> Any:
    """An agent whose calls wait for a person."""
    gate = HumanInTheLoopMiddleware(
        interrupt_on=allowed or {"send": True, "delete": True}, interrupt_mode=mode
    )
    return create_agent(model(*calls), office.tools, middleware=[gate], checkpointer=saver)


def told(result: Any) -> list[str]:
    """What the model was told of its calls."""
    return [one.content for one in result["messages"] if one.type == "tool"]
