"""Korean word endings: which particle follows a word, and what a word is without its ending."""

import re

_FIRST = 0xAC00
_LAST = 0xD7A3
_FINALS = 28
_NIEUN, _RIEUL, _BIEUP, _SSANG_SIOT = 4, 8, 17, 20

_PAIRS = {
    "을": ("을", "를"),
    "이": ("이", "가"),
    "은": ("은", "는"),
    "와": ("과", "와"),
    "로": ("으로", "로"),
    "이라": ("이라", "라"),
}
_DIGIT_FINALS = dict(zip("0123456789", (21, 8, 0, 16, 0, 0, 1, 8, 8, 0), strict=True))
_LETTER_FINALS = {"l": 8, "m": 16, "n": 4, "r": 8}

# A stem written with ㄹ keeps it before "기"; any other ㄹ belongs to the ending.
_RIEUL_STEMS = ("만들", "팔", "놀", "알", "열", "걸", "풀", "돌", "벌", "빌", "줄", "늘", "썰")

_AFTER_CONSONANT = ("을", "이", "은", "과", "이나", "으로")
_AFTER_VOWEL = ("를", "가", "는", "와", "나", "로")
_AFTER_ANY = (
    "에서는", "에게는", "에게서", "까지", "부터", "처럼", "보다", "마다", "에서", "에게",
    "한테", "에게만", "에서만", "끼리", "에는", "께", "에", "의", "도", "만", "랑",
)  # fmt: skip
_PARTICLES = sorted((*_AFTER_CONSONANT, *_AFTER_VOWEL, *_AFTER_ANY), key=len, reverse=True)

# Nouns that merely look as if a particle followed.
_WHOLE = re.compile(
    r"(?:고양이|어린이|아이|나이|놀이|종이|길이|먹이|높이|차이|깊이|목걸이|모이|사이|영업이|"
    r"회의|강의|주의|문의|동의|정의|합의|논의|편의|"
    r"평가|작가|휴가|국가|요가|전문가|추가|증가|여가|소설가|사업가|활동가|화가|가가|물가|번역가|"
    r"효과|결과|사과|학과|성과|통과|안과|치과|내과|외과|경로|진로|도로|피로|서로|기로|"
    r"온도|속도|지도|태도|제도|각도|정도|용도|빈도|난이도|만족도|선호도|습도|진도|"
    r"마을|가을|노을|겨울|불만|비만|하나|누구나|언제나|어디나|의류|상의|하의|"
    r"카페|메뉴|후보|정보|홍보|자동|이동|활동|운동|감나|바나나|카메라|회은|저은)$"
)
_NOUNS_IN_GO = re.compile(
    r"(?:광고|창고|중고|냉장고|재고|최고|사고|신고|경고|참고|보고|금고|예고|원고|공고|권고|충고|"
    r"학고|로고|고고|레고|카고|망고|차고|저금고|무고|선고|기고|투고|퇴고|그리고|라고)$"
)


def is_syllable(char: str) -> bool:
    """Whether the character is a composed Hangul syllable."""
    return _FIRST <= ord(char) <= _LAST


def with_particle(word: str, particle: str) -> str:
    """The word followed by the form of the particle its last sound asks for."""
    closed, opened = _PAIRS[particle]
    final = _final(word)
    if particle == "로" and final == _RIEUL:
        return word + opened
    return word + (closed if final else opened)


def _final(word: str) -> int:
    spoken = re.sub(r"\([^()]*\)\W*$", "", word) or word
    last = next((char for char in reversed(spoken) if char.isalnum()), "")
    if not last:
        return 0
    if is_syllable(last):
        return (ord(last) - _FIRST) % _FINALS
    if last in _DIGIT_FINALS:
        return _DIGIT_FINALS[last]
    latin = re.search(r"([A-Za-z]+)[\W_]*$", spoken)
    return _latin_final(latin[1]) if latin else 0


def _latin_final(word: str) -> int:
    if len(word) > 1 and word.isupper() and len(word) <= 4:
        return _LETTER_FINALS.get(word[-1].lower(), 0)
    low = word.lower()
    if re.search(r"(?:[lmn]|ng|[lmn]e)$", low):
        return _RIEUL if low.rstrip("e").endswith("l") else _NIEUN
    return _BIEUP if re.search(r"(?:^|[^aeiou])[aeiou](?:pp?|t|ck|b)$|ook$", low) else 0


def without_particle(word: str) -> str:
    """The noun in a word, its particle and plural mark taken off."""
    return _without_plural(_without_particle(word))


