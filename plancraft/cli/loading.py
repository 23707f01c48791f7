"""From `MODULE:GRAPH` on the command line to a graph that can be called."""

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from langgraph.graph import StateGraph
from langgraph.pregel import Pregel

from plancraft.cli.failing import Refused
from plancraft.locale import say
from plancraft.threads import GraphServer

__all__ = ["load_graph", "load_object", "load_server"]


def load_graph(spec: str) -> Pregel[Any, Any, Any, Any] | GraphServer:
    """The graph named by `package.module:attribute` or `path/to/file.py:attribute`, or the server
    named by `http://host:port#assistant`.

    The attribute is a compiled graph, a builder, or a function without arguments that gives one.
    Without an assistant each thread of the server runs its own.

    Raises:
        Refused: there is no such module, attribute or graph.
    """
    if spec.startswith(("http://", "https://")):
        return load_server(spec)
    found = load_object(spec)
    if not isinstance(found, Pregel | StateGraph) and callable(found) and not _needs_more(found):
        found = found()
    if isinstance(found, StateGraph):
        found = found.compile()
    if not isinstance(found, Pregel):
        raise Refused(
            say("{spec} is a {type}, not a LangGraph graph", spec=spec, type=type(found).__name__)
        )
    return found


def load_object(spec: str) -> Any:
    """What `package.module:attribute` or `path/to/file.py:attribute` names.

    Raises:
        Refused: there is no such module or attribute.
    """
    place, colon, name = spec.rpartition(":")
    if not colon or not place or not name:
        raise Refused(say("{spec} is not MODULE:GRAPH, for example my_app.graph:graph", spec=spec))
    return _attribute(_module(place), name, place)


def load_server(spec: str) -> GraphServer:
    """The server named by its URL, with an assistant behind `#` or without.

    Raises:
        Refused: it is no URL.
    """
    url, _, assistant = spec.partition("#")
    try:
        return GraphServer(url, assistant or None)
    except ValueError as error:
        text = say("{spec} is no server's URL, as http://127.0.0.1:2024#agent", spec=spec)
        raise Refused(text) from error


def _module(place: str) -> ModuleType:
    if place.endswith(".py"):
        return _module_of_file(Path(place))
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(place)
    except ImportError as error:
        reason = f"{type(error).__name__}: {error}"
        raise Refused(say("cannot import {place}: {reason}", place=place, reason=reason)) from error


def _module_of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise Refused(say("there is no file {path}", path=path))
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _attribute(module: ModuleType, name: str, place: str) -> Any:
    if not hasattr(module, name):
        graphs = [one for one, value in vars(module).items() if isinstance(value, Pregel)]
        raise Refused(
            say(
                "{place} has no {name}; graphs in it: {graphs}",
                place=place,
                name=name,
                graphs=", ".join(graphs) or "-",
            )
        )
    return getattr(module, name)


def _needs_more(function: Any) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(one.default is one.empty and one.kind not in optional for one in parameters)
