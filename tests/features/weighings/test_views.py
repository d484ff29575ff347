"""The scale over HTTP: weighing, what comes of it, and weighing again."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from course.accounts.models import User
from course.core.db import db
from course.lessons.models import Draft, StepDone
from course.weighings.models import Weighing
from tests import pages
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import WEIGHED, alert, ticked, typed
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

# No word for what a weighing is worth, in either language.
WORTH = re.compile(r"\b(points?|scores?|marks?|grades?|punt(en)?|cijfers?)\b", re.IGNORECASE)


@pytest.fixture
def reader(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(language="en")


@pytest.fixture
def browser(sign_in: SignIn, reader: User, small_course: SmallCourse) -> Browser:
    """The browser of the reader."""
    return sign_in(reader)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the weighing is."""
    return small_course.url("wegen")


def weights(agreement: tuple[int, int], client: tuple[int, int]) -> dict[str, str]:
    """The fields of four weights."""
    names = ("agreement-wachtlijst", "agreement-geld", "client-deur", "client-vertrouwen")
    return {name: str(weight) for name, weight in zip(names, (*agreement, *client), strict=True)}


def weighings(in_app: InApp) -> list[Weighing]:
    """All that were kept."""
    with in_app():
        return list(db.session.scalars(select(Weighing).order_by(Weighing.id)))


def error_at(page_text: str, name: str) -> str:
    """The message that belongs to the group of radio buttons with this name."""
    for group in pages.parse(page_text).iter("fieldset"):
        if any(item.get("name") == name for item in group.iter("input")):
            described_by = group.get("aria-describedby", "")
            message = pages.parse(page_text).find(f".//*[@id='{described_by}']")
            return "" if message is None else pages.words(message)
    raise AssertionError(f"there is no group of {name}")


# --- The arithmetic ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreement", "client", "said", "degrees"),
    [
        ((3, 2), (4, 3), "Agreement 5, client 7: towards the client.", "2.0"),
        ((4, 3), (3, 2), "Agreement 7, client 5: towards the agreement.", "-2.0"),
        ((4, 4), (0, 0), "Agreement 8, client 0: clearly towards the agreement.", "-12.0"),
        ((0, 0), (0, 1), "Agreement 0, client 1: clearly towards the client.", "12.0"),
        ((1, 0), (3, 0), "Agreement 1, client 3: clearly towards the client.", "6.0"),
        ((2, 2), (2, 2), "Agreement 4, client 4: in balance.", "0.0"),
    ],
)
def test_the_scale_shows_the_sums_and_which_way_it_leans(
    in_app: InApp,
    browser: Browser,
    url: str,
    agreement: tuple[int, int],
    client: tuple[int, int],
    said: str,
    degrees: str,
) -> None:
    answer = browser.submit(url, {**WEIGHED, **weights(agreement, client)})
    assert (answer.status_code, answer.location) == (303, f"{url}#result")
    page = browser.get(url)
    assert said in main_words(page)
    assert f'transform="rotate({degrees} 320 56)"' in page.text
    (kept,) = weighings(in_app)
    assert (kept.agreement, kept.client) == (list(agreement), list(client))
    assert (kept.agreement_sum, kept.client_sum) == (sum(agreement), sum(client))


def test_half_a_weighing_shows_how_the_scale_hangs_so_far(browser: Browser, url: str) -> None:
    browser.submit(url, {"agreement-geld": "4", "client-deur": "1", "do": "save"})
    page = browser.get(url)
    assert "The scales: agreement 4, client 1" in page.text
    assert 'transform="rotate(-7.2 320 56)"' in page.text  # (1 - 4) / (1 + 4) of 12 degrees


def totals(page_text: str) -> list[str]:
    """The numbers at the pans and in the picture, agreement first."""
    page = pages.parse(page_text)
    return [
        pages.words(found)
        for name in ("data-total", "data-sum")
        for side in ("agreement", "client")
        for found in page.findall(f".//*[@{name}='{side}']")
    ]


