"""Answers written down beforehand: from each question's own name to its answers in turn."""

from pathlib import Path
from typing import Any

import yaml

from plancraft.approvals import ApprovalRequest
from plancraft.cli.failing import Refused
from plancraft.interrupts.dialects.breakpoints import GO_ON, is_breakpoint
from plancraft.locale import say

__all__ = ["PreparedAnswers"]


class PreparedAnswers:
    """The answers of a file, JSON or YAML: `{"name": [first, second, …]}`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left = _read(path)

    def take(self, request: ApprovalRequest) -> Any:
        """The next answer to this question; at a breakpoint, to go on.

        Raises:
            Refused: the file holds none, or none that is left.
        """
        if is_breakpoint(request.payload):
            return GO_ON
        name = question_name(request)
        answers = self._left.get(name)
        if not answers:
            raise Refused(
                say(
                    "{path} holds no (further) answer to {name}; thread {thread} waits for it",
                    path=self.path,
                    name=name,
                    thread=request.thread_id,
                )
            )
        return answers.pop(0)


def question_name(request: ApprovalRequest) -> str:
    """The question's own name, the same each time it is asked."""
    shown = request.payload if isinstance(request.payload, dict) else {}
    named = shown.get("interrupt_id") or (request.asks and request.asks.interrupt_id)
    return str(named or request.interrupt_id or request.id)


def _read(path: Path) -> dict[str, list[Any]]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML too
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(say("cannot read {path}: {reason}", path=path, reason=error)) from error
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise Refused(
            say("{path} is neither JSON nor YAML: {reason}", path=path, reason=reason)
        ) from error
    if not isinstance(found, dict) or not all(isinstance(one, list) for one in found.values()):
        raise Refused(
            say("{path} must map each question's name to the list of its answers", path=path)
        )
    return {str(name): list(answers) for name, answers in found.items()}
