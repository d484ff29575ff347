"""How the items did: nothing below ten, no discrimination below twenty, and files to take along."""

import csv
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from http import HTTPStatus
from io import BytesIO, StringIO
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.db import db
from course.curriculum.quizzes import WeighingItem
from course.groups import queries as groups
from course.quizzes.models import Mark, Sitting
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import Factory
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
Sat = Callable[..., Sitting]
FORMULA = '=HYPERLINK("http://example.org","klik")'


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


@pytest.fixture
def taken(make: Factory, teacher: User) -> Sat:
    """``taken(20)``: a quiz that so many learners handed in, each in their own way."""

    def takes(size: int, *, essay: bool = False, name: str = "", **rules: Any) -> Sitting:
        random = Random(size)
        edition = make.quiz()
        with make.together():
            people = [make.learner(**({"name": name} if name else {})) for _one in range(size)]
            group = make.group(instructors=[teacher], learners=people)
            sitting = make.sitting(people[0], group=group, **rules)
            for place, learner in enumerate(people):
                given = dict(sat.somehow(edition, random, ability=(place + 1) / size))
                if not essay:
                    given = {
                        slug: kept for slug, kept in given.items() if not _is_essay(make, slug)
                    }
                sat.handed_in(make, learner, sitting, given)
        return sitting

    return takes


def _is_essay(make: Factory, slug: str) -> bool:
    item = make.quiz().quiz.item(slug)
    return item is not None and item.type == "essay"


def page_of(sitting: Sitting, rest: str = "figures") -> str:
    return f"/teach/groups/{sitting.group_id}/quizzes/{sitting.id}/{rest}"


def rows_of(answer: TestResponse) -> list[list[str]]:
    """The rows of a CSV file, heading included."""
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def texts_of(answer: TestResponse) -> tuple[list[str], list[str]]:
    """The texts and the formulas in a workbook."""
    book = ZipFile(BytesIO(answer.data))
    texts = book.read("xl/sharedStrings.xml").decode()
    names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    sheets = "".join(book.read(name).decode() for name in names)
    found = [unescape(text) for text in re.findall(r"<t[^>]*>([^<]*)</t>", texts)]
    return found, re.findall(r"<f>[^<]*</f>", sheets)


# --- The page ------------------------------------------------------------------------------


def test_below_ten_there_is_nothing_and_it_says_so(browser: Browser, taken: Sat) -> None:
    page = browser.get(page_of(taken(9)))
    words = main_words(page)
    assert "Figures begin at 10 students" in words
    assert '<svg class="plot"' not in page.text
    assert "%" not in words.partition("Figures begin")[2]


def test_from_ten_there_are_figures_but_none_of_who_did_well_on_the_rest(
    browser: Browser, taken: Sat
) -> None:
    page = browser.get(page_of(taken(19)))
    words = main_words(page)
    assert "from 20 students on, so it is left out" in words
    assert "It takes 20 attempts; with fewer it would be chance." in words
    assert "share of the points earned" in words
    assert '<svg class="plot"' not in page.text


def test_from_twenty_there_are_pictures_with_a_table_behind(browser: Browser, taken: Sat) -> None:
    page = browser.get(page_of(taken(24)))
    words = main_words(page)
    assert "24 students handed it in" in words
    assert "The items side by side" in words
    assert "weakest third (n 8)" in words
    assert page.text.count('<svg class="plot"') >= 2
    assert "With these numbers it could also be otherwise." in words


def test_an_item_that_waits_to_be_read_is_left_out_and_named(browser: Browser, taken: Sat) -> None:
    words = main_words(browser.get(page_of(taken(12, essay=True))))
    assert "1 item is left out, because answers to it still wait to be read" in words


def test_only_the_first_attempt_that_was_handed_in_is_counted(
    browser: Browser, taken: Sat, make: Factory, in_app: InApp
) -> None:
    sitting = taken(12)
    before = browser.get(page_of(sitting, "files/figures.csv")).data
    with in_app():
        learners = groups.members(sitting.group_id)
        people = [db.session.get_one(User, learner.user_id) for learner in learners]
    for learner in people[:3]:
        sat.handed_in(make, learner, sitting, sat.right(make.quiz()))
    assert browser.get(page_of(sitting, "files/figures.csv")).data == before


