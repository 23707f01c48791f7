"""What a call into code that is not linted does, judged by its name and its arguments."""

import ast
import re
from functools import cache

from plancraft.purity import knowledge
from plancraft.purity.spelling import called_name, written
from plancraft.purity.values import Value
from plancraft.purity.walking import names_of

__all__ = ["effect_of", "is_open_for_writing", "source_of"]

_EFFECTS = tuple((kind, re.compile(pattern)) for kind, pattern in knowledge.EFFECTS)
_SOURCES = tuple((kind, re.compile(pattern)) for kind, pattern in knowledge.SOURCES)
_PLAIN_OBJECTS = re.compile(r"(^|\.)(StringIO|BytesIO|Queue|deque|hashlib|hmac|Template)\b")
_WEB = re.compile(r"(^|[._])(client|session|http|requests|httpx|api)s?(\(.*\))?$")
_MEMORY = re.compile(r"(^|\.)(StringIO|BytesIO)\(\)$")
_OF_GENERATORS = {"send", "asend", "throw", "athrow"}
_TEXT_WITHOUT_PATH = {"to_csv", "to_json", "to_html", "to_markdown", "to_latex"}
_PATHS = {"path_or_buf", "buf", "path"}
_SPELLINGS = (
    (re.compile(r"^np\."), "numpy."),
    (re.compile(r"^(fake|faker)\.Faker"), "faker.Faker"),
)


def effect_of(node: ast.Call, name: str, receiver: Value, given: Value) -> str | None:
    """The kind of effect that the call has; None when it has none that is known."""
    if _by_name(name)[1] or _is_talk(node, name):
        return None
    kind = _kind_of_effect(node, name, receiver)
    in_memory = kind == "file" or called_name(node.func) in ("save", "asave", "write_image")
    if in_memory and any(_MEMORY.search(one) for one in names_of(given)):
        return None
    return kind


def _kind_of_effect(node: ast.Call, name: str, receiver: Value) -> str | None:
    name = _usual(name)
    if is_open_for_writing(node, name):
        return "file"
    if kind := _by_name(name)[0]:
        return kind
    if isinstance(node.func, ast.Attribute):
        return _method_effect(node, node.func, name, receiver)
    return "by its name" if _says_what_it_does(name.rpartition(".")[2]) else None


@cache
def _by_name(name: str) -> tuple[str | None, bool]:
    """The effect that a full name has for certain, and whether it has none for certain."""
    name = _usual(name)
    kind = next((kind for kind, pattern in _EFFECTS if pattern.fullmatch(name)), None)
    makes_id = any(kind == "uuid" and pattern.fullmatch(name) for kind, pattern in _SOURCES)
    return kind, makes_id or bool(knowledge.ALLOWED.fullmatch(name))


@cache
def _says_what_it_does(name: str) -> bool:
    return name == name.lower() and bool(knowledge.VERBS.fullmatch(name))


def is_open_for_writing(node: ast.Call, name: str) -> bool:
    """Whether the call opens a file to change it."""
    if not re.fullmatch(
        r"(builtins\.|io\.|codecs\.|aiofiles\.|gzip\.|bz2\.|lzma\.|.*\.)?open", name
    ):
        return False
    if re.fullmatch(r"(webbrowser|Image|PIL\.Image|wave)\.open", name):
        return name.startswith("webbrowser")
    modes = [one.value for one in node.keywords if one.arg == "mode"]
    is_function = re.match(r"(builtins|io|codecs|aiofiles|gzip|bz2|lzma|tarfile|zipfile)\.", name)
    modes += node.args[1:2] if is_function else node.args[:1]
    if "os.open" in name:
        return True
    return any(_writes(one) for one in modes)


def _writes(mode: ast.expr) -> bool:
    if not isinstance(mode, ast.Constant):
        return False
    return isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))


def source_of(node: ast.Call, name: str) -> str | None:
    """The kind of unrepeatable value that the call gives."""
    name = _usual(name)
    most = knowledge.TIMED.get(name)
    if most is not None:
        return "clock" if len(node.args) <= most else None
    if name in ("random.Random", "numpy.random.default_rng"):
        return None if node.args or node.keywords else "random"
    if kind := _source_by_name(name):
        return kind
    if isinstance(node.func, ast.Attribute) and node.func.attr in knowledge.READINGS:
        plain = node.func.attr not in ("get", "aget", "search", "asearch", "mget", "read")
        if plain or knowledge.CLIENTS.search(written(node.func.value)):
            return "outside"
    return None


@cache
def _source_by_name(name: str) -> str | None:
    return next((kind for kind, pattern in _SOURCES if pattern.fullmatch(name)), None)


@cache
def _usual(name: str) -> str:
    for pattern, usual in _SPELLINGS:
        name = pattern.sub(usual, name)
    return name


def _is_talk(node: ast.Call, name: str) -> bool:
    if re.match(r"(logging|structlog|loguru|warnings|rich|opentelemetry|langsmith)\.", name):
        return True
    if not isinstance(node.func, ast.Attribute):
        return bool(re.fullmatch(r"(log|debug|info|warn)\w*", name))
    return bool(knowledge.TALKATIVE.search(written(node.func.value)))


def _method_effect(
    node: ast.Call, func: ast.Attribute, name: str, receiver: Value
) -> str | None:  # fmt: skip
    method, owner = func.attr, written(func.value)
    made_by = list(names_of(receiver))
    of_generator = method in _OF_GENERATORS and "generator()" in made_by
    if of_generator or any(_PLAIN_OBJECTS.search(one) for one in made_by):
        return None
    if method in knowledge.MODEL_METHODS:
        # A chain is made by all of its parts; only where each one is pure, is the chain.
        parts = [owner] if re.fullmatch(r"[\w.]+", owner) and not made_by else made_by
        pure = parts and all(knowledge.PURE_RUNNABLES.search(one) for one in parts)
        return None if pure else "model"
    if method in knowledge.SEARCHES and knowledge.ENGINES.search(owner):
        return "model"
    if method in ("get", "head", "options", "create", "add", *knowledge.DOORS):
        return _at_the_door(method, owner)
    if method in _TEXT_WITHOUT_PATH and not _has_path(node):
        return None
    if method in knowledge.METHOD_EFFECTS:
        if method in knowledge.NEEDS_ARGUMENTS and not (node.args or node.keywords):
            return None if method not in ("save", "touch", "delete") else "by its name"
        return knowledge.METHOD_EFFECTS[method]
    if isinstance(func.value, ast.Constant) or method != method.lower():
        return None
    if knowledge.CLIENTS.search(owner) and knowledge.ENTRIES.match(method):
        return "by its name"
    return "by its name" if _says_what_it_does(method) else None


def _at_the_door(method: str, owner: str) -> str | None:
    reads = method in ("get", "head", "options")
    if knowledge.CLIENTS.search(owner) and not reads:
        return "by its name"
    return "network" if reads and _WEB.search(owner) else None


def _has_path(node: ast.Call) -> bool:
    paths = [*node.args[:1], *(one.value for one in node.keywords if one.arg in _PATHS)]
    return any(not (isinstance(one, ast.Constant) and one.value is None) for one in paths)
