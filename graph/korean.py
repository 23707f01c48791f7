"""Reading an idea written in Korean, by rules about verb endings, particles and "위한"."""

import re
from collections.abc import Sequence
from itertools import islice

from graph import hangul
from graph.findings import MOST_SENTENCES, Findings, Sentence, gathered
from graph.outline import sentences
from graph.prose import trimmed
from graph.wordlists import KO_PEOPLE_ENDINGS, KO_PRODUCTS, KO_STOP

_LEAD_IN = re.compile(
    r"^(?:(?:안녕하세요|저는|나는|우리는|저희는|제\s?아이디어는|아이디어는|일단|음|그냥|혹시"
    r"|요즘)[,.]?\s+)+"
)
_WISH = re.compile(
    r"\s*(?:(?:을|를|이|가)?\s*(?:하나\s+)?(?:좀\s+)?"
    r"(?:만들고\s*싶\S*|만들려고\s*\S*|만들어\s*(?:줘|주세요|달라\S*|보고\s*싶\S*)\S*|만들자"
    r"|만들까\S*"
    r"|개발\s*(?:하고\s*싶\S*|해\s*줘\S*|해\s*주세요|하려고\s*\S*|하자)|기획\s*(?:해\s*줘\S*"
    r"|해\s*주세요"
    r"|하고\s*싶\S*)|필요\s*(?:해요|합니다|하다|해)|있으면\s*좋겠\S*|였으면\s*좋겠\S*|원(?:해요"
    r"|합니다)"
    r"|(?<=있어야)\s*(?:합니다|한다|해요|함|해|돼요|됩니다)"
    r"|생각\s*중\S*|구상\s*중\S*|입니다|이에요|예요|이다))+\s*$"
)
LIMIT = re.compile(
    r"(?:(?<!\S)(?:[^\s,.]{1,12}(?<![며고서면을를에])\s+)?[^\s,.]{1,12}\s?없이도?\s+(?:바로\s+|쉽게\s+)?"
    r"(?:쓸|사용할|이용할|볼|동작할|작동할)\s*수\s*있어야\s*(?:합니다|한다|해요|함|됩니다|해|돼요)(?!\S)"
    r"|(?<!\S)[^,.]{2,40}(?<!수 있어)야\s*(?:합니다|한다|해요|함|됩니다|해|돼요)(?!\S)"
    r"|(?<!\S)[^,.]{2,40}면\s*안\s*(?:됩니다|된다|돼요|됨|돼)(?!\S)"
    r"|(?<!\S)(?:[^\s,.]{1,12}(?<![며고서면을를에])\s+)?[^\s,.]{1,12}\s?없이"
    r"|(?<!\S)[^\s,.]{1,12}\s말고(?!\S)"
    r"|\d+\s*(?:시간|일|주|주일|개월|달|년|분|초)\s*(?:안에|이내에?|내에|내로|만에|까지)"
    r"|(?:예산|비용|기간|마감|개발비)[은는이가을를]?\s*[^,.]{0,20}?\d[\d,.]*\s*\S*"
    r"(?:\s*(?:이내|이하|안에서|정도|까지|미만))?"
    r"|\d[\d,.]*\s*(?:만\s?원|원|억|명|%|달러|초|분|인)\s*(?:이내|이하|미만|안에서|까지)(?:로"
    r"|의|에)?"
    r"|\d+월\s*(?:말|초|중순)?\s*(?:까지|전에|안에)"
    r"|(?:반드시|꼭)\s+[^,.]+|싸게|저렴하게|저비용으?로?|무료로?(?![가-힣])"
    r"|무료여야\s*\S+|오프라인(?:에서도?|으로도?))"
)
_FOR = re.compile(r"(?:을|를)?\s(?:위한|위해서?|위하여)(?=\s|$)")
_AIMED = re.compile(r"(?:을|를)?\s(?:대상으로|대상의|타깃으로|타겟으로|대상)(?=\s|$)")
_JOINT = re.compile(
    r"\s*(?:[,;·/+&]|(?<=\s)및(?=\s)|(?<=\s)그리고(?=\s)|(?<=\s)또는(?=\s)|(?<=\s)또한?(?=\s))\s*"
)
_FOREIGN = re.compile(r"^([A-Za-z][\w' -]{1,59}?)(?:을|를)?\s?(?:위한|위해서?)\s")
_ABLE = re.compile(r"^수(?:도|가)?$")
_ABLE_NEXT = re.compile(r"^있(?:는|고|게|도록|다|어요|습니다|으며|으면|어야)\S*$")
_HELPING = re.compile(r"^(?:주는|주고|줍니다|준다|줘요|주며|드리는|드립니다|주는데)$")
_SENTENCE = re.compile(
    r"(?<=[.!?。！？…])\s+|[ㅋㅎㅠㅜ]{2,}|~+(?=\s|$)|[!?。！？]+|\s+[-–—]+\s+|\.(?=[가-힣])"
    r"|[.…]+$"
)
_LABELS = {
    "people": "(?:주 |대상 |타깃 |타겟 )?(?:사용자|이용자|고객)|대상|타깃|타겟|누구",
    "constraints": "제약|제약 ?조건|제약 ?사항|조건|제한",
    "measure": "예산|기간|기한|마감|일정",
    "features": "(?:주요 |핵심 |필요한? )?기능|요구 ?사항|할 일|내용",
    "name": "제목|이름|(?:서비스|앱|제품) ?이름|서비스 ?명|앱 ?명|제품 ?명",
    "idea": "아이디어|제품|주제|서비스|설명|소개|한 ?줄 ?소개",
    "background": "문제|배경|문제점|이유|상황",
}
ATTRIBUTIVE = re.compile(r"(?:[은는한된인]|쁜|픈|운|던|린|긴|큰|른|런|싼|찬|진)$")
_CONNECTIVES = (
    "또",
    "그리고",
    "또한",
    "더",
    "좀",
    "그",
    "이",
    "그래서",
    "그러면",
    "하지만",
    "그런데",
)
_CORE = re.compile(
    rf"(?:{'|'.join(KO_PRODUCTS)})(?:[을를이가은는으로\s]|$)|만들|개발|기획|필요|좋겠|위한"
)
_AS_TOLD = re.compile(r"\s위한\s+것(?:이며|이고|으로|입니다|이다|이에요)(?=\s|$)")
_HOPED = re.compile(r"([가-힣]*[가-힣])으면(?:\s*(?:좋겠|해요|합니다|한다|하)\S*)?$")
_ASSISTING = re.compile(r"^(?:도와주|돕|도와|해주|지원하)(?:는|고|며|는데|ㄴ다|줍니다|준다|세요)?$")


