"""What an agent does not take from its callers, and what it does not tell them."""

import logging
import math
from typing import Any

from a2a.types import Message, Role
from a2a.utils.errors import A2AError, InternalError, InvalidParamsError
from google.protobuf.struct_pb2 import Struct, Value

__all__ = ["Discreet", "check_message"]

_log = logging.getLogger("plancraft")
_DEEPEST = 24
"""Levels of data. Protobuf itself copies no more than about thirty within a task."""


def check_message(message: Message) -> None:
    """Raises:
    InvalidParamsError: it is nobody's word, or its data cannot be kept as JSON.
    """
    if message.role == Role.ROLE_AGENT:
        raise InvalidParamsError(message="a client's message has the role ROLE_USER")
    _check_struct(message.metadata, 1)
    for part in message.parts:
        _check_struct(part.metadata, 1)
        if part.HasField("data"):
            _check_value(part.data, 1)
        if "\0" in part.text:
            raise InvalidParamsError(message="a text holds the sign U+0000")


def _check_struct(struct: Struct, level: int) -> None:
    for value in struct.fields.values():
        _check_value(value, level)


def _check_value(value: Value, level: int) -> None:
    if level > _DEEPEST:
        raise InvalidParamsError(message=f"data is nested more than {_DEEPEST} deep")
    kind = value.WhichOneof("kind")
    if kind == "number_value" and not math.isfinite(value.number_value):
        raise InvalidParamsError(message="a number is not finite")
    if kind == "string_value" and "\0" in value.string_value:
        raise InvalidParamsError(message="a text holds the sign U+0000")
    if kind == "struct_value":
        _check_struct(value.struct_value, level + 1)
    if kind == "list_value":
        for one in value.list_value.values:
            _check_value(one, level + 1)


class Discreet:
    """A request handler whose callers learn of an unexpected error that it happened, and no more.

    Args:
        handler: The one that is asked; whatever else it has is passed on.
    """

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._handler, name)
        if not name.startswith("on_"):
            return found
        return _streaming(found) if name in _STREAMS else _awaited(found)


_STREAMS = frozenset({"on_message_send_stream", "on_subscribe_to_task"})


def _awaited(call: Any) -> Any:
    async def discreet(*args: Any, **named: Any) -> Any:
        try:
            return await call(*args, **named)
        except A2AError:
            raise
        except Exception as error:  # noqa: BLE001 - whoever wrote the executor may raise anything
            raise _unsaid(error) from None

    return discreet


def _streaming(call: Any) -> Any:
    async def discreet(*args: Any, **named: Any) -> Any:
        try:
            async for event in call(*args, **named):
                yield event
        except A2AError:
            raise
        except Exception as error:  # noqa: BLE001 - whoever wrote the executor may raise anything
            raise _unsaid(error) from None

    return discreet


def _unsaid(error: Exception) -> InternalError:
    _log.error("a2a_request_failed", exc_info=error)
    return InternalError(message="internal error")
