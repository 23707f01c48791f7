"""A planner that needs no model: directions, a form, and a plan, built from the idea's words."""

from collections.abc import Sequence
from typing import Any

from graph.analysis import Analysis
from graph.brief import Brief, Direction, EnglishBrief, KoreanBrief, brief_model
from graph.draft import first_draft, own_parts, reviewed, riskiest
from graph.phrases import phrases_in
from graph.prose import Term, clip, fill, listed
from graph.schedule import scheduled
from graph.sections import Writing, written

__all__ = [
    "Brief",
    "Direction",
    "EnglishBrief",
    "KoreanBrief",
    "brief_model",
    "directions",
    "suggested_brief",
    "write_plan",
]


def directions(analysis: Analysis) -> tuple[Direction, ...]:
    """Three ways to go about the idea, told in its own words."""
    return _directions(analysis, [part.name for part in own_parts(analysis)], _riskiest(analysis))


def _riskiest(analysis: Analysis) -> str:
    return riskiest(own_parts(analysis)).name


def _directions(analysis: Analysis, names: Sequence[str], uncertain: str) -> tuple[Direction, ...]:
    phrases = phrases_in(analysis.language)

    def quoted(chosen: Sequence[str]) -> Term:
        few = [phrases.quote.format(text=clip(name, 50)) for name in chosen[:4]]
        return Term(listed(few, analysis.language))

    others = [name for name in names if name != uncertain] or [analysis.title]
    words = {
        "title": Term(analysis.title),
        "people": Term(_people(analysis)),
        "lead": quoted(names[:1]),
        "rest": quoted(names[1:] or [analysis.keywords[0]]),
        "all": quoted(names),
        "riskiest": quoted([uncertain]),
        "others": quoted(others),
    }
    return tuple(
        Direction(id=slug, title=fill(told.title, words), description=fill(told.description, words))
        for slug, told in phrases.directions.items()
    )


def _people(analysis: Analysis) -> str:
    if analysis.people:
        return listed(analysis.people, analysis.language)
    return phrases_in(analysis.language).everyone.format(topic=analysis.keywords[0])


def suggested_brief(analysis: Analysis) -> dict[str, Any]:
    """Values to start the form with, taken from the idea; they pass the form's own checks."""
    phrases = phrases_in(analysis.language)
    parts = own_parts(analysis)
    lead = phrases.quote.format(text=parts[0].name)
    return {
        "audience": clip(_people(analysis), 200),
        "weeks": min(16, 4 + 2 * len(parts)),
        "team_size": 2 if len(parts) < 4 else 3,
        "must_have": "; ".join(part.name for part in parts[:2]),
        "success": clip(phrases.suggested_success.format(lead=lead), 300),
    }


def write_plan(
    analysis: Analysis, direction: Direction, brief: Brief, feedback: Sequence[str] = ()
) -> str:
    """The plan as Markdown in the idea's language; the same input gives the same text."""
    draft = reviewed(first_draft(analysis, direction, brief), feedback)
    if direction in directions(analysis) and draft.dropped:
        direction = _retold(analysis, direction, [part.name for part in draft.features])
    schedule = scheduled(
        draft.features, weeks=draft.weeks, team=brief.team_size, direction=direction.id
    )
    return written(
        Writing(analysis=analysis, direction=direction, brief=brief, draft=draft, schedule=schedule)
    )


def _retold(analysis: Analysis, direction: Direction, names: Sequence[str]) -> Direction:
    """The direction without the parts that were dropped."""
    uncertain = _riskiest(analysis) if _riskiest(analysis) in names else names[0]
    told = _directions(analysis, names, uncertain)
    return next(one for one in told if one.id == direction.id)
