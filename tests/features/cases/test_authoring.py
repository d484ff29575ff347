"""Behind a case: what the check says first, the case in words, and a look at any moment."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from course.accounts.models import User
from tests import pages
from tests.browser import Browser
from tests.curriculum.case_examples import CASE as CASE_FILE
from tests.curriculum.case_examples import case_with
from tests.factories import Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import heading
from tests.pages import main_words

SignIn = Callable[[User], Browser]
URL = "/author/cases/aan-de-deur"
HANDED_OVER = "consult: true\n        does: [gesloten + 1]"


@pytest.fixture(autouse=True)
def small_case(small_course: SmallCourse) -> SmallCourse:
    small_course.publish({CASE_FILE: case_with()})
    return small_course


@pytest.fixture
def browser(sign_in: SignIn, make: Factory) -> Browser:
    return sign_in(make.instructor(language="en"))


def set_to(page: TestResponse, name: str) -> str | None:
    """What the preview is set to, beside it."""
    field = pages.parse(page.text).find(f".//aside//input[@name='{name}']")
    return None if field is None else field.get("value")


def test_what_the_check_says_comes_before_the_map_and_the_outline(browser: Browser) -> None:
    words = main_words(browser.get(URL))
    assert words.index("What the check says") < words.index("Map From the start")
    assert words.index("Map From the start") < words.index("The doorstep decision")


def test_what_a_choice_needs_and_does_is_told_in_words(browser: Browser) -> None:
    words = main_words(browser.get(URL))
    assert "needs “Trust” at least 2" in words
    assert "does: “Trust” up by 1; a note in the dossier" in words
    assert "“March” after 12 weeks, if “Trust” at least 1" in words
    assert "1.5 hours, 1 week" in words
    assert "1 weeks" not in words


def test_the_same_is_told_in_dutch(sign_in: SignIn, make: Factory) -> None:
    words = main_words(sign_in(make.instructor()).get(URL))
    assert "“Vertrouwen”" in words
    assert "vertrouwen + 1" not in words


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("vertrouwen = 2", "“Trust” becomes 2"),
        ("vertrouwen - 2", "“Trust” down by 2"),
        ("in 1 week maart with 40%", "“March” after 1 week, with a chance of 40%"),
        ("in 2 weeks maart if seen stoep >= 2 and week < 9",
         "“March” after 2 weeks, if “The doorstep” seen: at least 2 and week: below 9"),
        ("in 2 weeks maart if vertrouwen == 2", "if “Trust” exactly 2"),
        ("in 2 weeks maart if vertrouwen != 2", "if “Trust” not 2"),
        ("in 2 weeks maart if vertrouwen <= 2", "if “Trust” at most 2"),
        ("in 2 weeks maart if vertrouwen > 2", "if “Trust” above 2"),
    ],
)  # fmt: skip
def test_each_sentence_has_its_words(
    browser: Browser, small_case: SmallCourse, sentence: str, told: str
) -> None:
    changed = case_with((HANDED_OVER, HANDED_OVER.replace("]", f', "{sentence}"]')))
    small_case.publish({CASE_FILE: changed})
    assert told in main_words(browser.get(URL))


def test_a_clock_that_starts_is_told(browser: Browser, small_case: SmallCourse) -> None:
    clock = "  - {name: stilte, max: 9, clock: true}\nnotes:\n"
    starts = HANDED_OVER.replace("]", ", start stilte]")
    changes = (("notes:\n", clock), (HANDED_OVER, starts))
    small_case.publish({CASE_FILE: case_with(*changes)})
    assert "“stilte” begins to count" in main_words(browser.get(URL))


def test_a_preview_is_that_of_who_comes_there_by_the_shortest_way(browser: Browser) -> None:
    page = browser.get(f"{URL}/preview?node=tafel")
    assert heading(page) == "Preview: At the table"
    assert (set_to(page, "week"), set_to(page, "vertrouwen")) == ("1", "2")
    words = main_words(page)
    assert "week 1 · 1.5 hours of work" in words
    assert "I come again next week. 4 hours" in words
    assert "Your card hangs there." in page.text  # in the dossier
    assert "A woman of fifty." in page.text


def test_the_week_and_the_ledgers_of_a_preview_can_be_set(browser: Browser) -> None:
    page = browser.get(f"{URL}/preview?node=tafel&week=30&vertrouwen=0")
    words = main_words(page)
    assert "week 30" in words
    assert "She does not ask you." in words


def test_a_preview_shows_what_one_knows_and_does_not_know(
    browser: Browser, small_case: SmallCourse
) -> None:
    known = (
        "    known: [{nl: Ze is thuis., en: She is in.}]\n"
        "    unknown: [{nl: Met wie., en: With whom.}]\n"
        "    options:\n      - slug: kaartje"
    )
    small_case.publish({CASE_FILE: case_with(("    options:\n      - slug: kaartje", known))})
    words = main_words(browser.get(f"{URL}/preview"))
    assert "She is in." in words.partition("What you know")[2]
    assert "With whom." in words.partition("What you do not know")[2]


@pytest.mark.parametrize("page", ["", "/preview"])
def test_who_does_not_teach_sees_nothing_behind_a_case(
    sign_in: SignIn, outsider: User, page: str
) -> None:
    assert sign_in(outsider).get(URL + page).status_code == 404


def test_who_teaches_finds_the_way_behind_the_cases_and_others_do_not(
    sign_in: SignIn, make: Factory, outsider: User
) -> None:
    instructor = make.instructor(language="en")
    browser, group = sign_in(instructor), make.group(instructors=[instructor])
    for page in ("/cases/", f"/teach/groups/{group.id}"):
        assert 'href="/author/cases/"' in browser.get(page).text
    assert "/author/cases/" not in sign_in(outsider).get("/cases/").text
