"""The plan is built from the idea, the direction, the form and the feedback."""

import dataclasses
import itertools
import pickle
import re
import string

import pytest
from pydantic import ValidationError

from graph.analysis import analyse
from graph.feedback import remarks_in
from graph.phrases import Phrases, phrases_in
from graph.planner import Brief, Direction, brief_model, directions, suggested_brief, write_plan

ENGLISH = {
    "meals": "An app that helps busy parents plan weekly meals, share lists and track stock",
    "recipes": "A recipe app for students: suggest cheap dinners, compare prices, plan meals",
    "dogs": "uber but for dog walking!!! cheap, w/ gps + chat",
    "clinic": "Clinic scheduling\n- Book appointments online\n- Send SMS reminders\n- Waiting list",
    "farm": "I want to build a marketplace where local farmers can sell surplus vegetables to "
    "restaurants. Restaurants order before 6pm and the system plans delivery routes. It must work "
    "offline. Farmers get paid weekly.",
    "todo": "Todo",
    "yoga": "Yoga",
}
KOREAN = {
    "fridge": "바쁜 직장인을 위해 냉장고 재료로 요리를 추천하고 "
    "장보기 목록을 공유하는 앱을 만들고 싶어요.",
    "diet": "운동하는 대학생이 식단을 기록하고 칼로리를 계산하며 식당을 추천받는 앱",
    "tools": "동네 이웃끼리 공구를 빌려주고 빌리는 플랫폼. 보증금 결제가 되고 "
    "가까운 물건을 찾을 수 있으면 "
    "좋겠어요. 3개월 안에 시작",
    "books": "동네 주민이 중고 책을 교환하는 플랫폼. 독서 모임을 예약하고 "
    "후기를 남길 수 있으면 좋겠어요.",
    "elders": "안부 챗봇\n- 매일 아침 안부 전화 걸기\n- 보호자에게 알림\n- 복약 시간 알려주기",
    "ledger": "가계부",
    "diary": "일기",
}
BRIEFS = {
    "en": {
        "audience": "first-time users in Busan",
        "weeks": 9,
        "team_size": 3,
        "must_have": "offline mode",
        "success": "200 people come back weekly",
    },
    "ko": {
        "audience": "부산의 첫 이용자",
        "weeks": 9,
        "team_size": 3,
        "must_have": "오프라인 모드",
        "success": "매주 200명이 다시 방문",
    },
}
FEEDBACK = {
    "en": [
        "Add a family calendar",
        "Drop the offline mode",
        "make it cheaper",
        "Launch sooner please",
        "More about the offline mode",
        "The tone feels cold to me",
    ],
    "ko": [
        "가족 달력을 추가해 주세요",
        "오프라인 모드는 빼 주세요",
        "더 저렴하게 해 주세요",
        "일정을 앞당겨 주세요",
        "오프라인 모드를 더 자세히",
        "말투가 차갑게 느껴져요",
    ],
}
ALL = [*ENGLISH.values(), *KOREAN.values()]


def plan(idea, place=0, feedback=(), **changed):
    read = analyse(idea)
    brief = Brief(**{**BRIEFS[read.language], **changed})
    return write_plan(read, directions(read)[place], brief, feedback)


def sentences(text, *, headings):
    lines = [line for line in text.splitlines() if headings or not line.startswith("#")]
    pieces = (piece for line in lines for piece in re.split(r"(?<=[.!?。])\**\s+", line))
    return [bare for piece in pieces if (bare := re.sub(r"^[\s#*\-\[\]\d.]+|[\s*]+$", "", piece))]


def body(text):
    """The plan without the list of changes at its end."""
    return re.split(r"\n## (?:What changed after feedback|의견을 반영해 바뀐 점)\n", text)[0]


