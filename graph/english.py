"""Reading an idea written in English, by rules about verbs, "for", "that" and "with"."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from graph.english_patterns import (
    ABLE,
    CONSTRAINT,
    CORE,
    HELP,
    IT,
    JOINT,
    LABELS,
    LEAD_IN,
    MARKER,
    REDUCED,
    SENTENCE,
    STARTERS,
    WHEREABOUTS,
)
from graph.english_verbs import BEFORE_VERB, form_of, infinitive, verb_at
from graph.findings import MOST_SENTENCES, Findings, Sentence, gathered
from graph.outline import sentences
from graph.prose import trimmed
from graph.wordlists import DESCRIBING, NOT_PEOPLE, PEOPLE, PRODUCTS, STOP


def read(lines: Sequence[tuple[bool, str]]) -> Findings:
    """What the lines say, up to the point where more would not be kept."""
    found = list(islice(sentences(lines, LABELS, SENTENCE), MOST_SENTENCES))
    return _titled(gathered(found, CORE, _read_as), found)


def _titled(found: Findings, told: Sequence[Sentence]) -> Findings:
    """What stands above a list and only names it is its title, not a thing to build."""
    above = len(told) > 1 and not told[0].marked and told[1].marked
    if found.head or not above or found.features[:1] != (infinitive(told[0].text).lower(),):
        return found
    return found.model_copy(update={"head": told[0].text, "features": found.features[1:]})


def _read_as(sentence: Sentence) -> Findings:
    text = sentence.text
    if sentence.section == "people":
        return Findings(people=tuple(re.split(r"\s*[,;/]\s*|\s+and\s+", text)))
    if sentence.section in ("constraints", "measure"):
        return Findings(constraints=(text,))
    if sentence.section == "background":
        return Findings(people=_sentence(text).people)
    if sentence.section == "name":
        return _name(text)
    if sentence.is_listing and not CORE.search(text):
        return _listing(text)
    return _sentence(text, is_item=sentence.marked)


def _name(text: str) -> Findings:
    """What is called by its name before a colon; words that name nothing are left out."""
    if form_of(text) is not None:
        return _sentence(text)
    name = trimmed(LEAD_IN.sub("", text, count=1))
    telling = [word for word in name.split() if word.lower() not in STOP | PRODUCTS]
    return Findings(head=name if telling else "", people=_sentence(name).people)


def _listing(text: str) -> Findings:
    """What a product does or has, told in a row: "book, pay" or "chat, reviews"."""
    limits, rest = _limits(text)
    parts = [part for part in re.split(r"[,;]\s*(?:and\s+)?", rest) if part]
    if parts and " " in parts[0] and all(form_of(part) for part in parts):
        return Findings(constraints=limits).joined(_sentence(rest, is_item=True))
    acts = (infinitive(part) if form_of(part) and " " in part else part for part in parts)
    return Findings(constraints=limits, features=tuple(map(without_starter, acts)))


def _sentence(text: str, *, is_item: bool = False) -> Findings:
    limits, rest = _limits(ABLE.sub("can ", text))
    rest = LEAD_IN.sub("", REDUCED.sub(_relative, rest), count=1)
    rest = re.sub(r"(?:^|\s)(?:and|but|with|for|in|at)$", "", rest)
    found = Findings(constraints=limits)
    if is_item and (form_of(rest) is None or " " not in rest) and len(rest.split()) <= 8:
        return found.joined(Findings(features=(without_starter(rest),)))
    for role, part in _segments(rest):
        found = _joined(found, role, part, _segment(role, part, is_item=is_item))
    return found


def _joined(found: Findings, role: str, body: str, part: Findings) -> Findings:
    """Both finds; what a product likens itself to needs what it is for: Airbnb for boats."""
    alone = len(without_starter(found.head).split()) == 1
    if role == "for" and alone and part.features == (body,):
        found = found.model_copy(update={"head": f"{found.head} for {body}"})
    return found.joined(part)


def _relative(match: re.Match[str]) -> str:
    """A product and what it does, "platform connecting", told with "that"."""
    form = form_of(match[2])
    return f"{match[1]} that " if form and form[1] == "gerund" else match[0]


def _limits(text: str) -> tuple[tuple[str, ...], str]:
    """The limits in the text, and the text without them."""
    limits, rest, end = [], "", 0
    for match in CONSTRAINT.finditer(text):
        if _is_about_people(text[: match.start()], match[0]):
            continue
        limits.append(IT.sub("", match[0]))
        rest, end = f"{rest}{text[end : match.start()]} ", match.end()
    return tuple(limits), trimmed(re.sub(r"\s+", " ", rest + text[end:]))


def _is_about_people(before: str, limit: str) -> bool:
    """Whether the limit says what people lack: "for cooks without an oven"."""
    whom = re.search(r"\bfor\s(?:[^\s,;.]+\s){1,5}$", before[-80:], re.IGNORECASE)
    return (
        bool(whom)
        and limit.lower().startswith("without")
        and are_people(before.rsplit(maxsplit=1)[-1])
    )


def _segments(text: str) -> Iterator[tuple[str, str]]:
    """Marker and body, a marker that only continues its phrase melted into it."""
    pieces = MARKER.split(text)
    role, body = "", pieces[0]
    for marker, following in zip(pieces[1::2], pieces[2::2], strict=True):
        if _continues(role, body, marker.lower(), following):
            body = f"{body.rstrip()} {marker} {following}"
        else:
            yield role, trimmed(body)
            role, body = marker.lower(), following
    yield role, trimmed(body)


def _continues(role: str, body: str, marker: str, following: str) -> bool:
    """Whether the marker only carries its phrase on: "connect students to tutors"."""
    if not body.strip():
        return False
    acting = role in ("that", "which", "where", "so", "to") or _tells_of_people(body)
    goes_on = {
        "to": acting or form_of(following) is None or (role == "for" and " who " in body),
        "for": body.lower().rstrip().endswith((" but", " except"))
        or (acting and not _leading_people(following)),
        "who": role == "for",
        "that": acting or form_of(following) is None,
        "so": verb_at(following.split()) is None,
        "with": acting and not body.rstrip().endswith(","),
    }
    alike = {"which": "that", "where": "so", "so that": "so"}
    return goes_on[marker if marker in goes_on else alike.get(marker, "with")]


def _tells_of_people(body: str) -> bool:
    """Whether the words are an act: "log meals", or "staff can log meals"."""
    words = body.split()
    at = verb_at(words)
    if form_of(body) is not None or at is None:
        return form_of(body) is not None
    return at > 0 and (are_people(words[at - 1]) or words[at - 1].lower() in BEFORE_VERB)


def _segment(role: str, body: str, *, is_item: bool) -> Findings:
    if not body:
        return Findings()
    if role == "for":
        return _for_whom(body)
    if role in ("with", "w/", "including", "featuring", "such as"):
        return Findings(features=tuple(_things(body)))
    if role == "" and not is_item and form_of(body) is None:
        return _opening(body)
    return _actions(body)


def _opening(body: str) -> Findings:
    """A noun phrase that names the product, or a subject followed by what it does."""
    words = body.split()
    at = verb_at(words)
    people = _named(words[:at]) if at is not None and at <= 5 else ()
    if people and are_people(people[0].split()[-1]):
        return Findings(people=people).joined(_actions(" ".join(words[at:])))
    first, *others = JOINT.split(body)
    first, *likened = re.split(r"\s(?:but|except) for\s", first, maxsplit=1)
    found = Findings(features=tuple(_things(", ".join(others[1::2]))))
    if not likened:
        return Findings(head=first).joined(found)
    return Findings(head=f"{first} for {likened[0]}").joined(_for_whom(likened[0])).joined(found)


def _for_whom(body: str) -> Findings:
    form = form_of(body)
    if form is not None and form[1] == "gerund":
        return _actions(body)
    people = _leading_people(body)
    if not people:
        return Findings(features=tuple(_things(body)))
    rest = trimmed(body[len(people) :])
    rest = re.sub(r"^(?:and|who|,)\s+", "", rest)
    return Findings(people=(people,)).joined(_actions(rest) if form_of(rest) else Findings())


def _leading_people(text: str) -> str:
    words = text.split()
    for count in range(1, min(len(words), 7) + 1):
        if not are_people(words[count - 1]):
            continue
        if count < len(words) and words[count].lower() == "who":
            return JOINT.split(text)[0]
        if count + 1 < len(words) and words[count].lower() in ("and", "&"):
            return (
                f"{' '.join(words[: count + 1])} {second}"
                if (second := _leading_people(" ".join(words[count + 1 :])))
                else trimmed(" ".join(words[:count]))
            )
        rest = " ".join(words[count:])
        more = JOINT.split(rest)[0] if WHEREABOUTS.match(rest) else ""
        return trimmed(f"{' '.join(words[:count])} {more}")
    return ""


def are_people(word: str) -> bool:
    """Whether the word names people or the places people work in."""
    low = word.strip(",.;:!?()\"'").lower()
    if low in PEOPLE:
        return True
    return low not in NOT_PEOPLE and bool(re.search(r"[a-z]{3}(?:ers|ors|ists|ians|ees)$", low))


def _actions(body: str) -> Findings:
    words = body.split()
    people: tuple[str, ...] = ()
    if words and HELP.fullmatch(words[0]):
        words = words[1:]
        at = verb_at(words)
        if at:
            people = _named(words[:at])
            words = words[at:]
    elif form_of(body) is None and (at := verb_at(words)):
        people = _named(words[:at]) if at <= 5 else ()
        words = words[at:] if at <= 5 else words
    return Findings(people=people, features=tuple(_clauses(" ".join(words))))


def _named(words: list[str]) -> tuple[str, ...]:
    while words and words[-1].lower() in BEFORE_VERB:
        words = words[:-1]
    name = " ".join(words).lower()
    return () if not name or name in STOP or name in ("users", "people") else (" ".join(words),)


def _clauses(text: str) -> Iterator[str]:
    """One clause a verb: "plan meals", "share lists"."""
    parts = JOINT.split(text)
    current = parts[0]
    manner = _manner(current)
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        if not part:
            continue
        if _manner(part) == manner and manner and len(current.split()) > 1 and " " in part:
            yield infinitive(current)
            current = part
        else:
            joiner = re.sub(r"^,\s*(?=and|or)", " ", joint.lower())
            current += f", {part}" if joiner in (",", ";") else f" {joiner.strip()} {part}"
    if current:
        yield infinitive(current)


def _manner(text: str) -> str:
    form = form_of(text)
    return form[1] if form else ""


def _things(text: str) -> Iterator[str]:
    for part in JOINT.split(text)[::2]:
        if part.strip():
            is_act = _manner(part) == "gerund" and " " in part.strip()
            yield infinitive(part) if is_act else without_starter(part)


def without_starter(text: str) -> str:
    """The noun phrase without its article or a word that says little."""
    shorter = STARTERS.sub("", text.strip(), count=1)
    return shorter or text


def people_named(names: Sequence[str]) -> tuple[str, ...]:
    """The people mid-sentence, without those a fuller name covers."""
    low = [lowered(name) for name in names if name]
    return tuple(
        name
        for place, name in enumerate(low)
        if not any(other.endswith(f" {name}") for other in low) and name not in low[:place]
    )


def lowered(name: str) -> str:
    """People as they stand mid-sentence: "Busy parents" gives "busy parents"."""
    first = name.split(" ", 1)[0]
    plain = first.lower() in DESCRIBING | STOP or are_people(first)
    return name[0].lower() + name[1:] if plain and first[1:] == first[1:].lower() else name


def people_in(text: str) -> tuple[str, ...]:
    """The first people the text names anywhere, with the words that describe them."""
    words = re.findall(r"[\w'-]+|[^\w\s]", text)
    for at, word in enumerate(words):
        if word.lower() in PEOPLE or (are_people(word) and form_of(word) is None):
            start = at
            while start > 0 and words[start - 1].lower() in DESCRIBING:
                start -= 1
            if words[start - 1 : start] != ["with"] and _named(words[start : at + 1]):
                return (" ".join(words[start : at + 1]),)
    return ()
