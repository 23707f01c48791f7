"""What a LangChain retriever or search tool gives, as passages."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.documents import Document
from langgraph.errors import GraphBubbleUp

from plancraft.a2a.research.markup import markdown_blocks
from plancraft.a2a.research.passages import Passage, Sentence, passages_of
from plancraft.locale import say

__all__ = ["retrieve", "retriever_name"]

_log = logging.getLogger("plancraft")

MAX_RESULTS = 10
"""More results of one question are not read."""

RESULT_CHARS = 20_000


def retriever_name(retriever: Any) -> str:
    """What to call it; empty when there is none."""
    if retriever is None:
        return ""
    return str(getattr(retriever, "name", None) or type(retriever).__name__)


def retrieve(retriever: Any, question: str) -> tuple[list[Passage], str | None]:
    """Passages for the question, and what went wrong, which is said and stops nothing."""
    name = retriever_name(retriever)
    try:
        results = list(_results(retriever.invoke(question), name))
    except GraphBubbleUp:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's retriever may fail in any way
        # Its text may hold an address or a key, and what is said here reaches callers.
        _log.warning("retriever_failed: %s", name, exc_info=error)
        problem = type(error).__name__
        return [], say("{retriever} failed: {problem}.", retriever=name, problem=problem)
    return [passage for source, text in results for passage in _passages(source, text)], None


def _results(given: Any, name: str) -> Iterator[tuple[str, str]]:
    """Sources and texts of whatever was given: documents, results of a search tool, or text."""
    if isinstance(given, str):
        given = _parsed(given)
    if isinstance(given, Mapping) and isinstance(given.get("results"), list):
        given = given["results"]
    for one in (given if isinstance(given, list | tuple) else [given])[:MAX_RESULTS]:
        if isinstance(one, Document):
            yield _source(one.metadata, name), one.page_content
        elif isinstance(one, Mapping):
            text = one.get("content") or one.get("snippet") or one.get("text") or ""
            yield _source(one, name), str(text)
        else:
            yield name, str(getattr(one, "content", one))


def _parsed(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict | list) else text


def _source(values: Mapping[str, Any], name: str) -> str:
    found = next((values[key] for key in ("source", "url", "link", "title") if values.get(key)), "")
    return " ".join(str(found or name).split())[:300]


def _passages(source: str, text: str) -> list[Passage]:
    """Passages without lines: what a search shows of a page is no place in it."""
    found = passages_of(source, "", markdown_blocks(text[:RESULT_CHARS]))
    return [
        Passage(source, "", one.heading, tuple(Sentence(s.text, 0) for s in one.sentences))
        for one in found
    ]