@pytest.mark.parametrize("headings", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("one", "other"),
    [*itertools.combinations(ENGLISH.values(), 2), *itertools.combinations(KOREAN.values(), 2)],
)
def test_two_different_ideas_share_less_than_half_their_sentences(one, other, place, headings):
    first = sentences(plan(one, place), headings=headings)
    second = sentences(plan(other, place), headings=headings)
    common = set(first) & set(second)
    for said in (first, second):
        assert sum(sentence in common for sentence in said) < len(said) / 2


@pytest.mark.parametrize("idea", ALL)
def test_nearly_every_sentence_names_something_of_the_idea_or_the_form(idea):
    read = analyse(idea)
    words = [*read.features, *read.keywords, *read.people, read.title, *read.constraints]
    words += [str(value) for value in BRIEFS[read.language].values() if isinstance(value, str)]
    said = sentences(plan(idea), headings=False)
    known = [word[:50].casefold() for word in words]
    own = [one for one in said if any(word in one.casefold() for word in known)]
    assert len(own) >= 0.9 * len(said)


@pytest.mark.parametrize("idea", ALL)
def test_the_same_input_gives_the_identical_plan(idea):
    feedback = FEEDBACK[analyse(idea).language]
    assert plan(idea, 1, feedback) == plan(idea, 1, feedback)


@pytest.mark.parametrize("idea", ALL)
def test_each_direction_gives_another_plan(idea):
    assert len({plan(idea, place) for place in range(3)}) == 3


@pytest.mark.parametrize("idea", ALL)
def test_each_field_of_the_form_changes_the_plan(idea):
    before = plan(idea)
    changes = {
        "audience": "월요일 모임 4기 회원",
        "weeks": 20,
        "team_size": 7,
        "must_have": "QR 7",
        "success": "NPS 61",
    }
    for field, value in changes.items():
        after = plan(idea, **{field: value})
        assert after != before
        assert str(value) in after


@pytest.mark.parametrize("idea", ALL)
def test_each_item_of_feedback_changes_the_content_and_not_only_the_list_of_changes(idea):
    before = plan(idea)
    for item in FEEDBACK[analyse(idea).language]:
        assert body(plan(idea, 0, [item])) != before


@pytest.mark.parametrize("idea", ALL)
def test_each_item_of_feedback_changes_a_plan_that_already_has_the_others(idea):
    feedback = FEEDBACK[analyse(idea).language]
    for count in range(1, len(feedback)):
        assert body(plan(idea, 0, feedback[: count + 1])) != body(plan(idea, 0, feedback[:count]))


def test_what_is_dropped_leaves_the_scope():
    after = plan(ENGLISH["meals"], 0, ["Please drop the lists"])
    assert "### 2. Share lists" not in after
    assert "**Left out:** “share lists”" in after
    korean = plan(KOREAN["fridge"], 0, ["장보기 목록은 빼 주세요"])
    assert "**제외:** ‘장보기 목록 공유’는" in korean


def test_a_dropped_lead_is_no_longer_the_direction():
    after = plan(ENGLISH["meals"], 0, ["Drop the weekly meals"])
    assert "Start narrow with “plan weekly meals”" not in after


def test_sooner_ends_the_plan_earlier():
    assert "Week 9:" in plan(ENGLISH["meals"])
    assert "Week 9:" not in plan(ENGLISH["meals"], 0, ["Can we launch sooner?"])
    assert "9주 차" not in plan(KOREAN["fridge"], 0, ["더 빨리 출시해요"])


@pytest.mark.parametrize(
    ("feedback", "wishes"),
    [
        ("Drop the chat and add payment by card", ["dropped", "added"]),
        ("채팅은 빼고 결제를 추가해주세요", ["dropped", "added"]),
        ("make it cheaper", ["cheaper"]),
        ("비용을 줄여 주세요", ["cheaper"]),
        ("more about safety", ["emphasised"]),
        ("안전을 더 강조해 주세요", ["emphasised"]),
        ("It needs to be done sooner", ["sooner"]),
        ("일정을 앞당겨 주세요", ["sooner"]),
        ("The tone feels cold", ["general"]),
        ("글쎄요", ["general"]),
        ("   ", []),
    ],
)
def test_feedback_is_understood(feedback, wishes):
    assert [remark.wish for remark in remarks_in(feedback)] == wishes


