"""Fellow students read each other: anonymous both ways, and nobody waits for who is missing."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from flask import Flask

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.domain.grades import Scheme
from course.groups.models import Group
from course.lessons.models import Enrolment
from course.marking import asking, peers, queries, rubrics
from course.marking.asking import Asked
from course.marking.models import Assignment, PeerReview
from course.reflections.models import Submission
from tests.browser import Browser
from tests.factories import LESSON, Factory
from tests.features.at_once import at_once, click
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
EACH = 2  # texts to read
WRITERS = 6


class Class:
    """A group in which everybody handed in, with peer review on."""

    def __init__(self, app: Flask, make: Factory, *, writers: int = WRITERS) -> None:
        self.teacher = make.instructor(language="en")
        self.learners = [
            make.learner(name=f"Learner {number} Surname", language="en")
            for number in range(writers)
        ]
        self.group: Group = make.group(instructors=[self.teacher], learners=self.learners)
        self.texts: list[Submission] = [
            make.submission(make.enrolment(learner), text=f"The story of writer {number}.")
            for number, learner in enumerate(self.learners)
        ]
        step = make.step("reflect")
        with app.app_context():
            edition = rubrics.current("korte-reflectie")
            assert edition is not None
            asked = Asked(
                rubric=edition,
                scheme=Scheme(),
                peers=EACH,
                peers_until=now() + timedelta(days=7),
            )
            made = asking.ask(self.group.id, LESSON, step.slug, asked, by=self.teacher.id)
            self.assignment_id = made.id

    def assignment(self) -> Assignment:
        found = queries.assignment_for(self.teacher.id, self.assignment_id)
        assert found is not None
        return found

    @property
    def url(self) -> str:
        return f"/teach/marking/{self.assignment_id}/peers"

    def reviews(self) -> Sequence[PeerReview]:
        return peers.reviews_in(self.assignment_id)


@pytest.fixture
def a_class(app: Flask, make: Factory) -> Class:
    return Class(app, make)


@pytest.fixture
def given_out(a_class: Class, app: Flask) -> Class:
    with app.app_context():
        assert peers.give_out(a_class.assignment()) == WRITERS * EACH
    return a_class


def filled(comment: str = "Strong, and what did she say?") -> dict[str, str]:
    levels = {f"level-{slug}": "1" for slug in ("eigen-aandeel", "weging", "handelen")}
    return {**levels, "comment": comment}


def review_of(a_class: Class, user: User) -> PeerReview:
    return next(row for row in a_class.reviews() if row.user_id == user.id)


def test_everybody_reads_as_many_as_they_are_read_and_never_themselves(
    given_out: Class, app: Flask
) -> None:
    with app.app_context():
        rows = given_out.reviews()
        writer_of = {text.id: text.user_id for text in given_out.texts}
        for learner in given_out.learners:
            mine = [row for row in rows if row.user_id == learner.id]
            of_me = [row for row in rows if writer_of[row.submission_id] == learner.id]
            assert len(mine) == len(of_me) == EACH
            assert learner.id not in {writer_of[row.submission_id] for row in mine}


def test_giving_out_twice_and_at_once_gives_out_once(
    a_class: Class, sign_in: SignIn, app: Flask
) -> None:
    clicks = [click(sign_in(a_class.teacher), a_class.url, {"do": "give"}) for _click in range(8)]
    at_once(clicks)
    with app.app_context():
        assert len(a_class.reviews()) == WRITERS * EACH


def test_a_reader_sees_no_name_and_a_writer_sees_no_name(
    given_out: Class, sign_in: SignIn, in_app: InApp
) -> None:
    reader = given_out.learners[0]
    with in_app():
        review = review_of(given_out, reader)
        writer_id = next(
            text.user_id for text in given_out.texts if text.id == review.submission_id
        )
    browser = sign_in(reader)
    page = browser.get(f"/peer/{review.public_id}")
    for other in given_out.learners[1:]:
        assert other.name not in page.text
    done = browser.submit(f"/peer/{review.public_id}", {**filled(), "do": "done"})
    assert done.status_code == HTTPStatus.SEE_OTHER
    with in_app():
        said = peers.said_about(review.submission_id)
        assert [row.comment for row in said] == ["Strong, and what did she say?"]
    writer = next(learner for learner in given_out.learners if learner.id == writer_id)
    assert reader.name not in sign_in(writer).get("/home").text


def test_an_outsider_and_another_reader_see_nothing_of_it(
    given_out: Class, sign_in: SignIn, make: Factory, in_app: InApp
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
    for stranger in (make.learner(), given_out.learners[1], make.instructor()):
        browser = sign_in(stranger)
        assert browser.get(f"/peer/{review.public_id}").status_code == HTTPStatus.NOT_FOUND
        sent = browser.post(f"/peer/{review.public_id}", data=filled())
        assert sent.status_code == HTTPStatus.NOT_FOUND
    assert sign_in(make.instructor()).get(given_out.url).status_code == HTTPStatus.NOT_FOUND
    assert sign_in(given_out.learners[0]).get(given_out.url).status_code == HTTPStatus.NOT_FOUND


def test_a_review_without_words_is_not_done_and_nothing_is_lost(
    given_out: Class, sign_in: SignIn, in_app: InApp
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
    browser = sign_in(given_out.learners[0])
    url = f"/peer/{review.public_id}"
    refused = browser.submit(url, {**filled(comment=""), "do": "done"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "write what helps the writer" in main_words(refused)
    assert "checked" in refused.text


def test_what_its_writer_took_back_is_read_by_nobody_until_it_is_handed_in_anew(
    given_out: Class, sign_in: SignIn, in_app: InApp, make: Factory
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
        text = next(row for row in given_out.texts if row.id == review.submission_id)
    writer = next(one for one in given_out.learners if one.id == text.user_id)
    browser, url = sign_in(given_out.learners[0]), f"/peer/{review.public_id}"
    before = browser.get(url)
    assert text.text in main_words(before)
    sign_in(writer).post(f"/reflections/{text.public_id}/withdraw")
    gone = browser.get(url)
    assert gone.status_code == HTTPStatus.GONE
    assert text.text not in gone.text
    assert url not in browser.get("/home").text
    late = browser.submit(before, {**filled("Half said."), "do": "done"}, action=url)
    assert late.status_code == HTTPStatus.GONE
    assert "Half said." in main_words(late)
    assert "taken back by the writer" in main_words(sign_in(given_out.teacher).get(given_out.url))
    with in_app():
        run = db.session.get_one(Enrolment, text.enrolment_id)
    make.submission(run, text="Without her name.", number=2)
    sign_in(given_out.teacher).submit(given_out.url, {"do": "give"})
    assert "Without her name." in main_words(browser.get(url))


def test_what_a_reader_types_is_saved_by_the_page_itself(
    given_out: Class, sign_in: SignIn, in_app: InApp
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
    browser, url = sign_in(given_out.learners[0]), f"/peer/{review.public_id}"
    sent = {**filled("typed"), "revision": "0"}
    saved = browser.post(url, data=sent, headers={"Accept": "application/json"})
    assert (saved.status_code, saved.get_json()["revision"]) == (HTTPStatus.OK, 1)
    assert "typed" in main_words(browser.get(url))
    other = browser.post(
        url, data={**sent, "comment": "older"}, headers={"Accept": "application/json"}
    )
    assert other.status_code == HTTPStatus.CONFLICT
    assert other.get_json()["content"]["comment"] == ["typed"]


def test_before_handing_in_a_writer_is_told_that_fellow_students_read_it(
    a_class: Class, sign_in: SignIn, make: Factory
) -> None:
    late, alone = make.learner(language="en"), make.learner(language="en")
    make.membership(a_class.group, late)
    told = "2 fellow students will read it too, without your name."
    step = f"/lessons/{LESSON}/{make.step('reflect').slug}"
    for learner, is_told in ((late, True), (alone, False)):
        browser = sign_in(learner)
        assert (told in main_words(browser.get(step))) is is_told
        confirm = browser.submit(step, {"text": "I rang the bell."}).location
        assert (told in main_words(browser.get(confirm))) is is_told
        receipt = browser.submit(confirm).location
        assert (told in main_words(browser.get(receipt))) is is_told


def test_an_older_window_writes_over_nothing(
    given_out: Class, sign_in: SignIn, in_app: InApp
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
    browser = sign_in(given_out.learners[0])
    url = f"/peer/{review.public_id}"
    old = browser.get(url)
    browser.submit(browser.get(url), {**filled("newer"), "do": "save"}, action=url)
    stale = browser.submit(old, {**filled("older"), "do": "save"}, action=url)
    assert stale.status_code == HTTPStatus.CONFLICT
    assert "older" in stale.text
    with in_app():
        assert review_of(given_out, given_out.learners[0]).comment == "newer"


def test_after_the_end_nothing_more_is_taken_and_the_draft_stays(
    given_out: Class, sign_in: SignIn, in_app: InApp
) -> None:
    with in_app():
        review = review_of(given_out, given_out.learners[0])
    browser = sign_in(given_out.learners[0])
    url = f"/peer/{review.public_id}"
    browser.submit(url, {**filled("in time"), "do": "save"})
    page = browser.get(url)
    with time_machine.travel(now() + timedelta(days=7, seconds=1), tick=False):
        late = browser.submit(page, {**filled("late"), "do": "save"}, action=url)
        assert late.status_code == HTTPStatus.BAD_REQUEST
    with in_app():
        assert review_of(given_out, given_out.learners[0]).comment == "in time"


def test_who_hands_in_later_gets_a_ring_of_their_own(
    given_out: Class, make: Factory, app: Flask
) -> None:
    late = [make.learner() for _number in range(3)]
    for learner in late:
        make.membership(given_out.group, learner)
        make.submission(make.enrolment(learner), text="Later than the others.")
    with app.app_context():
        assert peers.give_out(given_out.assignment()) == len(late) * EACH
        before = {learner.id for learner in given_out.learners}
        assert all(
            sum(row.user_id == learner.id for row in given_out.reviews()) == EACH
            for learner in given_out.learners
        )
        assert {row.user_id for row in given_out.reviews()} - before == {one.id for one in late}


def test_what_a_missing_student_did_not_read_goes_to_those_with_the_fewest(
    given_out: Class, sign_in: SignIn, app: Flask
) -> None:
    missing = given_out.learners[0]
    for learner in given_out.learners[1:]:
        with app.app_context():
            mine = [row.public_id for row in given_out.reviews() if row.user_id == learner.id]
        for public_id in mine:
            sign_in(learner).submit(f"/peer/{public_id}", {**filled(), "do": "done"})
    with app.app_context():
        assert peers.replace_missing(given_out.assignment()) == EACH
        rows = given_out.reviews()
        assert missing.id not in {row.user_id for row in rows}
        for text in given_out.texts:
            readers = [row.user_id for row in rows if row.submission_id == text.id]
            assert len(readers) == len(set(readers)) == EACH
            assert text.user_id not in readers


def test_with_one_text_it_says_to_wait(app: Flask, make: Factory, sign_in: SignIn) -> None:
    alone = Class(app, make, writers=1)
    refused = sign_in(alone.teacher).submit(alone.url, {"do": "give"})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Two reflections are needed" in main_words(refused)
    with app.app_context():
        assert db.session.query(PeerReview).count() == 0
