"""A report as Markdown."""

from collections.abc import Mapping
from typing import Any

from plancraft.locale import N_, Language, say, speaking

__all__ = ["render_report"]

_SECTIONS = (
    ("executive_summary", N_("Summary")),
    ("detailed_analysis", N_("Analysis")),
    ("recommendations", N_("Recommendations")),
    ("confidence_level", N_("Confidence")),
    ("limitations", N_("Limitations")),
    ("sources", N_("Sources")),
)


def render_report(report: Mapping[str, Any], language: Language, *, topic: str = "") -> str:
    """The report in Markdown, its headings in the language; empty parts are left out."""
    with speaking(language):
        title = topic or say("Research report")
        parts = [f"# {title}"]
        for name, heading in _SECTIONS:
            if body := _body(report.get(name)):
                parts += [f"## {say(heading)}", body]
    return "\n\n".join(parts) + "\n"


def _body(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(f"- {' '.join(str(one).split())}" for one in value if str(one).strip())
    return "" if value is None else str(value).strip()
