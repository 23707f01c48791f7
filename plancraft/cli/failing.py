"""How the command line says no: one line, exit code 2."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from langgraph.errors import EmptyInputError, InvalidUpdateError

from plancraft.errors import PlancraftError
from plancraft.locale import say
from plancraft.timetravel.rendering import visible

__all__ = ["Refused", "one_line_errors", "read_json", "tell_trouble"]


class Refused(click.ClickException):
    """What was asked for can't be done as it was asked."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Say it on standard error."""
        message = visible(self.format_message())
        click.echo(say("plancraft: {message}", message=message), err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Within the block, what plancraft or the database refuses becomes one line."""
    try:
        yield
    except PlancraftError as error:
        raise Refused(error.localized()) from error
    except (EmptyInputError, InvalidUpdateError) as error:
        first = str(error).splitlines()[0]
        raise Refused(say("the graph does not take this input: {reason}", reason=first)) from error
    except sqlite3.Error as error:
        raise Refused(say("the database cannot be used: {reason}", reason=error)) from error


def tell_trouble() -> None:
    """Let what a command that runs for long logs as a warning be read on standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")


def read_json(text: str, what: str) -> Any:
    """The value of a JSON text.

    Raises:
        Refused: it is not JSON; says where.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(say("{what} is not JSON: {reason}", what=what, reason=error)) from error