def test_totals_are_shown_once_they_are_known(browser: Browser, url: str) -> None:
    assert totals(browser.get(url).text) == [
        "",
        "",
        "",
        "",
    ]  # a script counts along; no script, no 0
    refused = browser.submit(url, {"agreement-geld": "4", "client-deur": "0"})
    assert refused.status_code == 422
    assert totals(refused.text) == ["4", "0", "4", "0"]


def test_nothing_is_chosen_beforehand(browser: Browser, url: str) -> None:
    page = browser.get(url)
    for name in WEIGHED:
        assert name == "reason" or ticked(page, name) == []
    assert 'transform="rotate(0.0 320 56)"' in page.text


# --- What is refused -----------------------------------------------------------------------


def test_a_scale_with_nothing_on_it_is_refused_and_all_that_was_typed_stays(
    in_app: InApp, browser: Browser, url: str
) -> None:
    page = browser.submit(url, {**WEIGHED, **weights((0, 0), (0, 0))})
    assert page.status_code == 422
    message = "Give at least one consideration more weight than 0."
    assert message in alert(page)
    assert message in error_at(page.text, "action")
    for name, given in WEIGHED.items():
        if name == "reason":
            assert typed(page, name) == given
        else:
            assert ticked(page, name) == [given if name == "action" else "0"]
    assert weighings(in_app) == []


@pytest.mark.parametrize("missing", [name for name in WEIGHED if "-" in name])
def test_a_missing_weight_is_named_where_it_is_missing(
    in_app: InApp, browser: Browser, url: str, missing: str
) -> None:
    filled = {name: given for name, given in WEIGHED.items() if name != missing}
    page = browser.submit(url, filled)
    assert page.status_code == 422
    for name in WEIGHED:
        expected = "Error: Give this a weight from 0 to 4." if name == missing else ""
        assert name == "reason" or error_at(page.text, name) == expected
    assert typed(page, "reason") == WEIGHED["reason"]
    assert weighings(in_app) == []


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("action", "", "Choose what you would do."),
        ("action", "weglopen", "Not a valid choice."),
        ("client-deur", "5", "Not a valid choice."),
        ("client-deur", "-1", "Not a valid choice."),
        ("client-deur", "3.5", "Not a valid choice."),
        ("client-deur", "9" * 30, "Not a valid choice."),
        ("reason", "", "Write why, in a sentence or two."),
        ("reason", " \r\n ", "Write why, in a sentence or two."),
        ("reason", "a" * 601, "This is longer than 600 characters. Keep the heart of it."),
    ],
)
def test_what_cannot_be_weighed_is_refused_with_a_reason(
    in_app: InApp, browser: Browser, url: str, name: str, given: str, message: str
) -> None:
    page = browser.post(url, data={**WEIGHED, name: given})
    assert page.status_code == 422
    assert message in alert(page)
    if name == "reason":
        assert typed(page, "reason") == given.strip()
    assert weighings(in_app) == []


def test_a_reason_of_600_characters_is_kept_with_a_line_end_as_one(
    in_app: InApp, browser: Browser, url: str
) -> None:
    reason = "é" * 299 + "\n" + "é" * 300
    answer = browser.submit(url, {**WEIGHED, "reason": reason.replace("\n", "\r\n")})
    assert answer.status_code == 303
    assert weighings(in_app)[0].reason == reason


# --- Once ----------------------------------------------------------------------------------


def test_a_weighing_finishes_the_step_and_takes_the_place_of_its_draft(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, {**WEIGHED, "do": "save"})
    browser.submit(url)
    with in_app():
        assert db.session.scalars(select(StepDone.step)).all() == ["wegen"]
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_the_first_weighing_stands(
    in_app: InApp, sign_in: SignIn, reader: User, browser: Browser, url: str
) -> None:
    other = sign_in(reader)
    opened = other.get(url)
    browser.submit(url, WEIGHED)
    second = other.submit(opened, {**WEIGHED, "reason": "Toch anders."})
    assert second.status_code == 303
    assert "You weighed this before; that weighing stands." in other.get(url).text
    assert [item.reason for item in weighings(in_app)] == [WEIGHED["reason"]]


