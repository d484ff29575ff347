"""The sheets fit the lessons, say where they do not, and survive a lesson that changes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from course.core.clock import AMSTERDAM
from course.core.db import Model
from course.curriculum.edition import Edition, Library
from course.curriculum.library import load_once
from course.curriculum.positions import ContentErrors
from course.curriculum.quizzes import EssayQuestion, WeighingItem
from course.curriculum.schema import QuestionStep, ScaleStep
from course.demo import choices, diary, panels, people
from course.demo.answers import Hand, answered
from course.demo.people import Learner, Opinion, Reflection, Stage, Way
from course.demo.plan import DemoError, plan
from course.demo.taken import add_quizzes
from course.demo.work import Work
from course.domain.weighing.scale import Side, side
from course.lessons.models import Enrolment
from course.quizzes.marking import mark, mark_item
from course.quizzes.models import Answer
from course.quizzes.responses import problem_of
from tests.factories import Factory
from tests.houses import ROOT

InApp: TypeAlias = Callable[[], AbstractContextManager[None]]

LIBRARY = load_once(ROOT / "content")
LESSON = "waarom-eropaf"
SEEDS = st.integers(min_value=0, max_value=2**32)


def _everybody() -> list[Learner]:
    return [learner for sheet in people.sheets() for learner in sheet.learners]


def _rows(learner: Learner, library: Library = LIBRARY) -> list[Model]:
    """What the learner did, as rows of a user with number 1."""
    random = Random(2026)
    return [
        row
        for run in plan(random, learner, library)
        for row in Work(random, run, Enrolment(id=1, lesson=run.edition.lesson.slug), 1).rows()
    ]


def _learner(stage: Stage, **opinions: Opinion) -> Learner:
    """Somebody in the first lesson; ``wegen_jayden`` is the opinion at ``wegen-jayden``."""
    by_step = {name.replace("_", "-"): opinion for name, opinion in opinions.items()}
    return Learner(
        name="Els de Proef", lessons={LESSON: Way(stage=stage, opinions=by_step, reflections={})}
    )


def _opinion(**changes: Any) -> Opinion:
    values = {"leans": "client", "action": "boksschool", "reason": "Hij meldt zich wel."}
    return Opinion.model_validate({**values, **changes})


# --- The sheets as they are ----------------------------------------------------------------


def test_nobody_shares_a_name_or_an_address() -> None:
    learners = _everybody()
    assert len({learner.name for learner in learners}) == 35
    assert len({learner.address for learner in learners}) == 35


def test_addresses_are_made_of_names_and_lead_nowhere() -> None:
    by_name = {learner.name: learner.address for learner in _everybody()}
    assert by_name["Romy van Leersum"] == "romy.vanleersum@demo.example.org"
    assert Learner(name="Zoë Çelik").address == "zoe.celik@demo.example.org"
    assert all(address.endswith("example.org") for address in by_name.values())


def test_every_text_on_the_sheets_is_used() -> None:
    for learner in _everybody():
        for run in plan(Random(1), learner, LIBRARY):
            reached = {step.slug for step, _span in run.done}
            reached |= {run.half[0].slug} if run.half else set()
            way = learner.lessons[run.edition.lesson.slug]
            assert {*way.opinions, *way.reflections} <= reached, learner.name


def test_nobody_has_the_words_of_somebody_else() -> None:
    said = [
        text
        for learner in _everybody()
        for way in learner.lessons.values()
        for text in (
            *(opinion.reason for opinion in way.opinions.values()),
            *(opinion.reply for opinion in way.opinions.values() if opinion.reply),
            *(words.text for words in way.reflections.values()),
        )
    ]
    said += [
        text
        for learner in _everybody()
        for tries in learner.quizzes.values()
        for each in tries
        for text in (*each.reasons.values(), *each.answers.values())
        if isinstance(text, str) and " " in text
    ]
    said += [
        reason
        for panel in panels.read().panels
        for expert in panel.experts
        for reason in expert.reasons.values()
    ]
    assert len(said) == len(set(said)) > 130


def test_paragraphs_have_a_blank_line_between_them_as_people_type_them() -> None:
    assert Reflection(text="Eerst dit.\nDan dat.").text == "Eerst dit.\n\nDan dat."


# --- A lesson that changes -----------------------------------------------------------------


def _changed(edition: Edition) -> Edition:
    """The lesson with other names for what nobody's words are about, and a page more."""
    values = edition.model_dump()
    steps = list(values["lesson"]["steps"])
    for step in steps:
        if step["kind"] in {"read", "question"}:
            step["slug"] = f"ander-{step['slug']}"[:40]
        for question in step.get("questions", ()):
            question["slug"] = f"vraag-{question['slug']}"[:40]
            for option in question.get("options", ()):
                option["slug"] = f"keus-{option['slug']}"[:40]
            for place, item in enumerate(reversed(question.get("items", ()))):
                item["slug"] = f"deel-{place}"
    more = {**steps[0], "slug": "nog-een-pagina"}
    values["lesson"] |= {
        "steps": [more, *steps],
        "minutes": values["lesson"]["minutes"] + more["minutes"],
    }
    return Edition.model_validate(values)


