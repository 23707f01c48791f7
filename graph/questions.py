"""What the planning graph asks, in both languages."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Questions", "questions_in"]


@dataclass(frozen=True)
class Questions:
    """The texts of the questions; `{title}` and `{left}` are filled in."""

    direction: str
    direction_hint: str
    own_direction: str
    brief: str
    brief_hint: str
    draft: str
    draft_hint: str
    draft_approved: str
    draft_rejected: str
    """What follows from a yes and from a no."""


_ENGLISH = Questions(
    direction="Which way should the plan for “{title}” go?",
    direction_hint="Choose one, or write a direction of your own.",
    own_direction="Your own direction",
    brief="A few details for “{title}”",
    brief_hint="What stands there is taken from your idea; change what does not fit.",
    draft="Does this draft of the plan suit you?",
    draft_hint="Approve it, edit it, or send it back with what to change ({left} times left).",
    draft_approved="the plan is written to disk.",
    draft_rejected="the draft is written anew with your reason.",
)
_KOREAN = Questions(
    direction="‘{title}’ 기획을 어느 방향으로 잡을까요?",
    direction_hint="하나를 고르거나 원하는 방향을 직접 적어 주세요.",
    own_direction="직접 적은 방향",
    brief="‘{title}’의 세부 사항을 알려 주세요",
    brief_hint="채워진 값은 아이디어에서 가져온 것입니다. 맞지 않으면 고쳐 주세요.",
    draft="이 기획안 초안이 괜찮은가요?",
    draft_hint="승인하거나, 고치거나, 바꿀 점을 적어 돌려보내세요 ({left}번 남음).",
    draft_approved="기획서를 파일로 저장합니다.",
    draft_rejected="적은 사유를 반영해 초안을 다시 씁니다.",
)


def questions_in(language: Literal["ko", "en"]) -> Questions:
    """The texts in this language."""
    return _KOREAN if language == "ko" else _ENGLISH
