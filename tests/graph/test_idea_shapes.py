"""Ideas in the shapes people type them: with a name, a colon, a wish, a list, two languages."""

import time

import pytest

from graph.analysis import analyse
from graph.demo import IDEAS
from graph.english_terms import LONGEST
from graph.hangul import past_stem, plain_form
from graph.prose import fill

LENDING = (
    "A neighbourhood app where people lend each other tools: list a drill or a ladder, reserve it "
    "for a weekend, get reminded to bring it back, and rate how it went. For city dwellers without "
    "a workshop; must work without payments."
)
KOREAN_LENDING = (
    "동네 이웃끼리 공구를 빌려주는 앱: 드릴이나 사다리를 등록하고, 주말에 예약하고, 반납할 때가 "
    "되면 알려 주고, 서로 후기를 남긴다. 작업실이 없는 도시 주민을 위한 것이며 결제 없이 쓸 수 "
    "있어야 한다."
)


def test_what_stands_before_a_colon_is_the_title_and_what_after_it_the_features():
    read = analyse(LENDING)
    assert read.title == "Neighbourhood App"
    assert read.features == (
        "list a drill or a ladder",
        "reserve it for a weekend",
        "get reminded to bring it back",
        "rate how it went",
    )
    assert read.people == ("city dwellers without a workshop",)
    assert read.constraints == ("must work without payments",)


def test_a_korean_name_before_a_colon_is_the_title_and_people_keep_their_clause():
    read = analyse(KOREAN_LENDING)
    assert read.title == "동네 이웃끼리 공구를 빌려주는 앱"
    assert read.features == (
        "드릴이나 사다리 등록",
        "주말에 예약",
        "반납할 때가 되면 알려주기",
        "서로 후기 남기기",
    )
    assert read.people == ("작업실이 없는 도시 주민",)
    assert read.constraints == ("결제 없이 쓸 수 있어야 한다",)


def test_the_offered_ideas_are_read_alike_in_both_languages():
    english, korean = analyse(IDEAS["en"]), analyse(IDEAS["ko"])
    assert english.title == "Tool-sharing App for Neighbours"
    assert korean.title == "이웃 공구 대여 앱"
    assert len(english.features) == len(korean.features) == 4
    assert len(english.constraints) == len(korean.constraints) == 1


@pytest.mark.parametrize(
    ("idea", "title"),
    [
        ("PlantPal: reminds you to water your plants and identifies diseases", "PlantPal"),
        ("Name: QuietHours. A web app that lets visitors see free rooms", "QuietHours"),
        ("Airbnb for storage space", "Airbnb for Storage Space"),
        ("habit tracker but for couples", "Habit Tracker for Couples"),
        ("game where kids learn fractions by running a pizza shop", "Fractions Game"),
        ("an app for dog owners to find walking buddies nearby", "Walking Buddies App"),
        ("offline-first note taking app w/ tags and sync", "Offline-first Note Taking App"),
        ("i want an app where neighbours borrow stuff from each other", "Borrow Stuff App"),
        ("Food bank shifts\n\n- Sign-up: pick a shift\n- Reports", "Food Bank Shifts"),
        ("강아지 산책 기록 앱 만들고 싶어요", "강아지 산책 기록 앱"),
        ("AI로 회의록을 자동으로 요약하고 Slack으로 보내주는 봇", "회의록 요약 봇"),
        ("사장님들이 예약을 받고 노쇼를 줄일 수 있게 도와주는 서비스", "예약 서비스"),
        ("초등학생이 영어 단어를 게임처럼 외우는 앱", "영어 단어를 게임처럼 외우는 앱"),
        (
            "우리 동네 맛집 지도. 주민 추천을 모으고, 혼밥하기 좋은 곳을 찾는다",
            "우리 동네 맛집 지도",
        ),
        ("할 일 관리 앱 - 마감일 알림, 팀원과 공유", "할 일 관리 앱"),
        ("이름: 모두의 독서\n- 읽은 책 기록\n- 인용구 공유", "모두의 독서"),
        ("PM을 위한 user interview 정리 툴. Notion export 필요", "user interview 정리 툴"),
    ],
)
def test_the_title_is_a_name_that_ends_where_a_phrase_ends(idea, title):
    assert analyse(idea).title == title
    assert len(title) <= LONGEST