def test_a_lesson_may_change_its_pages_questions_and_options() -> None:
    changed = {slug: _changed(edition) for slug, edition in LIBRARY.editions.items()}
    library = Library(
        course=LIBRARY.course,
        editions=changed,
        glossary=LIBRARY.glossary,
        sources=LIBRARY.sources,
        books=LIBRARY.books,
    )
    answers = [
        row
        for learner in _everybody()
        for row in _rows(learner, library)
        if isinstance(row, Answer)
    ]
    assert len(answers) > 100
    assert all(answer.question.startswith("vraag-") for answer in answers)


# --- What goes wrong, and where ------------------------------------------------------------


@pytest.mark.parametrize(
    ("learner", "message"),
    [
        (
            _learner(Stage.WEIGHED),
            r"Els de Proef comes past waarom-eropaf/wegen-jayden: write an opinion for that step",
        ),
        (_learner(Stage.HALF, wegen_jayden=_opinion(action="bellen")), r"not 'bellen'"),
        (_learner(Stage.HALF, wegen_jayden=_opinion(leans=None)), r"to which side it leans"),
        (
            _learner(Stage.HALF, wegen_jayden=_opinion(heavy=["trein"])),
            r"the scale has no consideration 'trein'",
        ),
        (
            _learner(Stage.DONE, wegen_jayden=_opinion(), opnieuw_wegen=_opinion(leans=None)),
            r"waarom-eropaf/iemand-die-je-niet-zag: write a reflection",
        ),
        (
            Learner(name="Els de Proef", lessons={"nooit-geschreven": Way(stage=Stage.LOOKED)}),
            r"Els de Proef follows 'nooit-geschreven', and there is no such lesson",
        ),
    ],
    ids=["opinion", "action", "side", "consideration", "reflection", "lesson"],
)
def test_what_a_sheet_lacks_is_named_with_person_and_step(learner: Learner, message: str) -> None:
    with pytest.raises(DemoError, match=message):
        _rows(learner)


def test_a_stage_that_a_lesson_does_not_have_is_named() -> None:
    edition = LIBRARY.editions[LESSON]
    short = edition.lesson.model_copy(update={"steps": edition.lesson.steps[:2]})
    library = Library(
        course=LIBRARY.course,
        editions={LESSON: edition.model_copy(update={"lesson": short})},
        glossary={},
        sources={},
        books={},
    )
    with pytest.raises(DemoError, match="is writing in waarom-eropaf, which has no step for that"):
        _rows(_learner(Stage.WRITING), library)


def test_a_mistake_on_a_sheet_is_told_with_file_and_line(tmp_path: Path) -> None:
    sheet = tmp_path / "klas.yaml"
    sheet.write_text(
        "name: Klas\ncode: WEEG0B\nlearners:\n  - name: Els de Proef\n    mail: els@example.org\n",
        encoding="utf-8",
    )
    with pytest.raises(ContentErrors) as refused:
        people.read(sheet)
    told = [(problem.path, problem.line, problem.where) for problem in refused.value.problems]
    assert told == [("klas.yaml", 2, "code"), ("klas.yaml", 5, "learners.0.mail")]


# --- Quizzes -------------------------------------------------------------------------------

QUIZ = "toets-waarom-eropaf"


