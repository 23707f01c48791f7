"""A small A2A client for the terminal: shows progress, asks what it may be answered here."""

import asyncio
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from a2a.client import Client, ClientConfig, create_client
from a2a.client.errors import A2AClientError
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    Task,
    TaskState,
    TaskStatus,
)
from a2a.utils.errors import A2AError
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from plancraft.a2a.messages import (
    APPROVAL_EXTENSION,
    approval_part,
    data_in,
    questions_in,
    text_of,
    text_part,
)
from plancraft.a2a.telling import PARKED, TERMINAL
from plancraft.approvals import ApprovalRequest
from plancraft.cli.failing import Refused
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.prompting import ask_person
from plancraft.cli.showing import plain
from plancraft.locale import say

__all__ = ["Conversation", "Unreachable", "connect"]

_CONNECT_SECONDS = 10.0
_AGAIN_SECONDS = 1.0
_TRIES = 30
_TROUBLE = (A2AClientError, A2AError, httpx.HTTPError, httpx.InvalidURL)


class Unreachable(Exception):
    """The agent does not answer, or refuses."""


@asynccontextmanager
async def connect(url: str, key: str | None, language: str | None) -> AsyncIterator[Client]:
    """A client of the agent whose card is at `url`, spoken to in this language, or in that of the
    question.

    Raises:
        Unreachable: there is none.
    """
    headers = {"A2A-Extensions": APPROVAL_EXTENSION}
    if language is not None:
        headers["Accept-Language"] = language
    if key:
        headers["Authorization"] = f"Bearer {key}"
    timeout = httpx.Timeout(None, connect=_CONNECT_SECONDS)
    async with httpx.AsyncClient(headers=headers, timeout=timeout) as http:
        try:
            client = await create_client(url, ClientConfig(httpx_client=http, streaming=True))
        except (*_TROUBLE, ValueError, OverflowError) as error:
            raise Unreachable(_reason(error)) from error
        try:
            yield client
        except _TROUBLE as error:
            raise Unreachable(_reason(error)) from error


def _reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if "401" in text:
        return say("the agent wants a key; give one with --key or PLANCRAFT_KEY")
    text = text.partition("For more information")[0]
    return plain(" ".join(text.split())).plain[:300]


class Conversation:
    """One task, from its question to its end.

    Args:
        client: Of the agent.
        console: Where it is shown.
        prepared: Answers to give in place of asking.
    """

    def __init__(self, client: Client, console: Console, prepared: PreparedAnswers | None) -> None:
        self._client, self._console, self._prepared = client, console, prepared
        self.task_id: str | None = None
        self.task: Task | None = None
        """The task as it ended."""
        self.on_task: Callable[[str], None] = lambda task_id: None
        """Told of the task's id, as soon as that is known."""
        self._shown: set[str] = set()

    async def run(self, question: str | None, task_id: str | None) -> bool:
        """Whether the task was completed, after it came to its end."""
        if question is not None:
            await self._send([text_part(question)])
        else:
            self.task_id = task_id
        while True:
            task = await self._task()
            if task.status.state in TERMINAL:
                return self._show_end(task)
            if task.status.state not in PARKED:
                await self._follow()
            elif not await self._answer(task):
                await self._wait_for_decision(task)

    async def cancel(self, task_id: str) -> bool:
        """True, once the task is cancelled."""
        task = await self._client.cancel_task(CancelTaskRequest(id=task_id))
        self._show_status(task.status)
        return True

    async def _task(self) -> Task:
        for left in reversed(range(_TRIES)):
            try:
                return await self._client.get_task(GetTaskRequest(id=self.task_id))
            except httpx.HTTPError:
                if not left:
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)
        raise AssertionError

    async def _send(self, parts: list[Part]) -> None:
        message = Message(
            role=Role.ROLE_USER,
            message_id=str(uuid.uuid4()),
            task_id=self.task_id or "",
            parts=parts,
        )
        await self._show(self._client.send_message(SendMessageRequest(message=message)))

    async def _follow(self) -> None:
        """Show what happens until the task rests; a connection that breaks is made again."""
        try:
            await self._show(self._client.subscribe(SubscribeToTaskRequest(id=self.task_id)))
        except _TROUBLE:
            await asyncio.sleep(_AGAIN_SECONDS)  # what it is now is asked for next

    async def _show(self, events: AsyncIterator[Any]) -> None:
        """Show what happens, until the task rests or ends."""
        async with aclosing(events) as opened:  # type: ignore[type-var]
            async for event in opened:
                if event.HasField("task"):
                    self.task_id = event.task.id
                    self.on_task(event.task.id)
                elif event.HasField("message"):
                    self._say(text_of(event.message))
                elif event.HasField("status_update"):
                    status = event.status_update.status
                    if status.state != TaskState.TASK_STATE_WORKING:
                        return
                    self._show_status(status)

    def _show_status(self, status: TaskStatus) -> None:
        if status.HasField("message") and status.message.message_id not in self._shown:
            self._shown.add(status.message.message_id)
            if text := text_of(status.message):
                self._say(text)

    def _say(self, text: str) -> None:
        self._console.print(Text(plain(text).plain, style="dim"))

    async def _answer(self, task: Task) -> bool:
        """Whether an answer was given here."""
        asked = [one for one in questions_in(task.status) if one.get("owner_may_decide")]
        if not asked or (self._prepared is None and not sys.stdin.isatty()):
            return False
        request = _request(asked[0])
        if self._prepared is not None:
            answer = self._prepared.take(request)
        else:
            with _interruptible():
                answer = ask_person(request, self._console)
        given = {"request": request.id, "answer": answer, "digest": request.digest}
        before = task.status.message.message_id
        await self._send([approval_part(given)])
        now = await self._task()
        if now.status.state in PARKED and request.id in {
            one["id"] for one in questions_in(now.status)
        }:
            if now.status.message.message_id != before:
                self._show_status(now.status)  # why it was not taken
            if self._prepared is not None:
                raise Refused(say("the answer to {title} was not taken", title=request.title))
            return False
        return True

    async def _wait_for_decision(self, task: Task) -> None:
        self._show_status(task.status)
        self._say(say("Waiting for the decision of a reviewer. Ctrl-C stops waiting."))
        await self._follow()

    def _show_end(self, task: Task) -> bool:
        self.task = task
        self._show_status(task.status)
        for artifact in task.artifacts:
            for part in artifact.parts:
                if part.media_type == "text/markdown":
                    self._console.print(Markdown(plain(part.text).plain, hyperlinks=False))
                elif part.HasField("text"):
                    self._console.print(plain(part.text))
                elif len(artifact.parts) == 1 and part.HasField("data"):
                    self._console.print_json(data=data_in(part))
        return bool(task.status.state == TaskState.TASK_STATE_COMPLETED)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Within the block Ctrl-C ends the prompt, which the loop's own handler would leave open."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _request(question: dict[str, Any]) -> ApprovalRequest:
    """The question as the terminal asks it."""
    deadline = None
    with suppress(TypeError, ValueError):
        deadline = datetime.fromisoformat(str(question["deadline"]))
    return ApprovalRequest(
        id=str(question["id"]),
        title=str(question["title"]),
        content="",
        created_at=datetime.now(UTC),
        payload=question.get("payload"),
        response_schema=question.get("schema") or None,
        digest=str(question.get("digest")),
        deadline=deadline,
    )