def test_eight_clicks_at_once_weigh_once(
    in_app: InApp, sign_in: SignIn, reader: User, small_course: SmallCourse, url: str
) -> None:
    windows = [sign_in(reader) for _window in range(8)]
    answers = at_once([click(window, url, WEIGHED) for window in windows])
    assert {answer.location for answer in answers} == {f"{url}#result"}
    assert len(weighings(in_app)) == 1
    again = small_course.url("opnieuw")
    at_once([click(window, again, WEIGHED) for window in windows])
    assert [item.step for item in weighings(in_app)] == ["wegen", "opnieuw"]


# --- What comes of it ----------------------------------------------------------------------


def test_the_result_shows_what_the_action_does_for_whom(browser: Browser, url: str) -> None:
    browser.submit(url, {**WEIGHED, "action": "afronden"})
    table = pages.parse(browser.get(url).text).find(".//table/tbody")
    assert table is not None
    assert [[pages.words(cell) for cell in row] for row in table] == [
        ["the client", "May come back."],
        ["you", "Room."],
        ["the agreement", "Met."],
    ]


def test_the_example_voices_are_told_to_be_fictional(browser: Browser, url: str) -> None:
    browser.submit(url, WEIGHED)
    voices = [
        pages.words(item)
        for item in pages.parse(browser.get(url).text).iter("li")
        if item.get("class") == "voice"
    ]
    assert voices == [
        "Team leader fictional example voice agreement 5 client 2 I close the case. "
        "The list is long.",
        "Youth worker fictional example voice agreement 1 client 7 I keep coming. "
        "Letting go now is a waste.",
        "Commissioner fictional example voice agreement 4 client 4 I close the case. Both count.",
    ]


def test_others_are_shown_only_after_weighing_oneself(
    client: Browser, browser: Browser, url: str
) -> None:
    english = {"Accept-Language": "en"}
    for page in (client.get(url, headers=english), browser.get(url)):
        for told in ("The list is long.", "May come back.", "And those who wait?", "W1 and W5"):
            assert told not in page.text


def test_a_voice_against_can_be_answered_and_answered_again(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, WEIGHED)
    assert "And those who wait?" in main_words(browser.get(url))
    for words in ("Die zie ik ook.", "Die zie ik morgen."):
        answer = browser.submit(url, {"reply": words})
        assert (answer.status_code, answer.location) == (303, f"{url}#counter")
        page = browser.get(url)
        assert "Your answer is saved." in page.text
        assert typed(page, "reply") == words
    assert [item.reply for item in weighings(in_app)] == ["Die zie ik morgen."]


def test_an_answer_that_is_too_long_is_refused_and_stays(
    in_app: InApp, browser: Browser, url: str
) -> None:
    browser.submit(url, WEIGHED)
    page = browser.submit(url, {"reply": "a" * 601})
    assert page.status_code == 422
    assert "This is longer than 600 characters." in alert(page)
    assert typed(page, "reply") == "a" * 601
    assert weighings(in_app)[0].reply is None


@pytest.mark.parametrize("words", ["Die zie ik ook.", "a" * 601])
def test_who_has_not_weighed_is_not_told_that_an_answer_was_saved(
    in_app: InApp, browser: Browser, url: str, words: str
) -> None:
    answer = browser.post(url, data={"reply": words})
    assert (answer.status_code, answer.location) == (303, url)
    assert "Your answer is saved." not in browser.get(url).text
    assert weighings(in_app) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_weighing_has_no_points_anywhere(
    sign_in: SignIn, make: Factory, small_course: SmallCourse, language: str
) -> None:
    browser = sign_in(make.learner(language=language))
    asked = [browser.get(small_course.url("wegen"))]
    browser.submit(small_course.url("wegen"), WEIGHED)
    browser.submit(small_course.url("opnieuw"), {**WEIGHED, **weights((4, 4), (0, 1))})
    shown = [browser.get(small_course.url(step)) for step in ("wegen", "opnieuw", "finished", "")]
    for page in [*asked, *shown, browser.get("/home")]:
        assert WORTH.findall(main_words(page)) == []