def _sheet(**changes: Any) -> people.Sheet:
    """A group with one learner who took one quiz."""
    taken = {"ago": 2, "skill": 50, "near": "werker", **changes}
    return people.Sheet.model_validate(
        {
            "name": "Klas",
            "code": "WEEG3C",
            "quizzes": [{"quiz": QUIZ, "opened": 5, "closes": -1, "minutes": 40}],
            "learners": [{"name": "Els de Proef", "quizzes": {QUIZ: [taken]}}],
        }
    )


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (_sheet(answers={"geen-soep": "2"}), r"answers 'geen-soep', which the quiz does not have"),
        (_sheet(near="niemand"), r"Els de Proef in toets-waarom-eropaf: nobody on the panel of"),
        (
            _sheet(ago=9),
            r"Els de Proef in toets-waarom-eropaf: cannot begin on .* \(not_open_yet\)",
        ),
        (
            _sheet().model_copy(update={"quizzes": ()}),
            r"Els de Proef takes 'toets-waarom-eropaf', which is not set for the group",
        ),
        (
            people.Sheet.model_validate(
                {
                    "name": "Klas",
                    "code": "WEEG3C",
                    "quizzes": [{"quiz": "nooit", "opened": 5, "closes": 1, "minutes": 40}],
                    "learners": [{"name": "Els de Proef"}],
                }
            ),
            r"Klas has 'nooit' set, and there is no such quiz",
        ),
    ],
    ids=["item", "panel", "window", "not set", "quiz"],
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_does_not_fit_a_quiz_is_named_with_the_person(
    in_app: InApp, make: Factory, sheet: people.Sheet, message: str
) -> None:
    learner = make.learner(email=sheet.learners[0].address)
    teacher = make.instructor()
    group = make.group(instructors=[teacher], learners=[learner])
    with in_app(), pytest.raises(DemoError, match=message):
        add_quizzes(sheet, group.id, {learner.email: learner.id}, teacher.id)


@pytest.mark.parametrize(
    "wrong",
    [{"ago": None}, {"minutes_ago": 5}, {"ending": "working"}],
    ids=["no moment", "two moments", "working days ago"],
)
def test_an_attempt_began_at_one_moment(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="say 'ago', or 'minutes_ago'"):
        _sheet(**wrong)


@given(seed=SEEDS, chance=st.floats(0, 1))
@settings(max_examples=30)
def test_every_drawn_answer_is_whole_and_can_be_marked(seed: int, chance: float) -> None:
    for edition in LIBRARY.quizzes.values():
        for item in edition.quiz.items:
            near = next(iter(item.panel)) if isinstance(item, WeighingItem) else ""
            hand = Hand(random=Random(seed), chance=chance, near=near, language="nl", slips={})
            kept = answered(item, hand)
            assert problem_of(item, kept) is None
            score = mark_item(item, kept, key=edition.keys.get(item.slug))
            if chance == 1 and score and not isinstance(item, WeighingItem | EssayQuestion):
                assert score.fraction == 1


def test_an_answer_to_a_panel_that_misses_something_is_named(tmp_path: Path) -> None:
    sheet = tmp_path / "panels.yaml"
    sheet.write_text("panels:\n  - quiz: toets-wat-telt\n    asked: 3\n", encoding="utf-8")
    with pytest.raises(ContentErrors) as refused:
        panels.read(sheet)
    assert {problem.where for problem in refused.value.problems} >= {"panels.0.title"}


# --- What chance decides -------------------------------------------------------------------


@given(seed=SEEDS, minutes=st.lists(st.integers(1, 12), min_size=1, max_size=18))
def test_work_is_done_in_order_and_before_today(seed: int, minutes: list[int]) -> None:
    today = date(2026, 3, 30)  # the day after the clock went forward
    spans = diary.spans(Random(seed), minutes, today=today)
    moments = [moment for span in spans for moment in (span.begin, span.end)]
    assert len(spans) == len(minutes)
    assert moments == sorted(moments)
    assert diary.opening(today) < moments[0]
    assert moments[-1] < datetime.combine(today, time(), AMSTERDAM)


@given(seed=SEEDS, leans=st.sampled_from(Side))
@settings(max_examples=30)
def test_weights_lean_to_the_side_that_was_asked(seed: int, leans: Side) -> None:
    random = Random(seed)
    for edition in LIBRARY.editions.values():
        for scale in edition.lesson.steps:
            if isinstance(scale, ScaleStep):
                heavy = [scale.agreement[0].slug]
                weights = choices.weights(random, scale, leans=leans, heavy=heavy)
                assert side(weights.lean) is leans
                assert weights.agreement_weights[0] >= 3


def test_weights_that_cannot_be_are_refused() -> None:
    scale = LIBRARY.editions[LESSON].step("wegen-jayden")
    assert isinstance(scale, ScaleStep)
    everything = [item.slug for item in (*scale.agreement, *scale.client)]
    with pytest.raises(choices.Impossible, match="cannot lean to"):
        choices.weights(Random(1), scale, leans=Side.CLIENT, heavy=everything[:4])


@given(seed=SEEDS, skill=st.floats(0, 1))
@settings(max_examples=50)
def test_every_answer_can_be_marked(seed: int, skill: float) -> None:
    random = Random(seed)
    for edition in LIBRARY.editions.values():
        for step in edition.lesson.steps:
            if isinstance(step, QuestionStep):
                for question in step.questions:
                    score = mark(question, choices.answer(random, question, skill=skill))
                    assert score.fraction == 1 or skill < 1
