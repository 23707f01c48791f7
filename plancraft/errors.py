"""One tree of errors. Each says what happened and what to do next, in the reader's language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from plancraft.locale import N_, Language, say, speaking

__all__ = [
    "AlreadyAnswered",
    "AmbiguousStep",
    "HITLCancelledError",
    "HITLRejectionError",
    "HITLTimeoutError",
    "InvalidAnswer",
    "InvalidRequest",
    "InvalidSettings",
    "LogBroken",
    "NameRefused",
    "NoCheckpointer",
    "NoDocuments",
    "NotAllowed",
    "NotSignedIn",
    "PlancraftError",
    "PolicyRefused",
    "QuestionChanged",
    "RequestAltered",
    "RequestClosed",
    "RequestExpired",
    "RoleRefused",
    "RunFailed",
    "ServerRefused",
    "ServerUnavailable",
    "StaleView",
    "StateError",
    "StoreNotGiven",
    "StoreUnavailable",
    "ThreadBusy",
    "ThreadPaused",
    "TooLateToUndo",
    "TooManyAttempts",
    "UnknownInterrupt",
    "UnknownKey",
    "UnknownNotification",
    "UnknownPath",
    "UnknownStep",
    "UnknownThread",
]


class PlancraftError(Exception):
    """Whatever plancraft refuses or cannot do."""

    template: str = N_("Something went wrong.")
    recoverable: ClassVar[bool] = False
    """Whether the same call may succeed later, unchanged."""

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self._text("en"))

    def _text(self, reader: Language | None = None) -> str:
        with speaking(reader):
            return say(self.template, **self.values)

    def localized(self, reader: Language | None = None) -> str:
        """The message in `reader`'s language; None means the language of the surroundings."""
        return self._text(reader)

    def details(self) -> dict[str, Any]:
        """What happened, as plain JSON values."""
        return {name: _plain(value) for name, value in self.values.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[PlancraftError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *args)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


class InvalidAnswer(PlancraftError, ValueError):
    """The answer does not fit the question; nothing was changed."""

    template = N_("The answer to {question} does not fit: {problems}. Nothing was changed.")

    def __init__(self, question: str, problems: Sequence[str]) -> None:
        self.question, self.problems = question, list(problems)
        super().__init__(question=question, problems="; ".join(problems))


class UnknownInterrupt(PlancraftError, LookupError):
    """No open question has the given id; without an id, not exactly one question is open."""

    template = N_("No open question has the id {id}. Open questions: {open}.")

    def __init__(self, id: str | None, *, open: Sequence[str] = ()) -> None:  # noqa: A002
        self.id, self.open = id, list(open)
        if id is None and open:
            self.template = N_("Several questions are open: {open}. Name the ones you answer.")
        elif id is None:
            self.template = N_("No question is open.")
        super().__init__(id=id, open=", ".join(open) or "-")


class UnknownThread(PlancraftError, LookupError):
    """The checkpointer holds nothing under this thread id."""

    template = N_("There is no thread {thread_id}. Check the id, or start it first.")

    def __init__(self, thread_id: str, *, known: Sequence[str] = ()) -> None:
        self.thread_id, self.known = thread_id, list(known)
        if known:
            self.template = N_("There is no thread {thread_id}. There are, for example: {known}.")
        super().__init__(thread_id=thread_id, known=", ".join(known))


class AlreadyAnswered(PlancraftError):
    """Somebody decided first; the first answer stands."""

    template = N_("This question was already answered by {by} at {at}. The first answer stands.")

    def __init__(self, id: str, *, by: str, at: datetime) -> None:  # noqa: A002
        self.id, self.by, self.at = id, by, at
        super().__init__(by=by, at=at.isoformat(timespec="seconds"))


class RequestExpired(PlancraftError, TimeoutError):
    """The question's deadline passed before the answer came."""

    template = N_("The time to answer {id} ended at {deadline}. Nothing was delivered.")

    def __init__(self, id: str, *, deadline: datetime) -> None:  # noqa: A002
        self.id, self.deadline = id, deadline
        super().__init__(id=id, deadline=deadline.isoformat(timespec="seconds"))


class QuestionChanged(PlancraftError):
    """The graph now asks something else than what was answered; nothing was delivered.

    `asked` is the payload that was shown, `asks_now` the one now open, None when there is none.
    """

    template = N_(
        "The question changed after it was shown, so the answer was not delivered. "
        "Asked then: {asked}. Asked now: {asks_now}. Look at the open question and answer again."
    )

    def __init__(self, id: str, *, asked: Any, asks_now: Any) -> None:  # noqa: A002
        self.id, self.asked, self.asks_now = id, asked, asks_now
        super().__init__(asked=_headline(asked), asks_now=_headline(asks_now))


class ThreadPaused(PlancraftError):
    """The thread waits for an answer; new input would discard its question."""

    template = N_(
        "Thread {thread_id} waits at: {questions}. Answer it first, or pass replace=True "
        "to give up the question and start over with the new input."
    )

    def __init__(self, thread_id: str, questions: Sequence[Any]) -> None:
        self.thread_id, self.questions = thread_id, list(questions)
        shown = ", ".join(_headline(question) for question in questions)
        super().__init__(thread_id=thread_id, questions=shown or "-")


class ThreadBusy(PlancraftError, TimeoutError):
    """Another worker drives this thread and did not finish in time."""

    template = N_(
        "Thread {thread_id} is being run by another worker. An answer that is on record will be "
        "delivered; look again later."
    )
    recoverable = True

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        super().__init__(thread_id=thread_id)


class RunFailed(PlancraftError, RuntimeError):
    """A node of a deployed graph raised an error; `kind` is its type's name."""

    template = N_("The deployed graph failed: {kind}: {message}")

    def __init__(self, kind: str, message: str) -> None:
        self.kind, self.message = kind, message
        super().__init__(kind=kind, message=message)


class ServerRefused(PlancraftError):
    """A LangGraph Server did not take the call; `status` is HTTP's."""

    template = N_("The server {server} refused: {status} {reason}")

    def __init__(self, server: str, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(server=server, status=status, reason=reason)


class ServerUnavailable(PlancraftError, ConnectionError):
    """A LangGraph Server cannot be reached; what was decided is delivered later."""

    template = N_(
        "The server {server} cannot be reached: {reason}. What was decided is kept; "
        "it is delivered when the server answers again."
    )
    recoverable = True

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(server=server, reason=reason)


class StoreUnavailable(PlancraftError, ConnectionError):
    """The store cannot be reached; nothing counts as approved."""

    template = N_("The store {store} cannot be used: {reason}. Nothing was decided.")
    recoverable = True

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(store=store, reason=reason)


class StoreNotGiven(PlancraftError, ValueError):
    """Nothing says where the questions are to be kept."""

    template = N_(
        "Questions of a graph with {checkpointer} need a store: pass store=, or set "
        "PLANCRAFT_STORE (for example sqlite:///plancraft.db)."
    )

    def __init__(self, checkpointer: str) -> None:
        super().__init__(checkpointer=checkpointer)


class LogBroken(PlancraftError):
    """The log of events is not as it was written; `seq` is the first entry that does not fit."""

    template = N_("Entry {seq} of the log is not as it was written: {how}.")

    def __init__(self, seq: int, how: str, place: int | None = None) -> None:
        self.seq, self.place, self._how = seq, place, how
        super().__init__(seq=seq, how=how)

    def _text(self, reader: Language | None = None) -> str:
        with speaking(reader):
            return say(self.template, seq=self.seq, how=say(self._how, place=self.place))


class RequestAltered(PlancraftError):
    """A request is not as the log tells of it."""

    template = N_("Request {id} is not as the log tells of it: {how}.")

    def __init__(self, id: str, how: str) -> None:  # noqa: A002
        self._how = how
        super().__init__(id=id, how=how)

    def _text(self, reader: Language | None = None) -> str:
        with speaking(reader):
            return say(self.template, id=self.values["id"], how=say(self._how))


class NotAllowed(PlancraftError, PermissionError):
    """This person may not decide this."""

    template = N_("{by} may not decide this: {reason}.")

    def __init__(self, by: str, reason: str) -> None:
        self.by, self.reason = by, reason
        super().__init__(by=by, reason=reason)


class PolicyRefused(PlancraftError, ValueError):
    """What was asked for is not what the policy lets through."""

    template = N_("The policy does not allow it: {problem}.")

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem=problem)


class StaleView(PlancraftError):
    """The decision was made on another content than the request has."""

    template = N_("What you saw of {id} is not what it asks. Look again; nothing was decided.")

    def __init__(self, id: str) -> None:  # noqa: A002
        self.id = id
        super().__init__(id=id)


class NotSignedIn(PlancraftError, PermissionError):
    """Nobody knows who is asking."""

    template = N_("Sign in, or send a valid key as Authorization: Bearer KEY.")

    def __init__(self) -> None:
        super().__init__()


class RoleRefused(PlancraftError, PermissionError):
    """Who is asking is known, and may not do this."""

    template = N_("{by} may not do that: {reason}.")

    def __init__(self, by: str, reason: str) -> None:
        self.by, self.reason = by, reason
        super().__init__(by=by, reason=reason)


class NameRefused(PlancraftError, ValueError):
    """Nobody can be given this name."""

    template = N_("The name {name} cannot be given: {reason}.")

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(name=name, reason=reason)


class UnknownKey(PlancraftError, LookupError):
    """No key goes by this name."""

    template = N_("No key has the name {name}. plancraft keys list shows those there are.")

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name=name)