# --- Weighing again ------------------------------------------------------------------------


def test_one_weighs_again_only_after_the_first_time(
    in_app: InApp, browser: Browser, small_course: SmallCourse
) -> None:
    again = small_course.url("opnieuw")
    page = browser.get(again)
    assert "Do the first weighing first: Weighing" in main_words(page)
    assert "client-deur" not in page.text
    answer = browser.post(again, data=WEIGHED)
    assert (answer.status_code, answer.location) == (303, again)
    assert "Do the first weighing before you weigh again." in browser.get(again).text
    assert weighings(in_app) == []


def test_what_shifted_is_asked_only_after_weighing_again(
    browser: Browser, small_course: SmallCourse
) -> None:
    browser.submit(small_course.url("wegen"), WEIGHED)
    again = small_course.url("opnieuw")
    before = main_words(browser.get(again))
    assert "What weighs most?" in before
    assert "What shifted?" not in before
    browser.submit(again, WEIGHED)
    assert "What shifted?" in main_words(browser.get(again))


@pytest.mark.parametrize(
    ("agreement", "client", "moved"),
    [
        ((0, 1), (4, 4), "Your weighing moved towards the client."),
        ((4, 4), (0, 1), "Your weighing moved towards the agreement."),
        ((2, 3), (3, 4), "The balance stayed the same."),
    ],
)
def test_both_weighings_are_kept_and_stand_beside_each_other(
    in_app: InApp,
    browser: Browser,
    small_course: SmallCourse,
    agreement: tuple[int, int],
    client: tuple[int, int],
    moved: str,
) -> None:
    browser.submit(small_course.url("wegen"), WEIGHED)
    again = small_course.url("opnieuw")
    before = main_words(browser.get(again))
    assert "How you weighed before agreement 5 client 7 towards the client." in before
    browser.submit(again, {**WEIGHED, **weights(agreement, client), "reason": "Nu anders."})
    page = browser.get(again)
    cards = [
        [pages.words(heading) for heading in card.iter("h2")]
        for card in pages.parse(page.text).iter("section")
        if card.get("class") == "card weighed"
    ]
    assert cards == [["Then"], ["Now"]]
    words = main_words(page)
    assert moved in words
    assert "Moving is no better than staying." in words
    assert WEIGHED["reason"] in words
    assert "Nu anders." in words
    assert [(item.step, item.scale, item.agreement) for item in weighings(in_app)] == [
        ("wegen", "wegen", [3, 2]),
        ("opnieuw", "wegen", list(agreement)),
    ]
    # The page of the first weighing stays as it was.
    assert "Nu anders." not in browser.get(small_course.url("wegen")).text


def test_the_reflection_has_both_weighings_beside_it(
    browser: Browser, small_course: SmallCourse
) -> None:
    writing = small_course.url("schrijven")
    browser.submit(small_course.url("lezen"))
    assert "You have not weighed this yet: Weighing" in main_words(browser.get(writing))
    browser.submit(small_course.url("wegen"), WEIGHED)
    browser.submit(small_course.url("opnieuw"), {**WEIGHED, **weights((4, 4), (0, 1))})
    page = browser.get(writing)
    beside = [
        [pages.words(part) for part in item.iter("span")]
        for item in pages.parse(page.text).iter("div")
        if item.get("class") == "beside"
    ]
    assert beside == [
        ["agreement 5", "client 7", "“De deur gaat net open.”"],
        ["agreement 8", "client 1", "“De deur gaat net open.”"],
    ]
    assert "You have not weighed this yet" not in main_words(page)


def test_a_weighing_is_seen_by_nobody_else(
    client: Browser, sign_in: SignIn, outsider: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {**WEIGHED, "reason": "Alleen van mij."})
    for other in (client, sign_in(outsider)):
        assert "Alleen van mij." not in other.get(url).text
