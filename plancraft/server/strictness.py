"""What a body may hold: JSON as RFC 8259 has it, not too deep, and nothing a store cannot keep."""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from plancraft.errors import InvalidRequest
from plancraft.locale import say

__all__ = ["DEEPEST", "StrictRoute", "check_json", "check_text"]

DEEPEST = 64


class StrictRoute(APIRoute):
    """A route whose body is looked at before anybody reads it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            for value in request.query_params.values():
                _check_scalar(value)
            if body := await request.body():
                check_json(_read(body))
            return await handle(request)

        return strict


def check_json(value: Any) -> None:
    """Raises:
    InvalidRequest: it is too deep, or holds a number or a sign that cannot be kept.
    """
    level, depth = [value], 0
    while level:
        if depth > DEEPEST:
            raise InvalidRequest([say("it is nested more than {most} deep", most=DEEPEST)])
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                below += one
            else:
                _check_scalar(one)
        level, depth = below, depth + 1


def check_text(text: str) -> None:
    """Look at a text that will be read as JSON where it is JSON.

    Raises:
        InvalidRequest: as `check_json`.
    """
    odd: list[str] = []
    try:
        value = json.loads(text, parse_constant=odd.append)
    except RecursionError:
        raise InvalidRequest([say("it is nested more than {most} deep", most=DEEPEST)]) from None
    except ValueError:
        return
    if odd and isinstance(value, dict | list):
        raise InvalidRequest([say("{name} is not JSON", name=odd[0])])
    check_json(value)


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = str(error)
        raise InvalidRequest([say("the body is not JSON: {reason}", reason=reason)]) from None


def _check_scalar(value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise InvalidRequest([say("a text holds the sign U+0000")])
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidRequest([say("a number is too large")])
