"""Reading the audit: all of it by administrators, and by everybody what is about themselves."""

import csv
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from io import StringIO

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.audit.models import Kind
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.factories import LESSON, Factory
from tests.features.marking.conftest import Desk, desk, teacher, writer
from tests.pages import main_words

__all__ = ["desk", "teacher", "writer"]  # fixtures

SignIn = Callable[[User], Browser]


@pytest.fixture
def boss(make: Factory) -> User:
    """An administrator who reads English, as the texts in the code."""
    return make.administrator(name="Bo Beheer", language="en")


def rows(answer: TestResponse) -> list[list[str]]:
    """A CSV file without its heading."""
    text = answer.data.decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))[1:]


def test_an_administrator_finds_by_person_kind_and_period(
    make: Factory, boss: User, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    ida, lena = make.instructor(name="Ida Docent"), make.learner(name="Lena 100%")
    group = make.group(name="SW-2B")
    make.seen(lena, ida, group_id=group.id)
    clock.shift(timedelta(days=1))
    make.seen(make.learner(name="Otto"), ida, kind=Kind.EXPORTED, about="")
    browser = sign_in(boss)
    every = main_words(browser.get("/admin/audit"))
    assert every.index("Otto") < every.index("Lena 100%")
    assert "SW-2B" in every

    def found(query: str) -> list[str]:
        return [row[3] for row in rows(browser.get(f"/admin/audit.csv?{query}"))]

    assert found("") == found("person=ida") == ["Otto", "Lena 100%"]
    assert found("person=100%25") == ["Lena 100%"]
    assert found("person=%25") == ["Lena 100%"]  # the sign, and not "anything"
    assert found("kind=exported") == ["Otto"]
    assert found("since=2026-03-03") == ["Otto"]
    assert found("until=2026-03-02") == ["Lena 100%"]
    assert found("since=2026-03-02&until=2026-03-03&person=otto") == ["Otto"]
    assert "Nothing fits these filters." in main_words(browser.get("/admin/audit?person=niemand"))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-03-03&until=2026-03-02", 422),
        ("since=gisteren", 422),
        ("kind=gelezen", 422),
        ("until=9999-12-31", 200),
        ("since=0001-01-01", 200),
        ("page=0", 404),
    ],
)
def test_filters_that_no_day_or_kind_fits_are_refused_with_what_is_wrong(
    boss: User, sign_in: SignIn, query: str, status: int
) -> None:
    assert sign_in(boss).get(f"/admin/audit?{query}").status_code == status


def test_a_name_never_becomes_a_formula(make: Factory, boss: User, sign_in: SignIn) -> None:
    make.seen(make.learner(name="=1+1"), make.instructor(name="@SUM(A1)"))
    ((_when, who, _what, whom, _group, _about),) = rows(sign_in(boss).get("/admin/audit.csv"))
    assert (who, whom) == ("'@SUM(A1)", "'=1+1")


@pytest.mark.parametrize("count", [1, 60])
def test_pages_of_fifty_take_the_same_queries(
    make: Factory, boss: User, sign_in: SignIn, count_queries: CountsQueries, count: int
) -> None:
    lena, ida = make.learner(name="Lena"), make.instructor(name="Ida")
    with make.together():
        for _entry in range(count):
            make.seen(lena, ida)
    browser = sign_in(boss)
    with count_queries() as sent:
        page = browser.get("/admin/audit")
    assert len(sent) == 2, sent  # Who is signed in, and the lines.
    assert page.text.count("<td>Ida</td>") == min(count, 50)
    assert ("Older" in main_words(page)) == (count == 60)
    if count == 60:
        assert browser.get("/admin/audit?page=2").text.count("<td>Ida</td>") == 10
    with count_queries() as sent:
        sign_in(lena).get("/me/privacy/seen")
    assert len([statement for statement in sent if "audit" in statement]) == 1


def test_a_student_reads_in_words_who_did_what_of_theirs_and_nothing_of_others(
    make: Factory, sign_in: SignIn, outsider: User
) -> None:
    lena, ida = make.learner(language="en"), make.instructor(name="Ida Docent")
    make.seen(lena, ida, kind=Kind.ROLE, about="instructor")
    make.seen(lena, ida, about=f"{LESSON}/een-stap-die-verdween")
    make.seen(lena, None, kind=Kind.EXPORTED, about="")
    make.seen(outsider, ida, kind=Kind.VIEWED_AS, about="")
    for path in ("/me/privacy", "/me/privacy/seen"):
        page = main_words(sign_in(lena).get(path))
        assert "Ida Docent gave you another role: instructor" in page
        assert f"Ida Docent read what you wrote: {make.edition().lesson.title.en}" in page
        somebody = "Somebody without an account now, or the program"
        assert f"{somebody} downloaded a table with your grade or points in it" in page
        assert "viewed the site as you see it" not in page
        assert "looking at a list or a board" in page


def test_while_names_are_hidden_the_reader_is_a_marker(
    app: Flask, desk: Desk, teacher: Browser, writer: Browser
) -> None:
    desk.finish(teacher)
    before = main_words(writer.get("/me/privacy/seen"))
    assert "A marker marked your work" in before
    assert "Daan Docent" not in before
    assert "Daan" not in writer.get("/me/privacy/weegschaal.json").text
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    assert "Daan Docent marked your work" in main_words(writer.get("/me/privacy/seen"))


def test_only_administrators_read_the_audit(
    make: Factory, sign_in: SignIn, client: Browser
) -> None:
    make.seen(make.learner(name="Lena"), make.instructor(name="Ida"))
    for who in (make.learner(), make.instructor()):
        for path in ("/admin/audit", "/admin/audit.csv"):
            answer = sign_in(who).get(path)
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert "Lena" not in answer.text
    assert client.get("/admin/audit").location == "/login?next=/admin/audit"
