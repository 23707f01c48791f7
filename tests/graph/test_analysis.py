"""What is read out of an idea, in both languages."""

import time

import pytest

from graph import hangul
from graph.analysis import analyse
from graph.prose import Term, capitalised, language_of, with_article

MEALS = (
    "An app that helps busy parents plan weekly meals, share grocery lists and track pantry stock "
    "without ads"
)
FRIDGE = (
    "바쁜 직장인을 위해 냉장고 재료로 만들 수 있는 요리를 추천하고 장보기 목록을 공유하는 앱을 "
    "만들고 싶어요."
)
CLINIC = """Clinic scheduling
- Book appointments online
- Send SMS reminders to patients
* Waiting list
1. Video calls
Users: small clinics, nurses
Budget: $20,000"""


def test_an_english_sentence_gives_its_features_people_and_limits():
    read = analyse(MEALS)
    assert read.language == "en"
    assert read.title == "Weekly Meals App"
    assert read.features == ("plan weekly meals", "share grocery lists", "track pantry stock")
    assert read.people == ("busy parents",)
    assert read.constraints == ("without ads",)
    assert read.keywords[0] == "weekly meals"


def test_a_korean_sentence_gives_its_features_and_people():
    read = analyse(FRIDGE)
    assert read.language == "ko"
    assert read.title == "냉장고 재료 앱"
    assert read.features == ("냉장고 재료로 만들 수 있는 요리 추천", "장보기 목록 공유")
    assert read.people == ("바쁜 직장인",)
    assert "장보기 목록" in read.keywords


def test_a_list_gives_one_feature_an_item_and_its_labels_are_understood():
    read = analyse(CLINIC)
    assert read.title == "Clinic Scheduling"
    assert read.features == (
        "book appointments online",
        "send SMS reminders to patients",
        "Waiting list",
        "Video calls",
    )
    assert read.people == ("small clinics", "nurses")
    assert read.constraints == ("budget $20,000",)


def test_a_korean_list_gives_one_feature_an_item_and_its_labels_are_understood():
    read = analyse(
        "안부 챗봇\n- 안부 전화 걸기\n- 복약 시간 알려주기\n대상: 독거 어르신\n예산: 3000만원 이하"
    )
    assert "안부 전화 걸기" in read.features
    assert "복약 시간 알려주기" in read.features
    assert read.people == ("독거 어르신",)
    assert read.constraints == ("예산 3000만원 이하",)


def test_korean_limits_are_found():
    read = analyse("광고 없이 8주 안에 대학생이 강의 노트를 공유하는 앱")
    assert "8주 안에" in read.constraints
    assert any("광고 없이" in limit for limit in read.constraints)
    assert read.people == ("대학생",)


def test_verbs_in_other_forms_come_out_in_their_base_form():
    read = analyse("A browser extension which summarizes long articles and reads them aloud")
    assert read.features == ("summarize long articles", "read them aloud")
    assert analyse("A platform for tracking carbon emissions").features == (
        "track carbon emissions",
    )


def test_two_people_in_one_idea_are_both_found():
    read = analyse(
        "A marketplace where local farmers sell surplus vegetables. Restaurants order it."
    )
    assert read.people[0] == "local farmers"
    assert "restaurants" in read.people


def test_in_a_long_paragraph_the_complaint_before_the_wish_is_not_taken_for_a_feature():
    read = analyse(
        "Our hiking club has about 120 members and every weekend somebody has to work out who "
        "drives. "
        "I would like a small web app where members can offer seats and join a trip. Leaders "
        "should "
        "be able to approve participants. It has to work on old phones, must not cost more than "
        "$30 "
        "a month, and needs to be ready before April."
    )
    assert read.features == ("offer seats", "join a trip", "approve participants")
    assert read.people == ("members", "leaders")
    assert read.constraints == (
        "has to work on old phones",
        "must not cost more than $30 a month",
        "needs to be ready before April",
    )


