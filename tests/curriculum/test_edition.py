"""An edition is kept for years: what was stored has to stay readable, and to look the same."""

import hashlib
import json
from pathlib import Path
from threading import Thread

import pytest

from course.curriculum.edition import Edition
from course.curriculum.loader import load
from course.curriculum.schema import QuestionStep
from tests.curriculum.examples import replaced, with_lesson, write

# Written on the day of the first version. Never write it anew: when a test below fails, the code
# has stopped reading what learners began.
FROZEN = Path(__file__).with_name("frozen_edition.json")
FROZEN_HASH = "03a8b88ebeb731d6fbab18b23e5e23471f703421eddd78fe7b9e59f519c5e1f2"


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    return load(write(tmp_path)).editions["eerste-les"]


def test_what_is_dumped_can_be_read_back(edition: Edition) -> None:
    again = Edition.parse(edition.dump())
    assert again == edition
    assert again.dump() == edition.dump()
    assert again.hash == edition.hash


def test_rendering_does_not_change_an_edition(edition: Edition) -> None:
    text = edition.dump()
    edition.body(edition.lesson.steps[0], "nl")
    assert edition.dump() == text
    assert edition == Edition.parse(text)


def test_a_dump_is_canonical_json(edition: Edition) -> None:
    text = edition.dump()
    values = json.loads(text)
    assert text == json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert edition.hash == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert values["lesson"]["steps"][2]["questions"][2]["expected"] == "2.50"


def test_what_equals_its_default_is_not_dumped(edition: Edition) -> None:
    option = json.loads(edition.dump())["lesson"]["steps"][2]["questions"][0]["options"][1]
    assert set(option) == {"slug", "text", "feedback"}


def test_an_edition_holds_exactly_what_it_uses(edition: Edition) -> None:
    assert [term.slug for term in edition.terms] == ["jeugdwet", "uit-beeld", "waakvlam"]
    assert [source.slug for source in edition.sources] == ["cbs-2025", "omlo-2017"]
    assert [book.slug for book in edition.books] == ["eropaf"]


def test_the_first_edition_ever_is_still_read_with_the_same_hash() -> None:
    text = FROZEN.read_text(encoding="utf-8")
    edition = Edition.parse(text)
    assert edition.dump() == text
    assert edition.hash == FROZEN_HASH


def test_the_first_edition_ever_still_shows_its_text_and_questions() -> None:
    edition = Edition.parse(FROZEN.read_text(encoding="utf-8"))
    step = edition.step("lezen")
    assert step is not None
    body = edition.body(step, "en")
    assert "<h2>At the door</h2>" in body
    assert ">small pilot light</button>" in body
    assert '<a href="#bron-cbs-2025">CBS 2025</a>' in body
    questions = edition.step("vragen")
    assert isinstance(questions, QuestionStep)
    assert [question.type for question in questions.questions] == [
        "single",
        "multiple",
        "number",
        "order",
    ]


def test_a_hash_changes_with_each_letter_and_not_with_the_layout_of_the_file(
    tmp_path: Path, edition: Edition
) -> None:
    other = load(write(tmp_path, with_lesson("De deur gaat net open.", "De deur gaat nu open.")))
    assert other.editions["eerste-les"].hash != edition.hash
    same = load(
        write(
            tmp_path,
            with_lesson(
                "nl: De lijst is lang.", "nl: >-\n            De lijst\n            is lang."
            ),
        )
    )
    assert same.editions["eerste-les"].hash == edition.hash


def test_content_that_a_lesson_does_not_use_leaves_its_hash(
    tmp_path: Path, edition: Edition
) -> None:
    changed = load(write(tmp_path, replaced("sources.yaml", "short: Niemand", "short: Iemand")))
    assert changed.editions["eerste-les"].hash == edition.hash


def test_an_old_edition_shows_the_meaning_of_its_own_day(tmp_path: Path, edition: Edition) -> None:
    stored = edition.dump()
    write(tmp_path, replaced("glossary.yaml", "nl: Licht contact", "nl: Vluchtig contact"))
    new, old = load(tmp_path).editions["eerste-les"], Edition.parse(stored)
    assert "Vluchtig contact" in new.body(new.lesson.steps[0], "nl")
    assert "Licht contact" in old.body(old.lesson.steps[0], "nl")
    assert new.hash != old.hash


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"lesson":{}}', "[" * 3000, '{"terms":[],"later":1}'],
)
def test_anything_else_is_not_an_edition(text: str) -> None:
    with pytest.raises(ValueError, match="is not an edition that this version can read"):
        Edition.parse(text)


def test_an_unknown_key_deep_inside_is_refused(edition: Edition) -> None:
    text = edition.dump().replace('"kind":"scale"', '"kind":"scale","colour":"red"')
    with pytest.raises(ValueError, match="colour"):
        Edition.parse(text)


def test_terms_and_sources_of_a_step_come_in_order_of_appearance(edition: Edition) -> None:
    read, scale, question = edition.lesson.steps[:3]
    assert [term.slug for term in edition.terms_of(read)] == ["waakvlam", "jeugdwet", "uit-beeld"]
    assert [source.slug for source in edition.sources_of(read)] == ["omlo-2017", "cbs-2025"]
    assert not edition.terms_of(scale)
    assert not edition.sources_of(scale)
    assert [source.slug for source in edition.sources_of(question)] == ["cbs-2025"]


def test_a_step_without_a_story_has_an_empty_body(edition: Edition) -> None:
    assert edition.body(edition.lesson.steps[2], "nl") == ""


def test_there_is_no_step_by_an_unknown_name(edition: Edition) -> None:
    assert edition.step("weg") is None


def test_popovers_of_two_steps_have_different_ids(tmp_path: Path) -> None:
    text = "Een [[waakvlam]].\n"
    changes: dict[str, str | None] = {
        f"lessons/eerste-les/{step}.{language}.md": text
        for step in ("lezen", "wegen")
        for language in ("nl", "en")
    }
    edition = load(write(tmp_path, changes)).editions["eerste-les"]
    bodies = [edition.body(step, "nl") for step in edition.lesson.steps[:2]]
    assert 'id="begrip-lezen-1"' in bodies[0]
    assert 'id="begrip-wegen-1"' in bodies[1]


def test_a_body_is_rendered_once(edition: Edition) -> None:
    step = edition.lesson.steps[0]
    assert edition.body(step, "nl") is edition.body(step, "nl")
    assert edition.body(step, "nl") != edition.body(step, "en")


def test_several_threads_get_the_same_body(edition: Edition) -> None:
    step = edition.lesson.steps[0]
    found: list[str] = []
    threads = [Thread(target=lambda: found.append(edition.body(step, "nl"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_edition_cannot_be_changed(edition: Edition) -> None:
    with pytest.raises(ValueError, match="frozen"):
        edition.lesson.minutes = 5  # type: ignore[misc]