def read(lines: Sequence[tuple[bool, str]]) -> Findings:
    """What the lines say, up to the point where more would not be kept."""
    told = list(islice(sentences(lines, _LABELS, _SENTENCE), MOST_SENTENCES))
    found = gathered(told, _CORE, _read_as)
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
    name = _WISH.sub("", _LEAD_IN.sub("", text))
    people, name = _whom(name)
    telling = [word for word in name.split() if not is_product(word) and word not in KO_STOP]
    return Findings(head=name if telling else "", people=tuple(people))


def _sentence(text: str, *, is_item: bool = False, is_listing: bool = False) -> Findings:
    body = _HOPED.sub(_stated, _AS_TOLD.sub(" 위해,", _LEAD_IN.sub("", text)))
    limits = tuple(match[0].strip() for match in LIMIT.finditer(body))
    body = _WISH.sub("", LIMIT.sub(" ", body)).strip()
    people, body = _whom(body)
    pieces = [piece for piece in _JOINT.split(body) if piece and piece.strip()]
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
    return found


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
    if match := _FOREIGN.match(body):
        return [match[1]], body[match.end() :].strip()
    for pattern in (_FOR, _AIMED):
        match = pattern.search(body)
        if match is None:
            continue
        name = re.split(r"[,.]", body[: match.start()])[-1].strip()
        if named := _people_at_end(name.split()):
            people.append(named)
            body = f"{body[: match.start()].removesuffix(named)} {body[match.end() :]}".strip()
        elif pattern is _FOR and name:
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
    if hangul.links_onward(word) or _ABLE_NEXT.match(word) or word in ("우리", "저희", "내", "제"):
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
        if _closes(current, following):
            found = _extended(found, current)
            current = []
    if not current:
        return found, ""
    if is_product(current[-1]) and not is_item:
        return found.joined(_named_product(current)), ""
    if not found.features and not last and not people:
        return found, nominal(current)
    return _extended(found, current), ""


