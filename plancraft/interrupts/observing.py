"""What happened to questions, as log lines and as metadata of the current LangSmith run."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from langsmith.run_helpers import get_current_run_tree
from langsmith.utils import tracing_is_enabled

from plancraft.interrupts.canonical import canonical, plain_json

__all__ = ["log_hitl_event"]

logger = logging.getLogger("plancraft.hitl")


def log_hitl_event(
    event_type: str, payload: Mapping[str, Any] | Callable[[], Mapping[str, Any]]
) -> None:
    """Write one JSON line to the `plancraft.hitl` logger.

    When LangSmith tracing is on and a run is under way, the run also gets the metadata
    `hitl_event`, `hitl_payload` and `timestamp` (UTC, ISO 8601). The caller keeps secrets out
    of `payload`, which may be a function that makes it when somebody is listening.
    """
    traced = _current_run()
    if traced is None and not logger.isEnabledFor(logging.INFO):
        return
    record = {
        "hitl_event": event_type,
        "hitl_payload": plain_json(payload() if callable(payload) else dict(payload)),
        "timestamp": datetime.now(UTC).isoformat(),
    }
    logger.info("%s", canonical(record).decode("utf-8", "replace"))
    if traced is not None:
        traced.add_metadata(record)


def _current_run() -> Any:
    run = get_current_run_tree()
    return run if run is not None and tracing_is_enabled() else None
