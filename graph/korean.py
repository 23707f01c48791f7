"""Reading an idea written in Korean, by rules about verb endings, particles and "위한"."""

import re
from collections.abc import Sequence
from itertools import islice

from graph import hangul
from graph.findings import MOST_SENTENCES, Findings, Sentence, gathered
from graph.korean_patterns import (
    ABLE,
    ABLE_NEXT,
    AIMED,
    AS_TOLD,
    ASSISTING,
    ATTRIBUTIVE,
    CONNECTIVES,
    CORE,
    FOR,
    FOREIGN,
    HELPING,
    HOPED,
    JOINT,
    LABELS,
    LEAD_IN,
    LIMIT,
    SENTENCE,
    WISH,
)
from graph.outline import sentences
from graph.prose import trimmed
from graph.wordlists import KO_PEOPLE_ENDINGS, KO_PRODUCTS, KO_STOP


def read(lines: Sequence[tuple[bool, str]]) -> Findings:
    """What the lines say, up to the point where more would not be kept."""
    told = list(islice(sentences(lines, LABELS, SENTENCE), MOST_SENTENCES))
    found = gathered(told, CORE, _read_as)
    return _titled(found, told[0].text) if told and not told[0].marked else found


def _titled(found: Findings, opening: str) -> Findings:
    """What opens the idea and only names it is its title, not a thing to build."""
    if found.head or len(found.features) < 2 or found.features[0] != opening:
        return found
    return found.model_copy(update={"head": opening, "features": found.features[1:]})


def _read_as(sentence: Sentence) -> Findings:
    text = sentence.text
    if sentence.section == "people":
        return Findings(people=tuple(re.split(r"\s*[,;/·]\s*|\s+및\s+", text)))
    if sentence.section in ("constraints", "measure"):
        return Findings(constraints=(text,))
    if sentence.section == "background":
        return Findings(people=_sentence(text).people)
    if sentence.section == "name":
        return _name(text)
    return _sentence(text, is_item=sentence.marked, is_listing=sentence.is_listing)


def _name(text: str) -> Findings:
    """What is called by its name before a colon; words that name nothing are left out."""
    name = WISH.sub("", LEAD_IN.sub("", text))
    people, name = _whom(name)
    telling = [word for word in name.split() if not is_product(word) and word not in KO_STOP]
    return Findings(head=name if telling else "", people=tuple(people))


def _sentence(text: str, *, is_item: bool = False, is_listing: bool = False) -> Findings:
    body = HOPED.sub(_stated, AS_TOLD.sub(" 위해 , ", LEAD_IN.sub("", text)))
    limits = tuple(match[0].strip() for match in LIMIT.finditer(body))
    body = WISH.sub("", LIMIT.sub(" ", body)).strip()
    people, body = _whom(body)
    pieces = [piece for piece in JOINT.split(body) if piece and piece.strip()]
    found = Findings(people=tuple(people), constraints=limits)
    waiting: list[str] = []
    for place, piece in enumerate(pieces):
        part, open_nouns = _piece(piece.split(), last=place == len(pieces) - 1, is_item=is_item)
        if open_nouns and place < len(pieces) - 1:
            waiting.append(open_nouns)
            continue
        if is_listing:
            found, waiting = found.joined(Findings(features=tuple(waiting))), []
        found = found.joined(_with_waiting(part, waiting))
        waiting = []
    return _named_whole(found, pieces[0].split()) if len(pieces) == 1 else found


def _named_whole(found: Findings, words: list[str]) -> Findings:
    """A product that one short clause describes is called by it: 단어를 외우는 앱."""
    name = " ".join(_subject(words)[1])
    whole = is_product(found.head) and len(found.features) == 1 and is_product(words[-1])
    if not whole or len(name) > 24 or "수 있" in name:
        return found
    return found.model_copy(update={"head": name})


def _stated(match: re.Match[str]) -> str:
    """A wish as a statement: 알려줬으면 좋겠어요 gives 알려준다."""
    stem = hangul.past_stem(match[1])
    return match[0] if stem is None else hangul.plain_form(stem)


def _with_waiting(part: Findings, waiting: list[str]) -> Findings:
    """Nouns listed before a verb belong to it: "사진, 영상" and "올리기" make one feature."""
    if not waiting:
        return part
    if part.features and len(part.features[0].split()) > 1 and all(" " not in w for w in waiting):
        joined = ", ".join((*waiting, part.features[0]))
        return part.model_copy(update={"features": (joined, *part.features[1:])})
    return part.model_copy(update={"features": (*waiting, *part.features)})