def test_in_a_long_korean_paragraph_the_complaint_is_not_taken_for_a_feature():
    read = analyse(
        "우리 회사는 매달 수백 건의 문의를 이메일로 받는데 읽고 답하느라 시간이 너무 오래 "
        "걸립니다. "
        "그래서 문의를 자동으로 분류하고 초안을 작성해 주는 시스템을 만들고 싶습니다. 담당자는 "
        "초안을 "
        "검토하고 보낼 수 있어야 합니다. 개인정보는 외부로 나가면 안 됩니다."
    )
    assert read.features == ("문의를 자동으로 분류", "초안 작성", "초안 검토", "보내기")
    assert "담당자" in read.people
    assert read.constraints == ("개인정보는 외부로 나가면 안 됩니다",)


@pytest.mark.parametrize(
    "idea", ["Todo", "가계부", "x", "앱", "app", "42", "🍕🚀!!", "...", "<b></b>", "- "]
)
def test_the_shortest_idea_still_has_a_title_a_feature_and_a_keyword(idea):
    read = analyse(idea)
    assert read.title
    assert read.features
    assert read.keywords


@pytest.mark.parametrize("idea", ["", "  \n\t ", "\u200b\u200b", "\x00\x07"])
def test_a_blank_idea_is_refused(idea):
    with pytest.raises(ValueError, match="blank"):
        analyse(idea)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("React로 만드는 할 일 관리 앱", "ko"),
        ("A K-pop 앨범 tracker for international fans", "en"),
        ("Slack bot 으로 회의록 요약하기", "ko"),
        ("123 !!", "en"),
    ],
)
def test_the_language_is_korean_when_a_fair_share_of_letters_is(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "piece",
    [
        "track meals and ",
        "가나다를 공유하고 ",
        "x",
        "가",
        ", ",
        "\n- a b",
        "<a ",
        "[a",
        "for ",
        "위한 ",
        "없이",
        "( ",
    ],
)
def test_a_very_long_idea_is_read_quickly_and_stays_bounded(piece):
    began = time.perf_counter()
    read = analyse("idea " + piece * (100_000 // len(piece)))
    assert time.perf_counter() - began < 1
    assert len(read.model_dump_json()) < 20_000


def test_the_same_idea_is_read_the_same_twice():
    assert analyse(FRIDGE) == analyse(FRIDGE)


def test_markup_and_control_characters_do_not_reach_the_finds():
    read = analyse(
        "# My *app*\x00 <script>alert(1)</script> to [share](http://x.y) **photos**\u202e"
    )
    everything = " ".join((read.title, *read.features, *read.keywords))
    assert not set(everything) & set("<>*#[]\x00\u202e")


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("목록", "을", "목록을"),
        ("요리", "을", "요리를"),
        ("직장인", "이", "직장인이"),
        ("가계부", "은", "가계부는"),
        ("서울", "로", "서울로"),
        ("집", "로", "집으로"),
        ("‘공유’", "와", "‘공유’와"),
        ("8주", "로", "8주로"),
        ("GPS", "을", "GPS를"),
        ("PDF 3", "은", "PDF 3은"),
        ("Notion", "이", "Notion이"),
    ],
)
def test_a_korean_particle_follows_the_last_sound(word, particle, expected):
    assert hangul.with_particle(word, particle) == expected
    assert f"{Term(word):{particle}}" == expected


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("목록을", "목록"),
        ("고양이가", "고양이"),
        ("학생들이", "학생"),
        ("회의", "회의"),
        ("앱으로", "앱"),
    ],
)
def test_a_particle_is_taken_off_a_noun_but_never_a_part_of_it(word, noun):
    assert hangul.without_particle(word) == noun


def test_english_articles_and_capitals_follow_the_sound_and_the_word():
    assert with_article("hour") == "an hour"
    assert with_article("user") == "a user"
    assert with_article("SMS") == "an SMS"
    assert capitalised("“plan meals” works") == "“Plan meals” works"
    assert capitalised("iPhone app") == "iPhone app"
