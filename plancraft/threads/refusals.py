"""What an error of a run says of the answers it was given: from a node here, or on a server."""

import re
from collections.abc import Collection, Iterable

from langgraph.errors import UnknownInterruptError, is_invalid_resume
from pydantic import ValidationError

from plancraft.errors import RunFailed
from plancraft.threads.looking import OpenInterrupt

__all__ = ["is_no_longer_asked", "is_refused_answer", "problems_of", "refusals_of"]

_OF_MODEL = re.compile(r"^\d+ validation errors? for (?P<title>.+)$", re.MULTILINE)
"""The first line of Pydantic's own message."""
_REASON = re.compile(r"\[type=(\w+)")


def is_no_longer_asked(error: Exception) -> bool:
    """Whether LangGraph refused the answer since its question is not open (strict resume)."""
    if isinstance(error, RunFailed):
        return error.kind == UnknownInterruptError.__name__
    return isinstance(error, UnknownInterruptError)


def is_refused_answer(error: Exception, questions: Iterable[OpenInterrupt]) -> bool:
    """Whether a question's `response_schema` refused its answer, so that nothing was saved."""
    if not isinstance(error, RunFailed):
        return is_invalid_resume(error)
    found = _OF_MODEL.search(error.message)
    if error.kind != ValidationError.__name__ or found is None:
        return False
    schemas = [one.response_schema or {} for one in questions if one.failed]
    return any(schema.get("title") == found["title"] for schema in schemas)


def refusals_of(error: Exception) -> set[str]:
    """Pydantic's names of what was wrong."""
    if isinstance(error, RunFailed):
        return set(_REASON.findall(error.message))
    return {one["type"] for one in error.errors()} if isinstance(error, ValidationError) else set()


def problems_of(error: Exception) -> list[str]:
    """What was wrong, in words, without the values that were."""
    if isinstance(error, RunFailed):
        lines = error.message.splitlines()[1:]
        told = [line.strip().partition(" [type=")[0] for line in lines if "[type=" in line]
        return told or [error.kind]
    if not isinstance(error, ValidationError):
        return [type(error).__name__]
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [_problem(one["loc"], one["msg"]) for one in found]


def _problem(place: Collection[int | str], message: str) -> str:
    path = ".".join(str(part) for part in place)
    return f"{path}: {message}" if path else message