@pytest.mark.parametrize("learners", [10, 40])
def test_it_takes_the_same_queries_for_any_number_of_learners(
    browser: Browser, taken: Sat, count_queries: CountsQueries, learners: int
) -> None:
    sitting = taken(learners)
    with count_queries() as sent:
        page = browser.get(page_of(sitting))
    assert f"{learners} students handed it in" in main_words(page)
    # Who is signed in, the group, the sitting, changed keys, attempts, marks, responses, how the
    # group weighed, the panel.
    assert len(sent) == 9, sent


# --- Files ---------------------------------------------------------------------------------


def test_a_name_or_a_text_never_becomes_a_formula(browser: Browser, taken: Sat) -> None:
    sitting = taken(10, name=FORMULA)
    rows = rows_of(browser.get(page_of(sitting, "files/marks.csv")))
    assert {row[0] for row in rows[1:]} == {f"'{FORMULA}"}
    texts, formulas = texts_of(browser.get(page_of(sitting, "files/marks.xlsx")))
    assert FORMULA in texts
    assert formulas == []


def test_marks_hold_points_that_count_and_not_how_somebody_weighed(
    browser: Browser, taken: Sat, make: Factory
) -> None:
    rows = rows_of(browser.get(page_of(taken(3), "files/marks.csv")))
    assert len(rows) == 4
    items = make.quiz().quiz.items
    for item in items:
        stands = any(item.prompt["en"][:60] in cell for cell in rows[0])
        assert not (stands and item.type in {"sct", "slider", "points100", "sjt_rank", "bestworst"})
    assert rows[0][:2] == ["Student", "Attempt"]


def test_a_weighing_beside_a_fictional_panel_counts_nowhere(browser: Browser, taken: Sat) -> None:
    plain, counting = taken(10), taken(10, weighings_count=True)
    without = rows_of(browser.get(page_of(plain, "files/marks.csv")))
    rows = rows_of(browser.get(page_of(counting, "files/marks.csv")))
    assert rows[0] == without[0]
    assert not any("fictional" in cell for cell in rows[0])


def test_one_that_counted_before_keeps_its_points_and_its_label(
    browser: Browser, taken: Sat, in_app: InApp, make: Factory
) -> None:
    sitting = taken(10, weighings_count=True)
    weighing = next(item for item in make.quiz().quiz.items if isinstance(item, WeighingItem))
    with in_app():
        db.session.execute(update(Mark).filter_by(item=weighing.slug).values(maximum=1))
        db.session.commit()
    rows = rows_of(browser.get(page_of(sitting, "files/marks.csv")))
    assert any("(fictional panel)" in cell for cell in rows[0])
    assert any("made up by the authors" in row[0] for row in rows)
    assert "fictional panel" in main_words(browser.get(page_of(sitting)))


def test_figures_come_with_n_interval_and_what_they_say(browser: Browser, taken: Sat) -> None:
    sitting = taken(24)
    rows = rows_of(browser.get(page_of(sitting, "files/figures.csv")))
    mean = next(row for row in rows if row[3] == "mean, in percent")
    assert float(mean[5]) < float(mean[4]) < float(mean[6])
    assert mean[7] == "24"
    assert mean[8].startswith("The quiz was")
    texts, formulas = texts_of(browser.get(page_of(sitting, "files/figures.xlsx")))
    assert "mean, in percent" in texts
    assert formulas == []


def test_files_are_for_instructors_of_the_group_only(
    sign_in: SignIn, taken: Sat, make: Factory, outsider: User
) -> None:
    sitting = taken(1)
    for somebody in (outsider, make.instructor(), make.administrator()):
        browser = sign_in(somebody)
        for rest in ("figures", "files/marks.csv", "files/figures.xlsx"):
            assert browser.get(page_of(sitting, rest)).status_code == HTTPStatus.NOT_FOUND
