"""Texts of strangers as HTML: Markdown without raw HTML, images or anything that could run."""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from plancraft.timetravel.rendering import visible

__all__ = ["LONGEST", "markdown"]

LONGEST = 50_000
"""Longer texts are shown as they are written, in characters."""
_HEADING = re.compile(r"(</?h)([1-6])>")
_TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "a"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *(f"h{level}" for level in range(1, 7)),
}


def markdown(text: str) -> Markup:
    """The text as HTML (CommonMark, tables and strikethrough), its headings below the page's."""
    text = visible(text)
    if len(text) > LONGEST:
        return Markup("<pre>{}</pre>").format(text)
    clean = nh3.clean(
        _lowered(_parser().render(text)),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean) if clean.strip() else Markup("<p>{}</p>").format(escape(text))


def _lowered(html: str) -> str:
    """Two levels down: the first is the page's, the second the request's title."""
    return _HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) + 2, 6)}>", html)


@cache
def _parser() -> MarkdownIt:
    # The second lock after nh3; images would tell their host who looks at what, and when.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.enable(["table", "strikethrough"]).disable("image")
