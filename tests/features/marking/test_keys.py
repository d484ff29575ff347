"""The keys of the marking screen: the usual ones, one's own, or none."""

import json
from http import HTTPStatus

import pytest

from tests import pages
from tests.browser import Browser
from tests.features.marking.conftest import Desk
from tests.pages import main_words

PLACE = "/teach/marking/keys"
OWN = {"next": "n", "previous": "P", "waiting": "w", "comment": ".", "phrase": "z", "is_on": "y"}


def _working(desk: Desk, browser: Browser) -> dict[str, str]:
    """What the screen listens to."""
    screen = pages.parse(browser.get(desk.page).text).find(".//*[@data-marking]")
    assert screen is not None
    found: dict[str, str] = json.loads(screen.get("data-keys-of", ""))
    return found


def test_until_one_chooses_the_usual_keys_work(desk: Desk, teacher: Browser) -> None:
    assert _working(desk, teacher) == {
        "next": "j", "previous": "k", "waiting": "u", "comment": "c", "phrase": "/", "level": "1-5",
    }  # fmt: skip


def test_chosen_keys_work_and_are_told_for_who_chose_them_only(
    desk: Desk, teacher: Browser, colleague: Browser
) -> None:
    assert teacher.submit(PLACE, OWN).status_code == HTTPStatus.SEE_OTHER
    keys = _working(desk, teacher)
    assert (keys["next"], keys["previous"], keys["comment"]) == ("n", "p", ".")
    assert "press ., or copy" in main_words(teacher.get(desk.page))
    assert _working(desk, colleague)["next"] == "j"
    teacher.submit(PLACE, {"do": "usual"})
    assert _working(desk, teacher)["next"] == "j"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("n", "N is the key for “next submission” already. Choose another one."),
        ("3", "Choose one letter, or one of"),
        ("?", "Choose one letter, or one of"),
        ("", "Choose one letter, or one of"),
        ("é", "Choose one letter, or one of"),
        ("ab", "Choose one letter, or one of"),
    ],
)
def test_a_key_that_cannot_be_is_refused_and_nothing_is_lost(
    desk: Desk, teacher: Browser, key: str, said: str
) -> None:
    refused = teacher.submit(PLACE, {**OWN, "comment": key})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in main_words(refused)
    assert 'value="Z"' in refused.text
    assert _working(desk, teacher)["next"] == "j"


def test_switched_off_no_key_of_one_sign_works(desk: Desk, teacher: Browser) -> None:
    teacher.post(PLACE, data={key: sign for key, sign in OWN.items() if key != "is_on"})
    assert _working(desk, teacher) == {}
    assert "Single-key shortcuts are off" in teacher.get(desk.page).text


def test_keys_are_for_instructors(writer: Browser) -> None:
    assert writer.get(PLACE).status_code == HTTPStatus.NOT_FOUND
