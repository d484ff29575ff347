"""Four eyes: blind until both are done, then one result; a sample; a third; anchors."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Part
from course.marking import queries
from course.marking.models import Agreed, Assignment
from course.marking.queries import Item, Stand
from tests import pages
from tests.browser import Browser
from tests.features.marking.conftest import CRITERIA, Desk
from tests.pages import main_words


@pytest.fixture
def twice(desk: Desk) -> Desk:
    """Everything is read twice, by the colleague too."""
    desk.set(seconds="all", second_marker_id=desk.colleague.id)
    return desk


def _agreed(desk: Desk) -> list[Agreed]:
    with desk.app.app_context():
        return list(db.session.scalars(select(Agreed)))


def _item(desk: Desk, marker: User) -> Item:
    with desk.app.app_context():
        assignment = queries.assignment_for(marker.id, desk.assignment.id)
        assert assignment is not None
        (item,) = queries.queue(assignment, marker.id)
        return item


def _stand(desk: Desk, marker: User) -> Stand:
    return _item(desk, marker).stand


def test_what_a_page_is_made_from_holds_nothing_of_the_other(
    twice: Desk, teacher: Browser, colleague: Browser
) -> None:
    twice.finish(teacher)
    assert _item(twice, twice.colleague).markings == {}
    twice.finish(colleague)
    assert set(_item(twice, twice.colleague).markings) == {twice.teacher.id, twice.colleague.id}


def test_neither_sees_the_other_before_both_are_done(
    twice: Desk, teacher: Browser, colleague: Browser
) -> None:
    twice.finish(teacher, level=3, comment="Oordeel van Daan.")
    for place in (twice.page, f"{twice.url}/results", "/teach/marking"):
        page = colleague.get(place)
        assert "Oordeel van Daan." not in page.text
        assert "10.0" not in main_words(page)
    assert colleague.get(f"{twice.page}/compare").status_code == HTTPStatus.NOT_FOUND
    assert teacher.get(f"{twice.page}/compare").status_code == HTTPStatus.NOT_FOUND
    assert "waits for the other reader" in main_words(teacher.get(f"{twice.url}/results"))
    refused = teacher.post(f"{twice.url}/results", data={"do": "chosen", "code": twice.code})
    assert refused.status_code == HTTPStatus.CONFLICT
    twice.finish(colleague, level=2)
    assert "Oordeel van Daan." in colleague.get(f"{twice.page}/compare").text


def test_two_that_were_seen_are_not_worked_on_again(
    twice: Desk, teacher: Browser, colleague: Browser
) -> None:
    twice.finish(teacher)
    twice.finish(colleague)
    assert 'value="reopen"' not in teacher.get(twice.page).text
    refused = teacher.post(twice.page, data=twice.judgement(do="reopen", revision="2"))
    assert refused.status_code == HTTPStatus.CONFLICT


def test_two_that_are_close_take_the_mean_in_one_click(
    twice: Desk, teacher: Browser, colleague: Browser, writer: Browser
) -> None:
    twice.finish(teacher, level=2)
    last = {f"level-{CRITERIA[2]}": "3"}
    twice.finish(colleague, level=2, **last)
    assert twice.code in main_words(teacher.get(f"{twice.url}/results"))
    teacher.submit(f"{twice.page}/compare", {"do": "mean"})
    (row,) = _agreed(twice)
    assert row.how == "mean"
    teacher.submit(f"{twice.url}/results", {"do": "all"})
    told = main_words(writer.get(f"/reflections/{twice.submission.public_id}/feedback"))
    assert "7.2" in told


@pytest.fixture
def returned(twice: Desk, teacher: Browser, colleague: Browser) -> Desk:
    """Read by two, who differ at one criterion, took the mean, and returned it."""
    said = f"{twice.page}/remarks"
    for who, quote, words in [
        (colleague, "Zij deed open", "Hoe keek zij?"),
        (teacher, "ik luisterde niet", "Wat maakte dat?"),
    ]:
        who.submit(twice.page, {"quote": quote, "text": words}, action=said)
    twice.finish(colleague, level=2, comment="Van de tweede.", **{f"level-{CRITERIA[2]}": "3"})
    twice.finish(teacher, level=2, comment="Van de eerste.")
    teacher.submit(f"{twice.page}/compare", {"do": "mean"})
    teacher.submit(f"{twice.url}/results", {"do": "all"})
    return twice


def test_the_learner_reads_what_both_said_and_where_they_differed(
    returned: Desk, writer: Browser
) -> None:
    page = writer.get(f"/reflections/{returned.submission.public_id}/feedback")
    told = main_words(page)
    assert "2 instructors read your text" in told
    assert "The grade is the mean of both." in told
    assert told.index("Reader 1Van de eerste.") < told.index("Reader 2Van de tweede.")
    assert "Reader 1 Wat maakte dat?" in told
    assert "Reader 2 Hoe keek zij?" in told
    apart = [pages.words(each) for each in pages.parse(page.text).findall(".//dl/div")]
    assert [each.split("/")[0][-1] for each in apart] == ["3", "4"]  # at the one criterion
    assert ("Daan" in page.text, "Cora" in page.text) == (False, False)


def test_what_both_say_together_is_read_first_and_stays_when_they_decide_anew(
    twice: Desk, teacher: Browser, colleague: Browser, writer: Browser
) -> None:
    twice.finish(teacher, comment="Van Daan.")
    twice.finish(colleague, comment="Van Cora.")
    compare = f"{twice.page}/compare"
    teacher.submit(compare, {"do": "mean", "comment": "Van ons samen."})
    colleague.submit(compare, {"do": "mean"})
    teacher.submit(f"{twice.url}/results", {"do": "all"})
    told = main_words(writer.get(f"/reflections/{twice.submission.public_id}/feedback"))
    assert told.index("togetherVan ons samen.") < told.index("Van Daan.") < told.index("Van Cora.")


def test_each_reader_sees_what_became_of_their_own_comments(
    returned: Desk, teacher: Browser, colleague: Browser
) -> None:
    for browser in (teacher, colleague):
        told = main_words(browser.get("/teach/marking/uses"))
        assert "1 more comment is on a text without a next version." in told


def test_who_reads_on_after_it_was_returned_tells_the_learner_nothing(
    desk: Desk, teacher: Browser, writer: Browser, clock: time_machine.Traveller
) -> None:
    desk.finish(teacher)
    teacher.submit(f"{desk.url}/results", {"do": "all"})
    clock.shift(timedelta(hours=1))
    late: dict[str, Any] = {"part": "second", "comment": "Nagekomen.", "done_at": now()}
    desk.make.marking(desk.submission, desk.assignment, desk.colleague, **late)
    page = writer.get(f"/reflections/{desk.submission.public_id}/feedback")
    assert ("Nagekomen." in page.text, "Reader 1" in page.text) == (False, False)


def test_two_that_are_apart_decide_with_a_reason(
    twice: Desk, teacher: Browser, colleague: Browser
) -> None:
    twice.finish(teacher, level=1)
    twice.finish(colleague, level=3)
    place = f"{twice.page}/compare"
    assert teacher.post(place, data={"do": "mean"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    levels = {f"level-{slug}": "2" for slug in CRITERIA}
    no_reason = teacher.submit(place, {**levels, "do": "decide", "why": " "})
    assert no_reason.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Say in a sentence or two why" in main_words(no_reason)
    kept = pages.parse(no_reason.text).findall(".//main//option[@selected]")
    assert [one.get("value") for one in kept if one.get("value")] == ["2"] * len(CRITERIA)
    done = teacher.submit(place, {**levels, "do": "decide", "why": "Samen gelezen."})
    assert done.status_code == HTTPStatus.SEE_OTHER
    (row,) = _agreed(twice)
    assert (row.how, row.why, set(row.levels.values())) == ("decided", "Samen gelezen.", {2})


def test_a_third_is_asked_reads_blind_and_settles_it(
    twice: Desk, teacher: Browser, colleague: Browser, sign_in: Callable[[User], Browser]
) -> None:
    third = twice.make.instructor(name="Teun Derde", language="en")
    twice.make.membership(twice.group, third, part=Part.INSTRUCTOR)
    twice.finish(teacher, level=1)
    twice.finish(colleague, level=3)
    teacher.submit(f"{twice.page}/compare", {"marker": str(third.id)}, action="/third")
    reader = sign_in(third)
    assert _stand(twice, third) is Stand.MINE
    assert reader.get(f"{twice.page}/compare").status_code == HTTPStatus.NOT_FOUND
    assert "You are the third reader" in reader.get(twice.page).text
    twice.finish(reader, level=3)
    (row,) = _agreed(twice)
    assert (row.how, row.exact) == ("third", "10")
    teacher.submit(f"{twice.url}/results", {"do": "all"})
    assert "10.0" in main_words(teacher.get(f"{twice.url}/results"))


@pytest.mark.parametrize("who", ["teacher", "colleague", "learner", ""])
def test_a_third_is_a_colleague_who_did_not_mark_it(
    twice: Desk, teacher: Browser, colleague: Browser, who: str
) -> None:
    twice.finish(teacher, level=1)
    twice.finish(colleague, level=3)
    chosen = str(getattr(twice, who).id) if who else ""
    refused = teacher.post(f"{twice.page}/third", data={"marker": chosen})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(twice.markings()) == 2


def test_an_instructor_of_another_group_decides_nothing(
    twice: Desk, teacher: Browser, colleague: Browser, stranger: Browser
) -> None:
    twice.finish(teacher)
    twice.finish(colleague)
    for rest in ("compare", "third"):
        answer = stranger.post(f"{twice.page}/{rest}", data={"do": "mean"})
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert _agreed(twice) == []


# --- A sample ------------------------------------------------------------------------------


def test_of_a_sample_only_what_is_drawn_waits_for_the_second(desk: Desk) -> None:
    desk.set(seconds="sample", second_marker_id=desk.colleague.id)
    with desk.make.together():
        earlier = desk.make.assignment(desk.group, lesson="waarden-en-wet")
        run = desk.make.enrolment(desk.learner, "waarden-en-wet")
        desk.make.marking(desk.make.submission(run), earlier, desk.teacher)
        desk.make.marking(desk.submission, desk.assignment, desk.teacher, level=0)  # a fail
        for _number in range(19):
            learner = desk.make.learner()
            desk.make.membership(desk.group, learner)
            text = desk.make.submission(desk.make.enrolment(learner))
            desk.make.marking(text, desk.assignment, desk.teacher, level=3)
    with desk.app.app_context():
        assignment = db.session.get_one(Assignment, desk.assignment.id)
        found = queries.assignment_for(desk.colleague.id, assignment.id)
        assert found is not None
        items = queries.queue(found, desk.colleague.id)
    stands = [item.stand for item in items]
    assert (stands.count(Stand.SECOND), stands.count(Stand.READ)) == (7, 13)
    (fail,) = [item for item in items if item.submission.id == desk.submission.id]
    assert fail.stand is Stand.SECOND


def test_the_second_of_a_sample_waits_for_the_first(desk: Desk, colleague: Browser) -> None:
    desk.set(seconds="sample", second_marker_id=desk.colleague.id)
    assert _stand(desk, desk.colleague) is Stand.NOT_YET
    assert _stand(desk, desk.teacher) is Stand.OPEN
    assert "1st reader begins" in main_words(colleague.get(desk.url))


def test_everything_of_a_new_marker_is_read_twice(desk: Desk, teacher: Browser) -> None:
    desk.set(seconds="sample", second_marker_id=desk.colleague.id)
    desk.finish(teacher, level=3)
    assert _stand(desk, desk.colleague) is Stand.SECOND


# --- Figures -------------------------------------------------------------------------------


def _texts(desk: Desk, levels: Sequence[tuple[int, int]]) -> None:
    """So many texts that both marked, each with one level throughout."""
    with desk.make.together():
        for first, second in levels:
            learner = desk.make.learner()
            desk.make.membership(desk.group, learner)
            text = desk.make.submission(desk.make.enrolment(learner))
            desk.make.marking(text, desk.assignment, desk.teacher, first)
            desk.make.marking(text, desk.assignment, desk.colleague, second, part="second")


def test_below_fifteen_texts_there_are_only_differences(twice: Desk, teacher: Browser) -> None:
    place = f"{twice.url}/agreement"
    assert "No text has been marked by two readers yet." in main_words(teacher.get(place))
    _texts(twice, [(2, 1)] * 14)
    told = main_words(teacher.get(place))
    assert "From 15 texts there are figures; until then only the differences." in told
    assert "level 14 of 14Milder on average the first by 1It takes 15 judgements of two" in told


def test_from_fifteen_texts_each_figure_has_a_sentence(twice: Desk, teacher: Browser) -> None:
    # The ten texts of assessment.md, 3.3, from 0, twice.
    first, second = (2, 1, 3, 0, 2, 1, 3, 2, 1, 0), (2, 2, 3, 0, 1, 1, 2, 2, 1, 1)
    _texts(twice, list(zip(first, second, strict=True)) * 2)
    told = main_words(teacher.get(f"{twice.url}/agreement"))
    assert "Two readers are done with 20 texts." in told
    assert told.count("0.76") == len(CRITERIA)
    assert "20 of 20Milder on average neitherThey agree well. With these numbers" in told
    assert "The grade depends on the text, and" in told
    assert "may be about 1.4 off by who reads." in told


def test_figures_hold_nothing_that_one_is_blind_to(twice: Desk, teacher: Browser) -> None:
    _texts(twice, [(2, 1)])
    twice.make.marking(twice.submission, twice.assignment, twice.colleague, 3, part="second")
    assert "done with 1 text." in main_words(teacher.get(f"{twice.url}/agreement"))


def test_from_what_waits_everything_is_in_reach(
    twice: Desk, teacher: Browser, colleague: Browser, stranger: Browser
) -> None:
    twice.set(peers=2)
    waits = pages.parse(teacher.get("/teach/marking").text)
    links = [link.get("href", "") for link in waits.findall(".//main//a")]
    for rest in ("", "/results", "/agreement", "/anchors", "/peers"):
        assert f"{twice.url}{rest}" in links
    assert f"{twice.url}/grades.csv" in teacher.get(f"{twice.url}/results").text
    assert stranger.get(f"{twice.url}/agreement").status_code == HTTPStatus.NOT_FOUND


# --- Anchors -------------------------------------------------------------------------------


def test_anchors_say_how_near_one_is_and_only_to_oneself(
    desk: Desk, teacher: Browser, colleague: Browser
) -> None:
    place = f"{desk.url}/anchors"
    levels = {f"level-{slug}": "2" for slug in CRITERIA}
    half = teacher.post(place, data={"anchor": "het-gordijn", "level-weging": "2"})
    assert half.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(pages.parse(half.text).findall(".//main//input[@checked]")) == 1
    assert "Agreed:" not in main_words(teacher.get(place))
    teacher.post(place, data={"anchor": "het-gordijn", **levels})
    assert "Judge the others too." in main_words(teacher.get(place))
    teacher.post(place, data={"anchor": "het-vijfde-gesprek", **levels})
    told = main_words(teacher.get(place))
    assert "of 6 criteria within one level." in told
    assert "Weighted kappa: It takes 15 judgements of two; with fewer it would be chance." in told
    assert "Agreed:" in told
    assert "Agreed:" not in main_words(colleague.get(place))
