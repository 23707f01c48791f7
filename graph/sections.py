"""The plan in words: each section is a list of Markdown lines."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from pydantic import BaseModel

from graph import english
from graph.analysis import Analysis
from graph.brief import Brief, Direction
from graph.draft import Draft, Part, musts, own_parts
from graph.english_verbs import is_act
from graph.phrases import Phrases, phrases_in
from graph.prose import Term, clip, escaped, fill, flat, listed, trimmed, unstopped
from graph.schedule import Schedule, Stage
from graph.traits import Trait, effort_of, traits_of

SHORT_NAME = 70


class Writing(BaseModel, frozen=True):
    """All that a plan is written from."""

    analysis: Analysis
    direction: Direction
    brief: Brief
    draft: Draft
    schedule: Schedule

    @cached_property
    def phrases(self) -> Phrases:
        """The sentences of the idea's language."""
        return phrases_in(self.analysis.language)

    def quoted(self, *names: str) -> Term:
        """The names as they stand in a sentence."""
        shown = (escaped(clip(flat(name, 500), SHORT_NAME)) for name in names)
        marks = [self.phrases.quote.format(text=name) for name in shown]
        return Term(listed(marks, self.analysis.language))

    def span(self, weeks: int) -> Term:
        """A number of weeks in words."""
        return Term(_counted(self.phrases.spans, weeks))

    @cached_property
    def audience(self) -> str:
        """Who it is for, short enough to be said often."""
        first = re.split(r"\s*[;.(\n]\s*|,\s", self.brief.audience.strip())[0]
        return self.person(trimmed(clip(flat(first), 60)) or flat(self.brief.audience))

    def person(self, name: str) -> str:
        """Who it is for, as said mid-sentence."""
        return english.lowered(name) if self.analysis.language == "en" else name

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """The words nearly every sentence draws on."""
        names = [part.name for part in self.draft.features]
        later = names[1] if len(names) > 1 else self.analysis.title
        return {
            "title": Term(escaped(self.analysis.title)),
            "topic": Term(escaped(self.analysis.keywords[0])),
            "audience": Term(escaped(self.audience)),
            "team": self.brief.team_size,
            "span": self.span(self.draft.weeks),
            "crew": Term(_counted(self.phrases.crews, self.brief.team_size)),
            "success": Term(escaped(unstopped(flat(self.brief.success, 300)))),
            "lead": self.quoted(names[0]),
            "second": self.quoted(later),
            "others": self.quoted(*(names[1:4] or [later])),
            "riskiest": self.quoted(names[0]),
            "name": Term(escaped(unstopped(flat(self.direction.title)))),
            "about": Term(_stopped(escaped(flat(self.direction.description, 600)))),
        }

    def say(self, template: str, **more: object) -> str:
        """One finished sentence."""
        return fill(template, {**self.facts, **more})


def _counted(forms: tuple[str, str], count: int) -> str:
    return forms[count != 1].format(count=count)


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def written(writing: Writing) -> str:
    """The whole plan, every section under its heading."""
    heading = writing.say(writing.phrases.plan_of)
    blocks = [f"# {heading}"]
    for name, section in _SECTIONS.items():
        lines = list(section(writing))
        if lines:
            blocks.append(f"## {writing.phrases.headings[name]}")
            blocks.extend(lines)
    return _spaced(blocks)


def _spaced(lines: Sequence[str]) -> str:
    """The lines with a blank one around headings and paragraphs, none inside a list."""
    text = lines[0]
    for before, line in pairwise(lines):
        inside = before.startswith("- ") and line.startswith("- ")
        text += ("\n" if inside else "\n\n") + line
    return text + "\n"


def _summary(writing: Writing) -> Iterator[str]:
    phrases, limits = writing.phrases, writing.analysis.constraints
    names = [part.name for part in writing.schedule.now]
    sentences = [
        writing.say(phrases.summary, does=_does(writing, names[:4])),
        writing.say(phrases.summary_frame),
        writing.say(
            phrases.summary_must,
            must=writing.quoted(*musts(writing.brief, own_parts(writing.analysis))),
        ),
    ]
    if limits:
        sentences.append(writing.say(phrases.summary_limits, limits=writing.quoted(*limits)))
    yield " ".join(sentences)


def _does(writing: Writing, names: Sequence[str]) -> Term:
    if writing.analysis.language == "ko":
        return writing.quoted(*names)
    acts = [escaped(clip(name, SHORT_NAME)) for name in names if is_act(name)]
    things = writing.quoted(*(name for name in names if not is_act(name)))
    said = f"to {listed(acts, 'en')}" if acts else ""
    return Term(", with ".join(filter(None, (said, things if acts else f"for {things}")))
                if things else said)  # fmt: skip


