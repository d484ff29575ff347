"""Questions of each format, with panels and answers drawn at random."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from course.domain.weighing import (
    BestWorst,
    PanelAnswer,
    Points100,
    Question,
    Sct,
    SjtRank,
    SjtRate,
    Slider,
)

FANO = ("abd", "bce", "cdf", "deg", "efa", "fgb", "gac")
SETS = tuple(tuple(shown) for shown in FANO)

QUESTIONS: tuple[Question, ...] = (
    Sct(),
    Sct(points=3),
    Sct(trim=1),
    Sct(collapse=True),
    SjtRate(options=("a",)),
    SjtRate(options=tuple("abcde")),
    SjtRank(options=tuple("abc")),
    SjtRank(options=tuple("abcde")),
    Points100(options=tuple("ab")),
    Points100(options=tuple("abcd")),
    Slider(),
    BestWorst(options=tuple("abcd")),
    BestWorst(options=tuple("abcdefg"), sets=SETS),
)


def panel(answers: Sequence[object]) -> tuple[PanelAnswer, ...]:
    """The answers of m1, m2, ..., who all count."""
    return tuple(
        PanelAnswer(member=f"m{here}", answer=answer) for here, answer in enumerate(answers, 1)
    )


def scale_panel(counts: Sequence[int]) -> list[object]:
    """So many answers for each point of a scale, from the lowest to the highest."""
    end = len(counts) // 2
    return [place - end for place, count in enumerate(counts) for _ in range(count)]


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    """What a member of the panel may answer, and so a learner."""
    match question:
        case Sct():
            return st.integers(min_value=-question.end, max_value=question.end)
        case SjtRate():
            return st.fixed_dictionaries(
                {option: st.integers(min_value=1, max_value=4) for option in question.options}
            )
        case SjtRank():
            ranks = list(range(1, len(question.options) + 1))
            return st.permutations(ranks).map(
                lambda order: dict(zip(question.options, order, strict=True))
            )
        case Points100():
            cuts = st.lists(
                st.integers(min_value=0, max_value=100),
                min_size=len(question.options) - 1,
                max_size=len(question.options) - 1,
            )
            return cuts.map(lambda found: _divided(question.options, sorted(found)))
        case Slider():
            return st.integers(min_value=0, max_value=100)
        case BestWorst():
            return st.tuples(
                *(
                    st.permutations(shown).map(lambda o: {"best": o[0], "worst": o[-1]})
                    for shown in question.shown
                )
            ).map(list)


def _divided(options: Sequence[str], cuts: Sequence[int]) -> dict[str, int]:
    edges = [0, *cuts, 100]
    return {option: edges[here + 1] - edges[here] for here, option in enumerate(options)}


@st.composite
def answered(draw: st.DrawFn, *, fewest: int = 1) -> tuple[Question, tuple[PanelAnswer, ...]]:
    """A question, and a panel of ``fewest`` to 12 that answered it."""
    question = draw(st.sampled_from(QUESTIONS))
    return question, panel(draw(st.lists(answers_to(question), min_size=fewest, max_size=12)))
