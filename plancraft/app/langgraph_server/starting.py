"""What an agent may start: a run with an input, and nothing that steps round a question."""

from collections.abc import Iterator, Mapping
from typing import Any

from plancraft.locale import say

__all__ = ["reasons_against"]

_HARMLESS = frozenset(
    {
        "input", "config", "context", "stream_mode", "webhook", "feedback_keys", "temporary",
        "subgraphs", "resumable", "checkpoint_during", "durability",
    }
)  # fmt: skip
"""Of a run's settings, those that decide nothing; the rest an agent leaves out."""
_CONFIG = frozenset({"configurable", "recursion_limit", "tags"})
_OWN = frozenset(
    {
        "langgraph_auth_user", "langgraph_auth_user_id", "langgraph_auth_permissions",
        "langgraph_request_id", "__request_start_time_ms__", "__after_seconds__",
        "__context_provided__", "__otel_traceparent__", "__otel_tracestate__",
        "__dd_trace_headers__", "__event_streaming_v2", "langsmith-trace", "langsmith-metadata",
        "langsmith-tags", "langsmith-project", "user-agent",
    }
)  # fmt: skip
"""What the server itself puts among a run's configurable values, beside headers in x-."""
_TOLD = frozenset({"run_id", "thread_id", "assistant_id", "graph_id", "cron_id"})
"""Metadata by which the server knows its things again."""


def reasons_against(run: Mapping[str, Any]) -> Iterator[str]:
    """Why an agent may not start this run; nothing where it may.

    Args:
        run: As `@auth.on.threads.create_run` gives it.
    """
    kwargs: Mapping[str, Any] = run["kwargs"]
    if kwargs.get("command"):
        yield say("an agent asks, and never decides; a reviewer answers")
    if kwargs.get("input") is None:
        yield say("without an input a run goes on with what waits for a person; send one")
    if run.get("after_seconds"):
        yield say("a delayed run could meet a question; start it when it is due")
    config: Mapping[str, Any] = kwargs.get("config") or {}
    unknown = [
        *_given(kwargs, _HARMLESS | {"command"}),
        *(f"config.{name}" for name in _given(config, _CONFIG)),
        *(f"config.{name}" for name in _steering(config.get("configurable") or {}, run)),
        *(f"metadata.{name}" for name in (run.get("metadata") or {}) if name in _TOLD),
    ]
    if unknown:
        names = ", ".join(sorted(unknown))
        yield say("an agent leaves out {names}; an admin can put it in an assistant", names=names)


def _given(values: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    return (name for name, value in values.items() if value is not None and name not in known)


def _steering(configurable: Mapping[str, Any], run: Mapping[str, Any]) -> Iterator[str]:
    """Of the configurable values, those that the server did not put there."""
    for name, value in configurable.items():
        own_thread = name == "thread_id" and str(value) == str(run.get("thread_id"))
        if name not in _OWN and not name.startswith("x-") and not own_thread:
            yield name
