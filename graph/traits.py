"""What kind of thing a feature is, seen in its words, and how much work such things are."""

import re
from typing import Literal, get_args

Trait = Literal[
    "payment", "booking", "matching", "messaging", "reminder", "location", "suggesting",
    "searching", "recording", "sharing", "media", "health", "learning", "device", "writing",
]  # fmt: skip

TRAITS: tuple[Trait, ...] = get_args(Trait)

_SIGNS: dict[Trait, str] = {
    "payment": r"\bpa(?:y|id|yments?|ying)\b|checkout|subscri|invoice|\bsell|\bbuy|purchase|refund"
    r"|deposit|결제|구매|판매|정산|환불|보증금|요금|구독|송금|후원|청구",
    "booking": r"\bbook(?:ings?|s)?\b|reserv|appointment|schedul|\bslots?\b|waiting list|예약|일정"
    r"|스케줄|대기|접수",
    "matching": r"match|connect\b|pair\b|marketplace|매칭|연결|중개|빌려|대여|\brent|\blend|borrow"
    r"|교환|swap|exchange|trade|거래",
    "messaging": r"\bchat|messag|\bsms\b|e-?mail|video call|\bcalls?\b|채팅|메시지|문자|통화|전화"
    r"|대화|상담|쪽지",
    "reminder": r"remind|notif|alert|warn|nudge|알림|알려|리마인|경고|푸시",
    "location": r"\bmaps?\b|\bgps\b|location|nearby|route|deliver|navigat|지도|위치|주변|가까운"
    r"|근처|경로|길찾기|배달|배송",
    "suggesting": r"recommend|suggest|personali|predict|forecast|\bai\b|\bdetect|\bplan\b|추천|제안"
    r"|맞춤|예측|감지|짜기|막아|분석",
    "searching": r"search|\bfind\b|browse|filter|discover|compare|찾기|찾아|검색|비교|조회|탐색",
    "recording": r"\btrack|\blog\b|record|journal|diary|measure|monitor|manage|stock|inventory"
    r"|budget|기록|일기|관리|측정|재고|가계부|입력|저장|쓰기|등록",
    "sharing": r"shar(?:e|ing)|communit|forum|\bpost|comment|review|group|vote|공유|커뮤니티|댓글"
    r"|후기|리뷰|게시|모임|그룹|투표|팀",
    "media": r"photo|video|image|picture|audio|music|podcast|upload|camera|scan|사진|영상|동영상"
    r"|이미지|음악|녹음|음성|카메라|촬영|스캔|올리기",
    "health": r"health|medic|patient|clinic|therap|sleep|diet|calorie|\bpills?\b|건강|복약|환자"
    r"|진료|병원|운동|수면|식단|안부|우울|칼로리",
    "learning": r"learn|teach|quiz|lesson|course|tutor|practi[cs]e|flashcard|exam|학습|공부|퀴즈"
    r"|강의|문제|시험|수업|교육|암기|면접|발음",
    "device": r"sensor|device|wearable|watch\b|bluetooth|\biot\b|thermostat|plants?\b|센서|기기"
    r"|스마트워치|블루투스|온도|습도|조명|식물|화분",
    "writing": r"summar|translat|generat|draft|transcrib|\bread\b.*aloud|rewrite|요약|번역|첨삭"
    r"|생성|초안|자막|뽑아|작성|회의록",
}
_PATTERNS = {trait: re.compile(signs, re.IGNORECASE) for trait, signs in _SIGNS.items()}
_HEAVY: frozenset[Trait] = frozenset(("payment", "matching", "suggesting", "device", "health"))


def traits_of(feature: str) -> tuple[Trait, ...]:
    """What the feature's words show it to be; the closing words of a phrase count first."""
    seen = {trait: match.start() for trait in TRAITS if (match := _PATTERNS[trait].search(feature))}
    return tuple(sorted(seen, key=lambda trait: (trait not in _HEAVY, seen[trait])))


def effort_of(feature: str) -> int:
    """Person-weeks a first version takes: two, and one more for each demanding trait."""
    return 2 + min(2, sum(trait in _HEAVY for trait in traits_of(feature)))
