"""How often each bar of a picture was pointed at: in the picture, and in words beside it."""

import csv
import re
from collections.abc import Callable, Sequence
from io import StringIO

import pytest

from course.accounts.models import User
from course.curriculum.quizzes import HotspotQuestion
from course.quizzes.models import Sitting
from course.teaching.pictures import LETTERS
from tests.browser import Browser
from tests.factories import Factory
from tests.features.teaching import sat
from tests.pages import main_words, parse

SignIn = Callable[[User], Browser]
Pointed = Callable[[Sequence[int | None]], Sitting]


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


@pytest.fixture
def item(make: Factory) -> HotspotQuestion:
    found = next(item for item in make.quiz().quiz.items if item.type == "hotspot")
    assert isinstance(found, HotspotQuestion)
    return found


@pytest.fixture
def pointed(make: Factory, teacher: User, item: HotspotQuestion) -> Pointed:
    """``pointed([0, 0, None])``: learners who pointed at these bars, by their place."""

    def points(places: Sequence[int | None]) -> Sitting:
        with make.together():
            people = [make.learner() for _place in places]
            group = make.group(instructors=[teacher], learners=people)
            sitting = make.sitting(people[0], group=group)
            for learner, place in zip(people, places, strict=True):
                given = {} if place is None else {item.slug: [item.bars[place].slug]}
                sat.handed_in(make, learner, sitting, given)
        return sitting

    return points


def page_of(sitting: Sitting, rest: str = "figures") -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/{rest}"


def test_the_picture_has_each_bar_with_the_share_of_who_pointed_at_it(
    browser: Browser, pointed: Pointed, item: HotspotQuestion
) -> None:
    sitting = pointed([0] * 5 + [1] * 13 + [None] * 2)
    page = parse(browser.get(page_of(sitting)).text)
    (picture,) = [svg for svg in page.iter() if svg.get("class") == "plot bars"]
    bars = [rect for rect in picture.iter() if rect.tag.endswith("rect")]
    texts = ["".join(text.itertext()) for text in picture.iter() if text.tag.endswith("text")]
    assert len(bars) == len(item.bars)
    right = [bar.right for bar in item.bars]
    assert [bar.get("class") == "right" for bar in bars] == right
    assert texts[0::3] == ["25%", "65%", *["0%"] * (len(bars) - 2)]
    assert texts[1::3] == [
        f"{letter}✓" if bar.right else letter
        for letter, bar in zip(LETTERS, item.bars, strict=False)
    ]
    assert texts[2::3] == [str(bar.value) for bar in item.bars]
    # The darker, the more pointed at it; the higher, the more there was.
    dark = [float(bar.get("fill-opacity", "")) for bar in bars]
    assert dark[1] > dark[0] > dark[2]
    heights = [float(bar.get("height", "")) for bar in bars]
    assert sorted(range(len(bars)), key=lambda at: heights[at]) == sorted(
        range(len(bars)), key=lambda at: item.bars[at].value
    )


def test_the_same_stands_in_the_table_and_in_the_file(
    browser: Browser, pointed: Pointed, item: HotspotQuestion
) -> None:
    sitting = pointed([0] * 5 + [1] * 13 + [None] * 2)
    words = main_words(browser.get(page_of(sitting)))
    for letter, bar, share in zip("AB", item.bars, ("25%", "65%"), strict=False):
        right = " right" if bar.right else ""
        assert f"{letter}. {bar.label['en']} ({bar.value}){right} {share}" in words
    answer = browser.get(page_of(sitting, "files/figures.csv"))
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    named = f"{item.bars[1].label['en']} ({item.bars[1].value})"
    assert [row[4] for row in rows if row[2:4] == [named, "chosen, in percent"]] == ["65"]


def test_below_ten_nothing_is_told_of_where_anybody_pointed(
    browser: Browser, pointed: Pointed
) -> None:
    page = browser.get(page_of(pointed([0] * 9)))
    assert "plot bars" not in page.text
    assert not re.search(r"\d%", main_words(page))
