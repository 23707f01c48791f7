"""How questions and results look in a terminal. Whatever a graph shows is taken as hostile."""

import json
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from plancraft.approvals import ApprovalRequest
from plancraft.interrupts import (
    ApprovalInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
)
from plancraft.locale import language, say
from plancraft.timetravel.rendering import visible

__all__ = ["frame", "kind_of", "plain", "request_table", "state_in_words", "time_left"]


def plain(value: Any) -> Text:
    """Text as it is: no escape sequences, no markup."""
    return Text(visible(str(value)))


def frame(request: ApprovalRequest) -> RenderableType:
    """The question in its frame, with what there is to choose or read."""
    payload = request.asks
    parts: list[RenderableType] = [Text(plain(request.title).plain, style="bold")]
    if payload is None:
        parts.append(plain(json.dumps(request.payload, ensure_ascii=False, indent=2)))
    else:
        parts += _content(payload)
    if request.reading and payload and payload.data:
        parts.append(plain(json.dumps(payload.data, ensure_ascii=False, indent=2)))
    heading = f"{kind_of(request)} · {time_left(request.deadline)}"
    return Panel(
        Group(*parts), title=heading, title_align="left", border_style="cyan", padding=(1, 2)
    )


def kind_of(request: ApprovalRequest) -> str:
    """What sort of question it is, in words."""
    payload = request.asks
    kinds = {
        "option": say("Choose"),
        "form": say("Fill in"),
        "confirm": say("Yes or no"),
        "approval": say("To approve"),
    }
    return kinds.get(payload.type, say("Question")) if payload else say("Question")


def time_left(deadline: datetime | None) -> str:
    """How long there still is, in words."""
    if deadline is None:
        return say("no deadline")
    from babel.dates import format_timedelta

    left = deadline - datetime.now(UTC)
    if left.total_seconds() <= 0:
        return say("time is up")
    return say("{time} left", time=format_timedelta(left, locale=language(), threshold=1.5))


def request_table(requests: list[ApprovalRequest]) -> Table:
    """Open questions, a line each."""
    table = Table(box=None, pad_edge=False)
    for heading in (say("ID"), say("Thread"), say("Kind"), say("Question"), say("Time")):
        table.add_column(heading, overflow="fold")
    for request in requests:
        title = plain(request.title).plain.replace("\n", " ")
        table.add_row(
            request.id[:12],
            plain(request.thread_id or "-"),
            kind_of(request),
            Text(title if len(title) <= 60 else title[:59] + "…"),
            time_left(request.deadline),
        )
    return table


def show(console: Console, value: Any) -> None:
    """A result as JSON."""
    console.print(plain(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def _content(payload: InterruptPayload) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if payload.hint:
        parts.append(Text(plain(payload.hint).plain, style="dim"))
    if isinstance(payload, OptionInterruptPayload):
        parts.append(_options(payload))
    if isinstance(payload, ApprovalInterruptPayload):
        content = payload.content
        if isinstance(content, str):
            parts.append(Padding(Markdown(plain(content).plain, hyperlinks=False), (1, 0)))
        else:
            parts.append(plain(json.dumps(content, ensure_ascii=False, indent=2)))
    return parts


def _options(payload: OptionInterruptPayload) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")  # the default cuts characters of double width
    for number, option in enumerate(payload.options, start=1):
        what = Text(plain(option.title).plain, style="bold")
        if option.description:
            what.append("\n").append(plain(option.description).plain, style="dim")
        table.add_row(f"{number}.", what)
    return Padding(table, (1, 0, 0, 0))


def state_in_words(state: str) -> str:
    """What became of a thread."""
    words = {
        "paused": say("waits for an answer"),
        "stalled": say("is stalled"),
        "failed": say("failed"),
        "finished": say("is finished"),
    }
    return words[state]