class TooManyAttempts(PlancraftError):
    """Too many attempts to sign in from one address; `seconds` from now there may be another."""

    template = N_("Too many attempts to sign in. Try again in {seconds} seconds.")
    recoverable = True

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds=seconds)


class InvalidRequest(PlancraftError, ValueError):
    """What was sent is not as it must be; nothing was changed."""

    template = N_("The request is not valid: {problems}.")

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(problems="; ".join(problems))


class RequestClosed(PlancraftError):
    """The request was closed without a decision: withdrawn, or no longer asked."""

    template = N_("{id} is closed: {became}. Nothing was decided.")

    def __init__(self, id: str, *, status: str) -> None:  # noqa: A002
        self.id, self.status = id, status
        super().__init__(id=id, became=status)


class TooLateToUndo(PlancraftError):
    """The decision is for good: it was told to whoever waits, is somebody else's, or is too old."""

    template = N_("The decision on {id} is for good; it cannot be undone any more.")

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)


class InvalidSettings(PlancraftError, ValueError):
    """A setting is missing, or is not as it must be; `variable` says which."""

    template = N_("The setting {variable} cannot be used: {problem}.")

    def __init__(self, variable: str, problem: str) -> None:
        self.variable, self.problem = variable, problem
        super().__init__(variable=variable, problem=problem)


