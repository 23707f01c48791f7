"""Every sentence the planner can say, the same set in each language."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.prose import Language
from graph.traits import Trait


@dataclass(frozen=True)
class TraitPhrases:
    """What a feature of one trait calls for."""

    done: str
    risk: str
    question: str


@dataclass(frozen=True)
class DirectionPhrases:
    """One way to go about the idea: as an option, and as it shows in the plan."""

    title: str
    description: str
    consequence: str
    risk: str
    learning: str


@dataclass(frozen=True)
class FieldPhrases:
    """How one field of the form is shown."""

    title: str
    description: str


@dataclass(frozen=True)
class ChangePhrases:
    """What the plan says it changed, an entry for each thing feedback can ask."""

    added: str
    emphasised: str
    dropped: str
    not_there: str
    cheaper: str
    sooner: str
    general: str


@dataclass(frozen=True)
class Phrases:
    """One language's sentences."""

    plan_of: str
    headings: Mapping[str, str]
    quote: str
    everyone: str
    spans: tuple[str, str]
    crews: tuple[str, str]
    fallback_parts: tuple[str, str]
    remark_heading: str
    suggested_success: str
    form: str
    fields: Mapping[str, FieldPhrases]
    directions: Mapping[str, DirectionPhrases]
    own_direction: DirectionPhrases
    traits: Mapping[Trait, TraitPhrases]

    summary: str
    summary_frame: str
    summary_limits: str
    summary_must: str

    audience: str
    audience_found: str
    audience_talk: str

    chosen: str
    why_lead: str
    why_next: str
    why_must: str
    why_assumed: str
    why_review: str
    done_generic: tuple[str, str, str, str]
    done_people: tuple[str, str, str, str]
    done_detailed: tuple[str, str, str]
    done_thrifty: str
    done_general: str
    limit: str
    later: str
    dropped: str

    week: str
    weeks: str
    step: str
    learn: str
    build: str
    build_thin: str
    build_deepen: str
    pilot: str
    launch: str
    all_in_one: str
    settle: str
    moved_up: str
    team_alone: str
    team_together: str
    team_tracks: str
    capacity_fits: str
    capacity_short: str

    risk_topic: str
    risk_alone: str
    risk_many: str
    risk_late: str
    risk_limit: str
    risk_cost: str
    risk_review: str

    success: str
    success_lead: str
    success_next: str
    success_stop: str

    ask_people: str
    ask_limits: str
    ask_assumed: str
    ask_topic: str
    ask_review: str

    changes: ChangePhrases


def phrases_in(language: Language) -> Phrases:
    """The sentences of one language."""
    from graph.phrases_en import ENGLISH
    from graph.phrases_ko import KOREAN

    return {"en": ENGLISH, "ko": KOREAN}[language]
