"""Text in and out: flattening what people typed, and filling templates with grammatical terms."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from graph import hangul

Language = Literal["ko", "en"]

_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f")
_TAG = re.compile(r"</?[A-Za-z!][^<>\n]{0,300}>")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\n]{0,400}\)")
_LIST_MARK = re.compile(r"^(?:\s*(?:[-+*•·▪◦‣#>=|]+(?=\s|$)|[#>]+|\(?\d{1,2}[.)](?=\s))\s*)+")
_MARKS = re.compile(r"\*{1,3}|`{1,3}|~~|_{2,}")
_SPACE = re.compile(r"[^\S\n]+")
_ENTITY = re.compile(r"&(?=#?\w{1,30};)")
_SPECIAL = re.compile(r"([\\*_`\[\]])")
_EDGES = " \t,;:.!?。！？…·-–—~&+/|"
_SMALL = re.compile(r"an?|and|as|at|but|by|for|from|in|of|on|or|per|the|to|via|vs|with")


def visible(text: str) -> str:
    """The text without control, direction and zero-width characters; line breaks stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\n" or char.isprintable():
        return char
    if char in "\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if char in _INVISIBLE or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
        return ""
    return char if char == "\u200d" else " "


def plain_lines(text: str) -> list[tuple[bool, str]]:
    """Each line without markup, and whether it stood in a list."""
    bare = _LINK.sub(r"\1", _TAG.sub(" ", visible(text)))
    found = []
    for line in bare.split("\n"):
        marked = bool(_LIST_MARK.match(line))
        content = _SPACE.sub(" ", _MARKS.sub("", _LIST_MARK.sub("", line))).strip()
        if content:
            found.append((marked, content))
    return found


def flat(text: str, limit: int = 200) -> str:
    """The text on one line, without list marks, at most `limit` characters."""
    lines = visible(text).split("\n")
    bare = " ".join(_LIST_MARK.sub("", line) for line in lines).split()
    return clip(" ".join(bare or " ".join(lines).split()), limit)


def clip(text: str, limit: int) -> str:
    """The text cut at a word boundary, with an ellipsis when something was lost."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    head, gap, _ = kept.rpartition(" ")
    return (head if gap and len(head) > limit // 2 else kept).rstrip(_EDGES) + "…"


def trimmed(text: str) -> str:
    """The text without punctuation at its edges, or as it is when nothing else is in it."""
    core = _unquoted(text.strip(_EDGES))
    if core.count("(") > core.count(")"):
        core = core.replace("(", "", 1).strip(_EDGES)
    if core.count(")") > core.count("("):
        core = core.replace(")", "", 1).strip(_EDGES)
    return core or text.strip()


def _unquoted(text: str) -> str:
    """The text without quotation marks that open or close nothing, or enclose all of it."""
    for opening, closing in ('""', "''", "“”", "‘’"):
        odd = text.count(opening) != text.count(closing) or text.count(opening) == 1
        around = len(text) > 1 and text[0] == opening and text[-1] == closing
        if around and (odd or opening == closing):
            text = text[1:-1].strip(_EDGES)
    return text


def unstopped(text: str) -> str:
    """The text without the stop, comma or semicolon it ends with."""
    return text.rstrip(" .。,;:") or text


def escaped(text: str) -> str:
    """The text so that Markdown and HTML show it as typed."""
    safe = _SPECIAL.sub(r"\\\1", _ENTITY.sub("&amp;", text))
    return safe.replace("<", "&lt;").replace(">", "&gt;").replace("~~", "\\~\\~")


def language_of(text: str) -> Language:
    """Korean when three in ten letters are Hangul, or four in ten words have some."""
    letters = sum(char.isalpha() for char in text)
    korean = sum(hangul.is_syllable(char) for char in text)
    words = text.split()
    told = sum(any(map(hangul.is_syllable, word)) for word in words)
    return "ko" if korean and (korean >= 0.3 * letters or told >= 0.4 * len(words)) else "en"


def capitalised(text: str) -> str:
    """The text with its first letter raised, unless its first word has capitals of its own."""
    for index, char in enumerate(text):
        if not char.isalnum():
            continue
        word = text[index:].split(" ", 1)[0]
        raised = char.upper() if word == word.lower() else char
        return text[:index] + raised + text[index + 1 :]
    return text


def headline(text: str) -> str:
    """The text in English title case; words with capitals or digits keep them."""
    words = text.split()
    return " ".join(
        word if word != word.lower() or (place and _SMALL.fullmatch(word)) else capitalised(word)
        for place, word in enumerate(words)
    )


def with_article(text: str) -> str:
    """The text after the indefinite article it is spoken with."""
    word = text.lstrip(_EDGES).split(" ", 1)[0]
    return f"{'an' if _starts_with_vowel_sound(word) else 'a'} {text}"


def _starts_with_vowel_sound(word: str) -> bool:
    low = word.lower()
    if len(word) > 1 and word.isupper():
        return word[0] in "AEFHILMNORSX"
    if re.match(r"(?:uni(?!n)|use|usu|eu|one\b|once)", low):
        return False
    return low[:1] in tuple("aeiou8") or low.startswith(("hour", "honest", "heir", "11", "18"))


def listed(items: Sequence[str], language: Language) -> str:
    """The items as one phrase: "a, b and c" or "a, b, c"."""
    if language == "ko" or len(items) < 2:
        return ", ".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


class Term(str):
    """A word that knows its grammar: `{x:을}` adds the right particle, `{x:a}` an article."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec == "":
            return str(self)
        if spec == "a":
            return with_article(str(self))
        return hangul.with_particle(str(self), spec)


def fill(template: str, values: Mapping[str, object]) -> str:
    """The template as one finished sentence; an English one begins with a capital."""
    text = template.format_map(values)
    korean = any(map(hangul.is_syllable, template)) or language_of(text) == "ko"
    return text if korean else capitalised(text)