@pytest.mark.parametrize(
    ("idea", "features"),
    [
        (
            "PlantPal: reminds you to water your plants, and connects you with gardeners",
            ("remind them to water their plants", "connect them with gardeners"),
        ),
        (
            "Fridge map: post what you dropped off, find a fridge",
            ("post what they dropped off", "find a fridge"),
        ),
        (
            "Features: upload photos, chat, secure payment",
            ("upload photos", "chat", "secure payment"),
        ),
        (
            "A platform connecting farmers with chefs so that chefs can order online",
            ("connect farmers with chefs", "order online"),
        ),
        ("A shop system. Staff can reorder with one tap.", ("reorder with one tap",)),
        ("Family button: press it to call, see photos", ("press it to call", "see photos")),
        ("단어 앱. 매일 단어를 주고 틀린 단어는 다시 나오게 하고 부모가 진도를 본다",
         ("단어", "매일 단어 주기", "틀린 단어는 다시 나오게 하기", "부모가 진도 보기")),
        ("요리 앱. 남은 재료로 만들 요리를 추천해줬으면 좋겠어요",
         ("요리", "남은 재료로 만들 요리 추천")),
        ("동네 맛집 앱. 혼밥하기 좋은 곳을 찾을 수 있었으면",
         ("동네 맛집", "혼밥하기 좋은 곳 찾기")),
        ("약 먹을 시간에 알림을 보내고, 드셨는지 자녀가 확인할 수 있는 앱",
         ("약 먹을 시간에 알림 보내기", "드셨는지 확인")),
        ("비용을 정산하는 기능, 산책 코스를 공유", ("비용 정산", "산책 코스 공유")),
        ("회의실 앱. 직원이 회의실을 확인하고 예약할 수 있다", ("회의실", "회의실 확인, 예약")),
        ("핵심 기능: 사진 인식, 레시피 추천, 장보기 목록",
         ("사진 인식", "레시피 추천", "장보기 목록")),
    ],
)  # fmt: skip
def test_each_feature_is_a_whole_phrase(idea, features):
    assert analyse(idea).features == features


@pytest.mark.parametrize(
    ("idea", "people"),
    [
        ("책을 꾸준히 읽고 싶은 직장인을 위한 독서 앱", "책을 꾸준히 읽고 싶은 직장인"),
        ("People in one apartment block을 위한 공구 대여 앱", "People in one apartment block"),
        ("1. 출석 체크\n2. PT 예약\n동네 헬스장 운영자용 프로그램", "동네 헬스장 운영자"),
        ("A site for people who want to learn Korean", "people who want to learn Korean"),
        ("An inventory system for small bakeries", "small bakeries"),
    ],
)
def test_people_are_named_with_what_describes_them(idea, people):
    assert analyse(idea).people == (people,)


def test_those_a_thing_is_done_with_are_not_whom_it_is_for():
    assert analyse("An app that splits the bill with friends").people == ()
    assert analyse("친구들과 일정을 짜는 서비스").people == ()


@pytest.mark.parametrize("label", ["Problem", "문제"])
def test_a_labelled_problem_is_background(label):
    idea = {
        "Problem": "Problem: parents forget events.\nSolution: an app that reads school emails.",
        "문제": "문제: 행사를 자꾸 잊는다.\n아이디어: 학교 소식을 모으고 알림을 보내는 앱",
    }[label]
    features = {"Problem": ("read school emails",), "문제": ("학교 소식 모으기", "알림 보내기")}
    assert analyse(idea).features == features[label]


def test_a_time_or_an_address_holds_no_colon_to_part_at():
    assert "see https://example.org" in analyse("A tool that lets us see https://example.org").idea
    assert "18:00 이후 예약" in analyse("식당 앱\n- 18:00 이후 예약").features


@pytest.mark.parametrize(
    ("past", "told"),
    [
        ("추천해줬", "추천해준다"),
        ("남겼", "남긴다"),
        ("찾았", "찾는다"),
        ("했", "한다"),
        ("봤", "본다"),
    ],
)
def test_a_korean_wish_becomes_a_statement(past, told):
    assert plain_form(past_stem(past)) == told


def test_a_korean_sentence_leaves_the_persons_own_words_as_they_are():
    words = {"who": "people in one block"}
    assert fill("{who}에게 먼저 보여 줍니다.", words).startswith("people in")
    assert fill("{who} come first.", words).startswith("People in")


@pytest.mark.parametrize(
    "piece",
    [
        "을 위한 것이며 ",
        "좋았으면 ",
        "수 있었으면 ",
        "platform making ",
        "for cooks without ",
        "a: ",
    ],
)
def test_a_shape_said_a_thousand_times_is_read_quickly(piece):
    began = time.perf_counter()
    assert analyse(f"앱 {piece * (50_000 // len(piece))}").title
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "idea", ["list app", "Mealo: without ads", "앱: 예약", ": app", "app:", "을 위한 앱", "a: b: c"]
)
def test_a_shape_cut_short_is_still_read(idea):
    read = analyse(idea)
    assert read.title
    assert read.features