def test_the_subject_of_feedback_is_named_without_particles_or_articles():
    assert remarks_in("채팅은 빼고 결제를 추가해주세요")[1].subject == "결제"
    assert remarks_in("Add a family calendar please")[0].subject == "family calendar"
    assert remarks_in("Add a way to report a fault.")[0].subject == "report a fault"


@pytest.mark.parametrize("idea", KOREAN.values())
def test_a_korean_idea_gets_a_korean_plan(idea):
    text = plan(idea, 2, FEEDBACK["ko"])
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)


@pytest.mark.parametrize("idea", ENGLISH.values())
def test_an_english_idea_gets_an_english_plan(idea):
    assert not re.search(r"[가-힣]", plan(idea, 2, FEEDBACK["en"]))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("idea", ALL)
def test_the_text_has_no_doubled_words_stray_marks_or_open_placeholders(idea, place):
    text = plan(idea, place, FEEDBACK[analyse(idea).language])
    assert not re.search(r"\b(the|a|an|of|to|is|and|for|with) \1\b", text, re.IGNORECASE)
    assert not re.search(r" [,.;:!?]|,,|\.\.|,\.|:\.|[{}]|  ", text)
    assert not re.search(r"\*\*\s*\*\*|“”|‘’|None", text)
    for line in sentences(text, headings=False):
        assert not line.endswith((",", ";", "–"))


@pytest.mark.parametrize("idea", KOREAN.values())
def test_korean_particles_agree_with_the_word_before(idea):
    text = plan(idea, 2, FEEDBACK["ko"])
    for final, particle in re.findall(r"(.)’(을|를|은|는|과|와)(?=\s)", text):
        closed = (ord(final) - 0xAC00) % 28 != 0
        assert closed == (particle in "을은과"), f"{final}’{particle}"


@pytest.mark.parametrize("weeks", [1, 2, 3, 4, 5, 12, 52])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_milestones_fill_the_weeks_without_gap_or_overlap(weeks, place):
    text = plan(ENGLISH["farm"], place, weeks=weeks)
    spans = re.findall(r"^- \*\*Weeks? (\d+)(?:–(\d+))?:\*\*", text, re.MULTILINE)
    covered = [week for first, last in spans for week in range(int(first), int(last or first) + 1)]
    assert covered == list(range(1, weeks + 1))


def test_a_small_team_postpones_what_does_not_fit_and_a_large_one_works_in_tracks():
    assert "**After launch:**" in plan(ENGLISH["farm"], weeks=4, team_size=1)
    large = plan(ENGLISH["farm"], weeks=20, team_size=9)
    assert "**After launch:**" not in large
    assert "3 tracks" in large


HOSTILE = (
    "# Pwn\n\n## Risks\n- [x](javascript:alert(1)) <img src=x onerror=alert(1)> `code` "
    "***bold*** | a | b |\n---\n{title} {0} %s \\ &lt; \x00\x1b[31m\u202e\r\n> quote\n```\nfence"
)


@pytest.mark.parametrize("idea", [ENGLISH["meals"], KOREAN["fridge"]])
def test_hostile_text_in_any_field_leaves_the_structure_as_it_is(idea):
    changed = {"audience": HOSTILE[:200], "must_have": HOSTILE, "success": HOSTILE}
    read = analyse(idea)
    text = plan(idea, 0, [HOSTILE], **changed)
    headings = [line for line in text.splitlines() if line.startswith(("# ", "## "))]
    wanted = phrases_in(read.language).headings
    expected = [f"## {name}" for key, name in wanted.items() if key != "boundaries"]
    assert headings[1:] == expected
    assert is_safe(text)