def _whom(body: str) -> tuple[list[str], str]:
    people: list[str] = []
    if match := FOREIGN.match(body):
        return [match[1]], body[match.end() :].strip()
    for pattern in (FOR, AIMED):
        match = pattern.search(body)
        if match is None:
            continue
        name = re.split(r"[,.]", body[: match.start()])[-1].strip()
        if named := _people_at_end(name.split()):
            people.append(named)
            body = f"{body[: match.start()].removesuffix(named)} {body[match.end() :]}".strip()
        elif pattern is FOR and name:
            body = f"{body[: match.start()]}, {body[match.end() :].strip()}"
    return people, body


def _people_at_end(words: list[str]) -> str:
    """The trailing words that name people, with the words and the clause that describe them."""
    if not words or not are_people(words[-1]):
        return ""
    start, in_clause = len(words) - 1, False
    while start > 0 and len(words) - start < 7:
        word, following = words[start - 1], words[start]
        if not (_describes(word, following) or (in_clause and _belongs_to_verb(word))):
            break
        in_clause = in_clause or bool(ATTRIBUTIVE.search(word))
        start -= 1
    return " ".join(words[start:])


def _describes(word: str, following: str) -> bool:
    if following.startswith("싶은") and word.endswith("고"):
        return True
    if not word[0].isalnum() or word.endswith(("지", "서", "면", "요즘")) or is_product(word):
        return False
    if hangul.links_onward(word) or ABLE_NEXT.match(word) or word in ("우리", "저희", "내", "제"):
        return False
    return bool(ATTRIBUTIVE.search(word)) or hangul.without_particle(word) == word


def _belongs_to_verb(word: str) -> bool:
    """Whether the word is an object, a subject or a place inside a clause: 작업실이 없는."""
    return bool(re.search(r"[이가을를에의로]$|에서$", word)) and not hangul.links_onward(word)


def are_people(word: str) -> bool:
    """Whether the word, its particle aside, names people."""
    noun = hangul.without_particle(word)
    return noun.endswith(KO_PEOPLE_ENDINGS) and noun not in ("부분", "기분", "성분", "수분", "충분")


def _piece(words: list[str], *, last: bool, is_item: bool) -> tuple[Findings, str]:
    """The finds of one comma-free piece; or its nouns alone, when no verb closes it."""
    people, words = _subject(words)
    if 0 < len(words) <= 3 and words[-1].endswith("용") and are_people(words[-1][:-1]):
        return Findings(people=(" ".join(words)[:-1],)), ""
    found = Findings(people=people)
    current: list[str] = []
    for place, word in enumerate(words):
        current.append(word)
        following = words[place + 1] if place + 1 < len(words) else ""
        if _closes(current, following, names_kind=_names_kind(words[place + 1 :])):
            found = _extended(found, current)
            current = []
    if not current:
        return found, ""
    if is_product(current[-1]) and not is_item:
        product = _named_product(current)
        if found.features:
            product = product.model_copy(update={"features": ()})
        return found.joined(product), ""
    if not found.features and not last and not people:
        return found, nominal(current)
    return _extended(found, current), ""


def _extended(found: Findings, words: list[str]) -> Findings:
    """The finds with one clause more; a lone verb joins the clause whose object it shares."""
    if len(words) == 1 and ASSISTING.match(words[0]):
        return found
    able = len(words) > 2 and bool(ABLE.match(words[1])) and words[0].endswith("할")
    if found.features and (able or (len(words) == 1 and hangul.verb_stem(words[0]))):
        shared = f"{found.features[-1]}, {nominal(words)}"
        return found.model_copy(update={"features": (*found.features[:-1], shared)})
    return found.joined(_clause(words))


