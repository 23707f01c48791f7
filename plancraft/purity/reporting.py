"""Findings as text, as JSON, and as the annotations of a GitHub workflow."""

import json
from collections.abc import Iterable
from typing import Literal

from plancraft.purity.findings import Finding
from plancraft.purity.rules import RULES

__all__ = ["FORMATS", "Format", "report"]

Format = Literal["text", "json", "github"]
FORMATS: tuple[Format, ...] = ("text", "json", "github")


def report(findings: Iterable[Finding], form: Format) -> str:
    """The findings in one of the formats; JSON is a list, the others have a line each."""
    if form == "json":
        return json.dumps([_as_json(one) for one in findings], ensure_ascii=False, indent=2)
    return "\n".join(map(_github if form == "github" else _text, findings))


def _text(finding: Finding) -> str:
    place = finding.place
    cell = f"cell {place.cell}:" if place.cell else ""
    return f"{place.path}:{cell}{place.line}:{place.column}: {finding.code} {finding.message}"


def _as_json(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "code": finding.code,
        "name": RULES[finding.code].name,
        "message": finding.message,
        "filename": place.path,
        "cell": place.cell or None,
        "location": {"row": place.line, "column": place.column},
        "end_row": place.last_line,
    }


def _github(finding: Finding) -> str:
    # The workflow commands of GitHub Actions: properties and message are escaped differently.
    place = finding.place
    path = _escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    title = f"plancraft ({finding.code})"
    # The lines of a notebook's cell are none of its file.
    line = "" if place.cell else f",line={place.line},col={place.column}"
    where = f"file={path}{line},title={title}"
    return f"::error {where}::{_escaped(finding.message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
