"""What a reviewer's remark asks for: something added, dropped, stressed, cheaper or sooner."""

import re
from typing import Literal

from pydantic import BaseModel

from graph import hangul
from graph.english import without_starter
from graph.prose import Language, flat, language_of, trimmed

Wish = Literal["added", "emphasised", "dropped", "cheaper", "sooner", "general"]

LONGEST_SUBJECT = 80

_ENGLISH: tuple[tuple[Wish, str], ...] = (
    ("sooner", r"\b(?:sooner|faster|earlier|quicker|shorten|speed (?:it |this )?up|hurry)\b()"),
    (
        "emphasised",
        r"\b(?:more (?:about|on|detail(?:s|ed)?(?: on| about| for)?|focus on|emphasis on|of)"
        r"|focus (?:more )?on|emphasi[sz]e|stress|expand(?: on)?|prioriti[sz]e|elaborate on"
        r"|say more about|more)\s+(.+)",
    ),
    ("cheaper", r"\b(?:cheaper|cheap|costs?|budget|expensive|spend(?:ing)?|save money)\b()"),
    ("cheaper", r"\b(?:reduce|simplify|less|fewer|trim)\s+(.+)"),
)
_ENGLISH_FIRST: tuple[tuple[Wish, str], ...] = (
    (
        "dropped",
        r"(?:^|\b)(?:drop|remove|delete|exclude|skip|omit|leave out|get rid of|take out"
        r"|cut(?: out)?|(?:we |i )?(?:do not|don't|dont) (?:need|want|include)|without|^no)\s+(.+)",
    ),
    (
        "added",
        r"\b(?:add(?: in)?|include|introduce|also support|(?:we |i |it |must |should )*"
        r"(?:also )?(?:needs?|have)(?! to\b))\s+(.+)",
    ),
)
_KOREAN: tuple[tuple[Wish, str], ...] = (
    ("dropped", r"^(.+?)\s*(?:빼|제외|삭제|없애|제거|필요\s?없|안\s?넣|넣지|(?<=\s)뺍)"),
    ("added", r"^(.+?)\s*(?:추가|넣|포함|더해|더하|있었으면|있으면|필요)"),
    ("sooner", r"(?:빨리|빠르게|앞당|단축|일찍|서둘|(?:일정|기간).{0,8}(?:줄|짧))()"),
    ("cheaper", r"(?:저렴|싸게|(?:비용|예산|돈|단가).{0,10}(?:줄|낮|절감|아끼|적게))()"),
    ("cheaper", r"^(.+?)\s*(?:줄여|줄이|간단|단순)"),
    (
        "emphasised",
        r"^(.+?)\s*(?:에 대해서?|에 대한 (?:설명|내용)을?|부분을?)?\s*"
        r"(?:더(?:\s|$)|강조|자세|구체|집중|우선|먼저|중점)",
    ),
)
_PARTS = re.compile(
    r"[.;!?\n。]+\s*|,\s+(?:and\s+)?|\s+(?:and|but)\s+(?:also\s+)?|(?<=[고며])[,\s]+|\s+그리고\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:please|too|as well|instead|to (?:the plan|it|this|the scope)|from (?:the plan|it|this"
    r"|the scope)|for now|features?|(?:기능|부분|항목)(?:을|를|은|는|도|이|가)?|좀|조금)$",
    re.IGNORECASE,
)


class Remark(BaseModel, frozen=True):
    """One thing a reviewer asked for, and the words it was asked in."""

    wish: Wish
    subject: str
    text: str


def remarks_in(feedback: str) -> tuple[Remark, ...]:
    """What the feedback asks, one remark a wish; none when it is blank."""
    whole = trimmed(flat(feedback, 300))
    if not whole:
        return ()
    parts = [trimmed(part) for part in _PARTS.split(flat(feedback, 300)) if part.strip()]
    read = [_remark(part) for part in parts]
    clear = all(remark.wish != "general" for remark in read)
    return tuple(read) if len(read) > 1 and clear else (_remark(whole),)


def _remark(text: str) -> Remark:
    language = language_of(text)
    patterns = _KOREAN if language == "ko" else (*_ENGLISH_FIRST, *_ENGLISH)
    for wish, pattern in patterns:
        match = re.search(pattern, text, re.IGNORECASE)
        subject = _subject(match[1] or "", language) if match else ""
        if match and (subject or wish in ("cheaper", "sooner")):
            return Remark(wish=wish, subject=subject, text=text)
    return Remark(wish="general", subject=flat(text, LONGEST_SUBJECT), text=text)


def _subject(words: str, language: Language) -> str:
    shorter = trimmed(_TAIL.sub("", words.strip()))
    if language == "en":
        shorter = re.sub(r"^(?:a |the )?(?:way|option|possibility) to\s", "", shorter)
        return flat(without_starter(shorter), LONGEST_SUBJECT) if shorter else ""
    head, _, last = shorter.rpartition(" ")
    return flat(f"{head} {hangul.without_particle(last)}", LONGEST_SUBJECT)


def speaks_of(subject: str, name: str) -> bool:
    """Whether half the subject's words, endings aside, are among the name's."""
    wanted = [word for word in _words(subject) if len(word) > 1]
    if not wanted:
        return False
    there = _words(name)
    hits = sum(any(_agree(word, other) for other in there) for word in wanted)
    return hits * 2 >= len(wanted)


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+", text.casefold())
    return [hangul.without_particle(word) for word in found if word not in ("the", "and", "of")]


def _agree(word: str, other: str) -> bool:
    if word == other:
        return True
    if hangul.is_syllable(word[0]):
        return word in other or (len(other) > 1 and other in word)
    return min(len(word), len(other)) > 3 and word[:5] == other[:5]
