"""Templates to HTML: escaped, in the reader's language, and nothing in them that could run."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from plancraft.locale import LANGUAGES, language, say
from plancraft.server.pages import markup, wording
from plancraft.server.pages.showing import MOST_SHOWN
from plancraft.timetravel.rendering import visible, word_diff

__all__ = ["PAGE_HEADERS", "STATIC_TYPES", "page", "rendered", "static_file"]

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}
STATIC_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served from `static/`, by the endings of names."""


def rendered(template: str, **values: Any) -> str:
    """The template's HTML."""
    return _environment().get_template(template).render(**values)


def page(
    template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """The template as a response."""
    return HTMLResponse(rendered(template, **values), status, {**PAGE_HEADERS, **(headers or {})})


@cache
def static_file(name: str) -> tuple[bytes, str] | None:
    """A file of `static/` and what its address carries, so that it can be kept for ever."""
    found = files(__package__).joinpath("static", name)
    if "/" in name or not name.endswith(tuple(STATIC_TYPES)) or not found.is_file():
        return None
    content = found.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def _static_url(name: str) -> str:
    found = static_file(name)
    assert found is not None, name
    return f"/hitl/static/{name}?v={found[1]}"


def _middle_out(text: str, most: int) -> str:
    """The text; without its middle where it is longer, and with how much that was."""
    if len(text) <= most:
        return text
    kept = most // 2
    gone = say("{count} characters", count=f"{len(text) - 2 * kept:,}")
    return f"{text[:kept]} […{gone}…] {text[-kept:]}"


def _id_part(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("plancraft.server.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(say=say, language=language, languages=LANGUAGES, static=_static_url)
    made.globals.update({name: getattr(wording, name) for name in wording.__all__})
    made.filters.update(
        visible=lambda value: visible(str(value)),
        markdown=markup.markdown,
        json=_as_json,
        id_part=_id_part,
        middle_out=_middle_out,
    )
    made.globals.update(word_diff=word_diff, most_shown=MOST_SHOWN)
    return made