def _subject(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    for place, word in enumerate(words[:5]):
        bare = hangul.without_particle(word)
        if not are_people(word) or word == bare:
            continue
        mark = word[len(bare) :].removeprefix("들")
        if mark in ("이", "가", "은", "는"):
            name = _people_at_end([*words[:place], bare])
            before = words[: place + 1 - len(name.split())]
            return ((name,) if name else ()), [*before, *words[place + 1 :]]
    return (), words


def _names_kind(words: Sequence[str]) -> bool:
    """Whether bare nouns that end in a product are all that follows: 동네 기반 앱."""
    if not words or len(words) > 3 or not is_product(words[-1]):
        return False
    return not any(
        ATTRIBUTIVE.search(w) or w == "할" or hangul.without_particle(w) != w for w in words[:-1]
    )


def _closes(current: list[str], following: str, *, names_kind: bool) -> bool:
    word = current[-1]
    if _helps(following, word) or ABLE.match(following) or ABLE.match(word):
        return False
    if ABLE_NEXT.match(word) and len(current) > 2 and ABLE.match(current[-2]):
        return not word.startswith("있는") or names_kind or not following
    if names_kind and word != "하는" and (word.endswith(("는", "한", "할")) or word == "있는"):
        return hangul.verb_stem(word) is not None
    if len(current) > 1 and _helps(word, current[-2]):
        return True
    return bool(following) and len(current) > 1 and hangul.links_onward(word)


def _helps(word: str, before: str) -> bool:
    """Whether the word only helps the verb before it: 알려 주고, but not 단어를 주고."""
    return bool(HELPING.match(word)) and hangul.is_infinitive(before)


def _clause(words: list[str]) -> Findings:
    feature = nominal(words)
    telling = [w for w in feature.split() if hangul.without_particle(w) not in KO_STOP]
    feels = re.search(r"[아어여워려]요$", feature)
    return Findings(features=(feature,)) if telling and not feels else Findings()


def is_product(word: str) -> bool:
    """Whether the word, its particle aside, is a kind of product such as 앱."""
    return hangul.without_particle(word) in KO_PRODUCTS


def _named_product(words: list[str]) -> Findings:
    name = [*words[:-1], hangul.without_particle(words[-1])]
    users = [at + 1 for at, w in enumerate(name) if w.endswith("용") and are_people(w[:-1])]
    people = tuple(" ".join(name[:end])[:-1] for end in users[:1])
    what = [
        w
        for w in name[max(users, default=0) :]
        if not is_product(w) and (w == "할" or w not in KO_STOP)
    ]
    features = (nominal(what),) if what and len(what) < len(name) else ()
    return Findings(head=" ".join(name), features=features, people=people)


def nominal(words: Sequence[str]) -> str:
    """The clause as a noun phrase: 식단을 추천하고 gives 식단 추천."""
    kept = list(words)
    while len(kept) > 1 and kept[0] in CONNECTIVES:
        kept = kept[1:]
    if len(kept) > 2 and kept[-1].startswith("기능") and ATTRIBUTIVE.search(kept[-2]):
        kept = kept[:-1]
    stem, kept = _verb_off(kept)
    if stem is None:
        if len(kept) > 1 and kept[-2].endswith(("을", "를")):
            kept = [*kept[:-2], hangul.without_particle(kept[-2]), kept[-1]]
        return trimmed(_object_off(kept, "을를이가은는도"))
    noun = hangul.nominal_of(stem)
    if not noun and kept:
        noun = {"로": "처리", "게": "하기", "록": "하기"}.get(kept[-1][-1], "")
    body = _object_off(kept, "을를은는도" if noun and stem[-1] != "되" else "을를이가은는도")
    return trimmed(f"{body} {noun}".strip())


def _verb_off(words: list[str]) -> tuple[str | None, list[str]]:
    """The stem of the closing verb, and the words before it."""
    if len(words) > 2 and ABLE.match(words[-2]) and ABLE_NEXT.match(words[-1]):
        stem = hangul.able_stem(words[-3])
        return (stem, words[:-3]) if stem else (None, words[:-2])
    if len(words) > 1 and ABLE.match(words[-1]) and (stem := hangul.able_stem(words[-2])):
        return stem, words[:-2]
    if len(words) > 1 and _helps(words[-1], words[-2]):
        joined = words[-2] + ("주" if words[-1].startswith(("주", "줍", "준", "줘")) else "드리")
        return joined, words[:-2]
    if words and len(words[-1]) > 1 and not is_product(words[-1]):
        stem = hangul.verb_stem(words[-1])
        if stem and not _is_topic(words[-1]):
            return stem, words[:-1]
    return None, words


def _is_topic(word: str) -> bool:
    """Whether a closing 는 marks a noun rather than a verb."""
    return word.endswith("는") and are_people(word)


def _object_off(words: list[str], marks: str) -> str:
    if not words:
        return ""
    last = words[-1]
    bare = hangul.without_particle(last)
    mark = last[len(bare) :].removeprefix("들") if last.startswith(bare) else ""
    if mark and mark in marks:
        return " ".join((*words[:-1], last.removesuffix(mark)))
    return " ".join(words)


def people_named(names: Sequence[str]) -> tuple[str, ...]:
    """The people without those a fuller name covers."""
    return tuple(
        name for name in names if name and not any(other.endswith(f" {name}") for other in names)
    )


def people_in(text: str) -> tuple[str, ...]:
    """The first people the text names anywhere, with the words that describe them."""
    for line in text[:4000].split("\n"):
        words = re.findall(r"[가-힣A-Za-z0-9]+|[^\s\w]", line)
        for at, word in enumerate(words):
            bare = hangul.without_particle(word.removesuffix("용"))
            # A bare noun before another belongs to a name: 병원 in "병원 예약" is nobody.
            companion = bare != word and word.endswith(("과", "와", "랑"))
            if are_people(bare) and not companion and (bare != word or at == len(words) - 1):
                return (_people_at_end([*words[max(0, at - 3) : at], bare]),)
    return ()