class UnknownNotification(PlancraftError, LookupError):
    """No notification that still waits, or was given up, has this id."""

    template = N_(
        "No notification has the id {id}. plancraft notifications list shows those there are."
    )

    def __init__(self, id: str) -> None:  # noqa: A002
        self.id = id
        super().__init__(id=id)


class HITLRejectionError(PlancraftError):
    """A person, or the policy, said no."""

    template = N_("Rejected by {by}: {rejection_reason}")

    def __init__(self, id: str, *, by: str, rejection_reason: str | None) -> None:  # noqa: A002
        self.id, self.by, self.rejection_reason = id, by, rejection_reason
        super().__init__(by=by, rejection_reason=rejection_reason or "-")


class HITLTimeoutError(PlancraftError, TimeoutError):
    """Nobody decided in time; `is_open` tells whether somebody still may."""

    template = N_("Nobody decided {id} in {seconds:g} seconds.")

    def __init__(self, id: str, *, seconds: float, is_open: bool) -> None:  # noqa: A002
        self.id, self.seconds, self.is_open = id, seconds, is_open
        super().__init__(id=id, seconds=seconds)


class HITLCancelledError(PlancraftError):
    """The request was withdrawn before anybody decided."""

    template = N_("{id} was withdrawn before anybody decided.")

    def __init__(self, id: str) -> None:  # noqa: A002
        self.id = id
        super().__init__(id=id)


class NoCheckpointer(PlancraftError, ValueError):
    """The graph was compiled without a checkpointer, so it cannot pause."""

    template = N_(
        "The graph has no checkpointer, so it cannot pause. Compile it with one, "
        "or give the command line a --db FILE."
    )

    def __init__(self) -> None:
        super().__init__()


class NoDocuments(PlancraftError, ValueError):
    """There is nothing to read at the path."""

    template = N_(
        "There are no documents to read at {path}. Give a folder, a file or an archive "
        "(zip, tar.gz) with text, Markdown, HTML or PDF."
    )

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path=path)


class StateError(PlancraftError, ValueError):
    """The graph's state is not as the code needs it."""

    template = N_("The state is not usable: {reason}.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class UnknownStep(PlancraftError, LookupError):
    """The thread has no such step: out of range, on another branch, or pruned."""

    template = N_("Thread {thread_id} has no step {step}. It has {known}.")

    def __init__(self, thread_id: str, step: object, *, known: str) -> None:
        self.thread_id, self.step, self.known = thread_id, step, known
        super().__init__(thread_id=thread_id, step=step, known=known)


class AmbiguousStep(PlancraftError, LookupError):
    """Several branches have a step of this number."""

    template = N_("Several branches have a step {step}. Say which: {choices}.")

    def __init__(self, step: object, *, choices: Sequence[str]) -> None:
        self.step, self.choices = step, list(choices)
        super().__init__(step=step, choices=", ".join(choices))


class UnknownPath(PlancraftError, LookupError):
    """The state never had a value there."""

    template = N_("The state has nothing at {path}. At {nearest} there is: {known}.")

    def __init__(self, path: str, *, nearest: str, known: Sequence[str]) -> None:
        self.path, self.nearest, self.known = path, nearest, list(known)
        super().__init__(path=path, nearest=nearest, known=", ".join(known) or "-")


def _headline(payload: Any) -> str:
    if payload is None:
        return "-"
    if isinstance(payload, dict):
        payload = payload.get("question") or payload
    text = str(payload)
    return text if len(text) <= 80 else text[:79] + "…"