def _extended(found: Findings, words: list[str]) -> Findings:
    """The finds with one clause more; a lone verb joins the clause whose object it shares."""
    if len(words) == 1 and _ASSISTING.match(words[0]):
        return found
    if len(words) == 1 and found.features and hangul.verb_stem(words[0]):
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


def _closes(current: list[str], following: str) -> bool:
    word = current[-1]
    if _helps(following, word) or _ABLE.match(following) or _ABLE.match(word):
        return False
    if _ABLE_NEXT.match(word) and len(current) > 2 and _ABLE.match(current[-2]):
        return not word.startswith("있는") or is_product(following) or not following
    if is_product(following) and (word.endswith(("는", "한", "할")) or word == "있는"):
        return hangul.verb_stem(word) is not None
    if len(current) > 1 and _helps(word, current[-2]):
        return True
    return bool(following) and len(current) > 1 and hangul.links_onward(word)


def _helps(word: str, before: str) -> bool:
    """Whether the word only helps the verb before it: 알려 주고, but not 단어를 주고."""
    return bool(_HELPING.match(word)) and hangul.is_infinitive(before)


def _clause(words: list[str]) -> Findings:
    feature = nominal(words)
    telling = [w for w in feature.split() if hangul.without_particle(w) not in KO_STOP]
    return Findings(features=(feature,)) if telling else Findings()


def is_product(word: str) -> bool:
    """Whether the word, its particle aside, is a kind of product such as 앱."""
    return hangul.without_particle(word) in KO_PRODUCTS


def _named_product(words: list[str]) -> Findings:
    name = [*words[:-1], hangul.without_particle(words[-1])]
    users = [at + 1 for at, w in enumerate(name) if w.endswith("용") and are_people(w[:-1])]
    people = tuple(" ".join(name[:end])[:-1] for end in users[:1])
    what = [w for w in name[max(users, default=0) :] if not is_product(w) and w not in KO_STOP]
    features = (nominal(what),) if what and len(what) < len(name) else ()
    return Findings(head=" ".join(name), features=features, people=people)


def nominal(words: Sequence[str]) -> str:
    """The clause as a noun phrase: 식단을 추천하고 gives 식단 추천."""
    kept = list(words)
    while len(kept) > 1 and kept[0] in _CONNECTIVES:
        kept = kept[1:]
    if len(kept) > 2 and kept[-1].startswith("기능") and ATTRIBUTIVE.search(kept[-2]):
        kept = kept[:-1]
    stem, kept = _verb_off(kept)
    if stem is None:
        return trimmed(_object_off(kept, "을를이가은는도"))
    noun = hangul.nominal_of(stem)
    if not noun and kept:
        noun = {"로": "처리", "게": "하기", "록": "하기"}.get(kept[-1][-1], "")
    body = _object_off(kept, "을를은는도" if noun and stem[-1] != "되" else "을를이가은는도")
    return trimmed(f"{body} {noun}".strip())


def _verb_off(words: list[str]) -> tuple[str | None, list[str]]:
    """The stem of the closing verb, and the words before it."""
    if len(words) > 2 and _ABLE.match(words[-2]) and _ABLE_NEXT.match(words[-1]):
        stem = hangul.able_stem(words[-3])
        return (stem, words[:-3]) if stem else (None, words[:-2])
    if len(words) > 1 and _ABLE.match(words[-1]) and (stem := hangul.able_stem(words[-2])):
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
            if are_people(bare) and (bare != word or at == len(words) - 1):
                return (_people_at_end([*words[max(0, at - 1) : at], bare]),)
    return ()