def _audience(writing: Writing) -> Iterator[str]:
    phrases, analysis = writing.phrases, writing.analysis
    whole = Term(escaped(writing.person(unstopped(flat(writing.brief.audience)))))
    yield f"- {writing.say(phrases.audience, audience=whole)}"
    named = [person for person in analysis.people if person.casefold() != whole.casefold()]
    if named:
        people = Term(escaped(listed(named, analysis.language)))
        yield f"- {writing.say(phrases.audience_found, people=people)}"
    yield f"- {writing.say(phrases.audience_talk)}"


def _direction(writing: Writing) -> Iterator[str]:
    told = writing.phrases.directions.get(writing.direction.id, writing.phrases.own_direction)
    yield f"{writing.say(writing.phrases.chosen)} {writing.say(told.consequence)}"


def _scope(writing: Writing) -> Iterator[str]:
    phrases, schedule = writing.phrases, writing.schedule
    for place, part in enumerate(schedule.now):
        yield f"### {place + 1}. {fill('{name}', {'name': escaped(clip(part.name, SHORT_NAME))})}"
        previous = schedule.now[place - 1].name
        yield _reason(writing, part, place, previous)
        yield from (f"- [ ] {line}" for line in _criteria(writing, part, place))
    for place, remark in enumerate(writing.draft.remarks, start=len(schedule.now) + 1):
        heading = phrases.remark_heading.format(remark=escaped(clip(remark, SHORT_NAME)))
        yield f"### {place}. {heading}"
        yield f"- [ ] {writing.say(phrases.done_general, feature=writing.quoted(remark))}"
    notes = [writing.say(phrases.limit, limit=writing.quoted(limit))
             for limit in writing.analysis.constraints]  # fmt: skip
    notes += [writing.say(phrases.later, feature=writing.quoted(part.name))
              for part in schedule.later]  # fmt: skip
    notes += [writing.say(phrases.dropped, feature=writing.quoted(name))
              for name in dict.fromkeys(writing.draft.dropped)]  # fmt: skip
    if notes:
        yield f"### {phrases.headings['boundaries']}"
        yield from (f"- {note}" for note in notes)


def _reason(writing: Writing, part: Part, place: int, previous: str) -> str:
    phrases = writing.phrases
    by_origin = {
        "must": phrases.why_must,
        "assumed": phrases.why_assumed,
        "added": phrases.why_review,
    }
    own = by_origin.get(part.origin, phrases.why_next if place else "")
    lead = "" if place else phrases.why_lead
    feature, before = writing.quoted(part.name), writing.quoted(previous)
    said = [template for template in (lead, own) if template]
    return " ".join(writing.say(one, feature=feature, previous=before) for one in said)


def _criteria(writing: Writing, part: Part, place: int) -> Iterator[str]:
    phrases = writing.phrases
    told = [phrases.traits[trait].done for trait in traits_of(part.name)[:2]]
    told = told or [phrases.done_generic[place % 4]]
    told.append(phrases.done_people[place % 4])
    if part.detailed:
        told.extend(phrases.done_detailed)
    if part.thrifty:
        told.append(phrases.done_thrifty)
    return (writing.say(one, feature=writing.quoted(part.name)) for one in told)


