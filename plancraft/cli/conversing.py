"""Run a thread to its end, asking each question on the way."""

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from plancraft.approvals import ApprovalRequest
from plancraft.cli.failing import Refused
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.prompting import ask_person, yes_or_no
from plancraft.cli.session import Session
from plancraft.cli.showing import plain
from plancraft.errors import AlreadyAnswered, QuestionChanged, RequestExpired, UnknownThread
from plancraft.locale import say

__all__ = ["converse"]


def converse(
    session: Session,
    thread_id: str,
    given: Any,
    *,
    by: str,
    console: Console,
    prepared: PreparedAnswers | None = None,
    replace: bool = False,
) -> Any:
    """The thread's values at its end; a paused thread goes on where it is when `given` is None.

    Raises:
        Refused: there is nobody to ask.
        KeyboardInterrupt, EOFError: the person left; the thread stays at its question.
    """
    known = _status(session, thread_id)
    if given is not None or known is None:
        _working(console, lambda: session.start(given, thread_id, replace=replace))
    elif known["state"] != "finished":
        # A crash may have left it anywhere; failed nodes are run again.
        _working(console, lambda: session.recover(thread_id))
    while (status := session.status(thread_id))["state"] == "paused":
        if status["questions"]:
            _answer_one(session, status["questions"][0].request, by, console, prepared)
        else:
            _pass_breakpoint(session, thread_id, status, console, prepared)
    if status["state"] != "finished":
        reasons = "; ".join(status["errors"]) or status["state"]
        raise Refused(say("thread {thread} stopped: {reason}", thread=thread_id, reason=reasons))
    return session.values(thread_id)


def _status(session: Session, thread_id: str) -> dict[str, Any] | None:
    try:
        return session.status(thread_id)
    except UnknownThread:
        return None


def _working(console: Console, work: Any) -> Any:
    if not console.is_terminal:
        return work()
    with console.status(say("Working…")):
        return work()


def _answer_one(
    session: Session,
    request: ApprovalRequest,
    by: str,
    console: Console,
    prepared: PreparedAnswers | None,
) -> None:
    answer = prepared.take(request) if prepared else _asked(request, console)
    answers = {request.interrupt_id or request.id: answer}
    try:
        _working(console, lambda: session.resume(request.thread_id or "", answers, by=by))
    except (AlreadyAnswered, QuestionChanged, RequestExpired) as error:
        console.print(Text(plain(error.localized()).plain, style="yellow"))
        if isinstance(error, RequestExpired):
            session.expire_due()


def _asked(request: ApprovalRequest, console: Console) -> Any:
    if not sys.stdin.isatty():
        raise Refused(
            say("nobody is at this terminal to answer: {question}", question=request.title)
            + " "
            + say("Pass --answers FILE, or answer it with: plancraft answer {id}", id=request.id)
        )
    return ask_person(request, console)


def _pass_breakpoint(
    session: Session,
    thread_id: str,
    status: dict[str, Any],
    console: Console,
    prepared: PreparedAnswers | None,
) -> None:
    nodes = ", ".join(status["pending_tasks"])
    if prepared is None:
        if not sys.stdin.isatty():
            raise Refused(say("the thread is stopped before {nodes}", nodes=nodes))
        if not yes_or_no(console, say("Stopped before {nodes}. Go on?", nodes=nodes)):
            raise KeyboardInterrupt
    _working(console, lambda: session.start(None, thread_id))