@pytest.mark.parametrize("lead", ["", "가계부를 기록하고 공유하는 앱\n"])
def test_a_hostile_idea_leaves_the_structure_as_it_is(lead):
    read = analyse(lead + HOSTILE)
    brief = brief_model(read.language)(**suggested_brief(read))
    for direction in directions(read):
        assert is_safe(write_plan(read, direction, brief, [HOSTILE]))


def is_safe(text):
    return (
        not re.search(r"<|\x00|\x1b|\u202e|(?<!\\)`|(?<!\\)\[(?! \] )", text)
        and not re.search(r"^(?!#{1,3} |- |\*\*|$)[>|=`+~]|^-{3,}$", text, re.MULTILINE)
        and text.count("\n# ") == 0
    )


@pytest.mark.parametrize("idea", [*ALL, "🍕🚀!!", "app", HOSTILE, "x" * 5000, "아이디어 " * 900])
def test_suggested_values_pass_the_form_and_make_a_plan(idea):
    read = analyse(idea)
    brief = brief_model(read.language)(**suggested_brief(read))
    offered = directions(read)
    assert len({direction.id for direction in offered}) == 3
    for direction in offered:
        assert direction.id.isascii()
        assert len(direction.title) < 200
        assert write_plan(read, direction, brief).startswith("# ")


@pytest.mark.parametrize("idea", [idea for idea in ALL if len(idea) > 5])
def test_directions_name_things_of_the_idea(idea):
    read = analyse(idea)
    for direction in directions(read):
        named = (*read.features, read.title, read.keywords[0])
        assert any(name in direction.title for name in named)


def test_a_direction_of_ones_own_is_followed_too():
    read = analyse(ENGLISH["meals"])
    own = Direction(id="own", title="Ask schools first", description="Go through two schools")
    text = write_plan(read, own, Brief(**BRIEFS["en"]))
    assert "**Ask schools first.** Go through two schools." in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_form_is_titled_in_its_language_and_survives_pickling(language):
    model = brief_model(language)
    assert brief_model(language) is model
    fields = model.model_json_schema()["properties"]
    assert list(fields) == ["audience", "weeks", "team_size", "must_have", "success"]
    for field in fields.values():
        assert bool(re.search(r"[가-힣]", field["title"])) == (language == "ko")
        assert field["description"]
    filled = model(**BRIEFS[language])
    assert pickle.loads(pickle.dumps(filled)) == filled


@pytest.mark.parametrize(
    ("field", "value"),
    [("audience", " "), ("weeks", 0), ("weeks", 53), ("team_size", 51), ("must_have", "x" * 501)],
)
def test_a_form_out_of_bounds_is_refused(field, value):
    with pytest.raises(ValidationError):
        Brief(**{**BRIEFS["en"], field: value})


def leaves(value):
    if isinstance(value, str):
        return {"": value}
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    items = value.items() if hasattr(value, "items") else enumerate(value)
    return {f"{key}.{path}": leaf for key, inner in items for path, leaf in leaves(inner).items()}


def test_both_languages_say_the_same_set_of_sentences():
    english, korean = leaves(phrases_in("en")), leaves(phrases_in("ko"))
    assert isinstance(phrases_in("ko"), Phrases)
    assert english.keys() == korean.keys()
    for path, template in korean.items():
        assert re.search(r"[가-힣{]", template), path
        assert not re.search(r"[가-힣]", english[path]), path


FILLED = """
title topic audience people lead second rest all others riskiest name about does crew span must
limits limit feature features previous remark when what learning success last costly team tracks
needed capacity first count text
"""


def test_every_placeholder_is_one_the_planner_fills():
    known = re.findall(r"\w+", FILLED)
    for language in ("en", "ko"):
        for path, template in leaves(phrases_in(language)).items():
            names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
            assert names <= set(known), (language, path, names)
