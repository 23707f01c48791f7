"""Trouble that lasts is told of when it begins, and when it ends."""

import logging

__all__ = ["Complaint"]

_log = logging.getLogger("plancraft")


class Complaint:
    """What one loop has to say of whatever it cannot reach.

    Args:
        name: Of the event in the log.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._said = ""

    def say(self, error: Exception) -> None:
        """Log the error, unless it was the last thing said."""
        text = str(error)
        if text != self._said:
            _log.warning("%s: %s", self._name, text)
        self._said = text

    def over(self) -> None:
        """Log that it is reached again, if it was not."""
        if self._said:
            _log.warning("%s: it is reached again", self._name)
        self._said = ""