def _milestones(writing: Writing) -> Iterator[str]:
    phrases, schedule = writing.phrases, writing.schedule
    names = writing.quoted(*(part.name for part in schedule.now))
    size = {"needed": schedule.needed, "capacity": schedule.capacity, "tracks": schedule.tracks}
    enough = schedule.needed <= schedule.capacity
    team = phrases.team_tracks if schedule.tracks > 1 else phrases.team_together
    team = phrases.team_alone if writing.brief.team_size == 1 else team
    fit = phrases.capacity_fits if enough else phrases.capacity_short
    yield " ".join(writing.say(one, features=names, **size) for one in (team, fit))
    for stage in schedule.stages:
        when = _when(writing, stage.first, stage.last)
        yield f"- {writing.say(phrases.step, when=when, what=_step(writing, stage))}"
    half = max(1, writing.draft.weeks // 2)
    for remark in writing.draft.remarks:
        when, feature = _when(writing, half, half), writing.quoted(remark)
        what = writing.say(phrases.settle, feature=feature)
        yield f"- {writing.say(phrases.step, when=when, what=what)}"
    if writing.draft.wished("sooner"):
        yield f"- {writing.say(phrases.moved_up, when=_when(writing, half, half))}"


def _when(writing: Writing, first: int, last: int) -> str:
    template = writing.phrases.week if first == last else writing.phrases.weeks
    return template.format(first=first, last=last)


def _step(writing: Writing, stage: Stage) -> str:
    phrases = writing.phrases
    told = phrases.directions.get(writing.direction.id, phrases.own_direction)
    template = {
        "learn": phrases.learn,
        "build": phrases.build,
        "build_thin": phrases.build_thin,
        "build_deepen": phrases.build_deepen,
        "pilot": phrases.pilot,
        "launch": phrases.launch,
        "all_in_one": phrases.all_in_one,
    }[stage.kind]
    learning = Term(told.learning.format_map(writing.facts))
    return writing.say(template, features=writing.quoted(*stage.parts), learning=learning)


def _risks(writing: Writing) -> Iterator[str]:
    phrases, schedule, draft = writing.phrases, writing.schedule, writing.draft
    told = phrases.directions.get(writing.direction.id, phrases.own_direction)
    yield f"- {writing.say(told.risk)}"
    yield f"- {writing.say(phrases.risk_topic)}"
    for trait, name in _telling_traits(schedule.now).items():
        yield f"- {writing.say(phrases.traits[trait].risk, feature=writing.quoted(name))}"
    for limit in writing.analysis.constraints[:3]:
        yield f"- {writing.say(phrases.risk_limit, limit=writing.quoted(limit))}"
    if writing.brief.team_size == 1:
        yield f"- {writing.say(phrases.risk_alone)}"
    if writing.brief.team_size > 5:
        yield f"- {writing.say(phrases.risk_many)}"
    if len(schedule.now) > 1:
        yield f"- {writing.say(phrases.risk_late, last=writing.quoted(schedule.now[-1].name))}"
    if draft.wished("cheaper"):
        costly = max(schedule.now, key=lambda part: effort_of(part.name))
        yield f"- {writing.say(phrases.risk_cost, costly=writing.quoted(costly.name))}"
    for remark in draft.remarks:
        yield f"- {writing.say(phrases.risk_review, feature=writing.quoted(remark))}"


def _telling_traits(parts: Sequence[Part]) -> dict[Trait, str]:
    """For each part its first trait no earlier part has, so that nothing is said twice."""
    seen: dict[Trait, str] = {}
    for part in parts[:6]:
        new = next((trait for trait in traits_of(part.name) if trait not in seen), None)
        if new is not None:
            seen[new] = part.name
    return seen


def _success(writing: Writing) -> Iterator[str]:
    phrases = writing.phrases
    yield f"- {writing.say(phrases.success)}"
    yield f"- {writing.say(phrases.success_lead)}"
    for part in writing.schedule.now[1:3]:
        yield f"- {writing.say(phrases.success_next, feature=writing.quoted(part.name))}"
    yield f"- {writing.say(phrases.success_stop)}"


def _questions(writing: Writing) -> Iterator[str]:
    phrases, analysis, now = writing.phrases, writing.analysis, writing.schedule.now
    for trait, name in _telling_traits(now).items():
        yield f"- {writing.say(phrases.traits[trait].question, feature=writing.quoted(name))}"
    yield f"- {writing.say(phrases.ask_topic)}"
    if not analysis.people:
        yield f"- {writing.say(phrases.ask_people)}"
    if not analysis.constraints:
        yield f"- {writing.say(phrases.ask_limits)}"
    for part in now:
        if part.origin == "assumed":
            yield f"- {writing.say(phrases.ask_assumed, feature=writing.quoted(part.name))}"
    for remark in writing.draft.remarks:
        yield f"- {writing.say(phrases.ask_review, feature=writing.quoted(remark))}"


def _changes(writing: Writing) -> Iterator[str]:
    told = writing.phrases.changes
    templates = {
        "added": told.added,
        "emphasised": told.emphasised,
        "dropped": told.dropped,
        "not_there": told.not_there,
        "cheaper": told.cheaper,
        "sooner": told.sooner,
        "general": told.general,
    }
    for change in writing.draft.changes:
        remark = writing.phrases.quote.format(text=escaped(clip(flat(change.remark, 400), 160)))
        feature = writing.quoted(change.part)
        yield f"- {writing.say(templates[change.kind], remark=Term(remark), feature=feature)}"


_SECTIONS: Mapping[str, Callable[[Writing], Iterator[str]]] = {
    "summary": _summary,
    "audience": _audience,
    "direction": _direction,
    "scope": _scope,
    "milestones": _milestones,
    "risks": _risks,
    "success": _success,
    "questions": _questions,
    "changes": _changes,
}
