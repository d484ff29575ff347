from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.anchors import make_anchor
from course.domain.feedbackuse import (
    Answer,
    Comment,
    CommentUse,
    Effect,
    Use,
    comment_uses,
    unanswered,
)

OLD = "Ik sloot af. De buurvrouw belde. Ik deed niets."
NEW = "Ik sloot af, omdat de norm dat vroeg. De buurvrouw belde. Ik ging langs."
USED = Answer(Use.USED)
NOT_USED = Answer(Use.NOT_USED, "dat paste niet bij mijn vraag")

prose = st.lists(st.sampled_from(["ik", "belde", " ", ". ", "niet", "\n\n"]), max_size=20).map(
    "".join
)


def on(passage: str, answer: Answer | None = USED, text: str = OLD) -> Comment:
    start = text.index(passage)
    anchor = make_anchor(text, start, start + len(passage))
    return Comment(slug="c1", anchor=anchor, answer=answer)


def use_of(comment: Comment, old: str = OLD, new: str = NEW) -> CommentUse:
    (found,) = comment_uses(old, new, [comment])
    return found


def now(found: CommentUse, text: str = NEW) -> str:
    start, end = found.after
    return text[start:end]


def test_a_passage_that_was_rewritten_has_changed() -> None:
    found = use_of(on("Ik deed niets."))
    assert (found.effect, found.before) == (Effect.CHANGED, (33, 47))
    assert now(found) == "Ik ging langs."
    assert found.changed == Fraction(5, 7)


def test_what_was_put_in_behind_a_passage_counts() -> None:
    found = use_of(on("Ik sloot af"))
    assert (found.effect, found.added) == (Effect.CHANGED, True)
    assert found.changed == 0
    assert now(found).startswith("Ik sloot af")


@pytest.mark.parametrize(
    ("passage", "answer", "effect"),
    [
        ("Ik deed niets.", USED, Effect.CHANGED),
        ("De buurvrouw belde.", USED, Effect.CHANGED_ELSEWHERE),
        ("De buurvrouw belde.", NOT_USED, Effect.LEFT),
        ("Ik deed niets.", NOT_USED, Effect.CHANGED_ANYWAY),
        ("Ik deed niets.", None, Effect.OPEN),
    ],
)
def test_what_is_said_stands_beside_what_is_shown(
    passage: str, answer: Answer | None, effect: Effect
) -> None:
    assert use_of(on(passage, answer)).effect is effect


def test_when_nothing_changed_using_a_comment_was_only_said() -> None:
    found = use_of(on("Ik deed niets."), new=OLD)
    assert (found.effect, found.has_changed) == (Effect.SAID_ONLY, False)
    assert found.after == found.before


def test_a_comment_on_the_whole_text_is_about_any_change() -> None:
    whole = Comment(slug="c1", anchor=None, answer=USED)
    assert use_of(whole).effect is Effect.CHANGED
    assert use_of(whole, new=OLD).effect is Effect.SAID_ONLY
    assert use_of(whole).after == (0, len(NEW))


def test_a_passage_that_was_taken_out_left_its_place() -> None:
    new = OLD.replace("De buurvrouw belde. ", "")
    found = use_of(on("De buurvrouw belde. "), new=new)
    assert found.effect is Effect.CHANGED
    assert found.changed == 1
    assert found.after == (13, 13)


def test_comments_are_told_in_their_order_and_open_ones_by_name() -> None:
    comments = [
        Comment(slug=slug, anchor=None, answer=answer)
        for slug, answer in (("b", None), ("a", USED), ("c", None))
    ]
    assert [one.slug for one in comment_uses(OLD, NEW, comments)] == ["b", "a", "c"]
    assert unanswered(comments) == ("b", "c")


@pytest.mark.parametrize("because", ["", "  \n"])
def test_who_does_not_use_a_comment_says_why(because: str) -> None:
    with pytest.raises(ValueError, match=r"because=.+ must say why it was not used"):
        Answer(Use.NOT_USED, because)


@given(prose, prose, st.integers(0, 60), st.integers(0, 60))
def test_shares_and_places_stay_within_bounds(old: str, new: str, start: int, end: int) -> None:
    comment = Comment(slug="c1", anchor=make_anchor(old, start, end), answer=USED)
    found = use_of(comment, old, new)
    assert 0 <= found.changed <= 1
    assert 0 <= found.after[0] <= found.after[1] <= len(new)
    if old == new:
        assert not found.has_changed
        assert found.after == found.before
    if not found.has_changed and found.before[0] < found.before[1]:
        assert now(found, new) == old[slice(*found.before)]