def _without_particle(word: str) -> str:
    if _WHOLE.search(word):
        return word
    for particle in _PARTICLES:
        stem = word.removesuffix(particle)
        if stem != word and stem and _may_follow(stem, particle):
            return stem
    return word


def _may_follow(stem: str, particle: str) -> bool:
    if len(stem) < 2 and particle not in ("을", "를", "에서", "으로"):
        return False
    if particle in _AFTER_CONSONANT:
        return bool(_final(stem))
    if particle == "로":
        return _final(stem) in (0, _RIEUL)
    return particle not in _AFTER_VOWEL or not _final(stem)


def _without_plural(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("들") else word


def links_onward(word: str) -> bool:
    """Whether the word is a verb that says "and": 기록하고, 보며, 들으면서."""
    if len(word) < 2 or _NOUNS_IN_GO.search(word):
        return False
    return word.endswith(("고", "며", "면서"))


def verb_stem(word: str) -> str | None:
    """The stem of a verb in one of its common endings; None when it does not look like one."""
    if _NOUNS_IN_GO.search(word):
        return None
    for ending in ("으면서", "면서", "도록", "습니다", "는다", "으며", "며", "고", "는"):
        if word.endswith(ending) and len(word) > len(ending):
            return _plain_stem(word.removesuffix(ending))
    if match := re.search(r"(.)(니다|다)$", word):
        final = {"니다": _BIEUP, "다": _NIEUN}[match[2]]
        return _opened(word[: match.end(1)], final)
    for ending in ("해요", "해야", "하게", "하기", "해서", "하여", "하자", "하면", "해줘", "해"):
        if word.endswith(ending):
            return word.removesuffix(ending) + "하"
    if match := re.search(r"줘(요)?$|주세요$", word):
        return word[: match.start()] + "주"
    return None


_CONTRACTED = {"ㅕ": "ㅣ", "ㅝ": "ㅜ", "ㅘ": "ㅗ"}
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"


def is_infinitive(word: str) -> bool:
    """Whether the word is a verb before a helping one: 알려, 보내, 찾아."""
    last = word[-1:]
    if not is_syllable(last or " "):
        return False
    _, vowel, final = _letters(last)
    return not final and (vowel in "ㅕㅝㅘㅐㅙ" or last in "아어서내")


def past_stem(word: str) -> str | None:
    """The stem of a past verb before 으면: 추천해줬 gives 추천해주, 있었 gives 있."""
    lead, vowel, final = _letters(word[-1]) if is_syllable(word[-1]) else (0, "", 0)
    if final != _SSANG_SIOT or word.endswith(("있", "있었")):
        return None
    if word[-1] in "았었":
        return word[:-1] or None
    if word[-1] in "했됐":
        return word[:-1] + {"했": "하", "됐": "되"}[word[-1]]
    return word[:-1] + _syllable(lead, _CONTRACTED.get(vowel, vowel), 0)


def plain_form(stem: str) -> str:
    """The stem as a statement: 추천하 gives 추천한다, 있 gives 있다, 먹 gives 먹는다."""
    lead, vowel, final = _letters(stem[-1])
    if stem.endswith("있"):
        return stem + "다"
    return stem + "는다" if final else stem[:-1] + _syllable(lead, vowel, _NIEUN) + "다"


def _letters(char: str) -> tuple[int, str, int]:
    place, final = divmod(ord(char) - _FIRST, _FINALS)
    lead, vowel = divmod(place, len(_VOWELS))
    return lead, _VOWELS[vowel], final


def _syllable(lead: int, vowel: str, final: int) -> str:
    return chr(_FIRST + (lead * len(_VOWELS) + _VOWELS.index(vowel)) * _FINALS + final)


def able_stem(word: str) -> str | None:
    """The stem of a verb before "수 있다": 볼 gives 보, 만들 stays 만들."""
    if word.endswith(_RIEUL_STEMS):
        return word
    opened = _opened(word, _RIEUL)
    if opened is None:
        return None
    return opened[:-1] if opened.endswith("으") and len(opened) > 1 else opened


def _opened(word: str, final: int) -> str | None:
    last = word[-1:]
    if not last or not is_syllable(last) or (ord(last) - _FIRST) % _FINALS != final:
        return None
    return word[:-1] + chr(ord(last) - final)


def _plain_stem(stem: str) -> str | None:
    return stem if is_syllable(stem[-1]) else None


def nominal_of(stem: str) -> str:
    """The verb stem as a noun: 추천하 gives 추천, 짜 gives 짜기, 하 gives nothing."""
    for ending in ("해주", "해드리", "하", "되", "시키"):
        if stem.endswith(ending):
            return stem.removesuffix(ending)
    return stem + "기"
