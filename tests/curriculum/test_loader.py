import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors
from tests.curriculum.examples import FILES, LESSON, problems, replaced, with_lesson, write

FOLDER = "lessons/eerste-les/"
AGAIN = """\
  - slug: opnieuw
    kind: weigh-again
    of: wegen
    title:
      nl: Opnieuw
      en: Again
    minutes: 3
    question:
      nl: Wat verschoof er?
      en: What shifted?
"""
Changes = dict[str, str | None]


def test_the_example_course_loads(tmp_path: Path) -> None:
    library = load(write(tmp_path))
    assert library.course.title.nl == "Harde cijfers"
    assert list(library.editions) == ["eerste-les"]
    assert list(library.glossary) == ["waakvlam", "uit-beeld", "jeugdwet"]
    assert list(library.sources) == ["cbs-2025", "omlo-2017", "ongebruikt"]
    assert list(library.books) == ["eropaf"]
    assert library.current("later") is None


def test_the_name_of_the_folder_is_the_slug_of_the_lesson(tmp_path: Path) -> None:
    edition = load(write(tmp_path)).current("eerste-les")
    assert edition is not None
    assert edition.lesson.slug == "eerste-les"


def test_a_step_has_the_text_of_its_markdown_files(tmp_path: Path) -> None:
    edition = load(write(tmp_path)).editions["eerste-les"]
    step = edition.step("wegen")
    assert step is not None
    assert step.body is not None
    assert step.body.en == "Who is gone is out of sight."


def test_lessons_stand_in_the_order_of_the_course(tmp_path: Path) -> None:
    changes: Changes = {
        "lessons/ander/lesson.yaml": FILES[LESSON].replace("number: 1\n", "number: 2\n"),
        **{
            name.replace("eerste-les", "ander"): text
            for name, text in FILES.items()
            if ".md" in name
        },
        "course.yaml": FILES["course.yaml"]
        .replace("minutes: 40", "minutes: 30\n    lesson: eerste-les")
        .replace("minutes: 30\n    lesson: eerste-les", "minutes: 30\n    lesson: ander", 1)
        .replace("number: 1", "number: 9")
        .replace("number: 2", "number: 1")
        .replace("number: 9", "number: 2"),
    }
    assert list(load(write(tmp_path, changes)).editions) == ["ander", "eerste-les"]


# --- The schema, in words ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            with_lesson("\n          en: Team leader", ""),
            ["88: steps.1.scale.voices.0.role.en: translation is missing: add an 'en' text"],
        ),
        (
            with_lesson("    eyebrow:\n", "    eyebrows:\n"),
            ["21: steps.0.read.eyebrows: unknown key: did you mean 'eyebrow'?"],
        ),
        (
            with_lesson("of: wegen", "of: wegen\n    colour: red"),
            [
                "229: steps.3.weigh-again.colour: unknown key: remove it, or choose one of slug, "
                "title, minutes, eyebrow, margin, terms, kind, of, question"
            ],
        ),
        (
            with_lesson("        source: omlo-2017\n", ""),
            ["25: steps.0.read.margin.0.source: is missing: add 'source'"],
        ),
        (
            with_lesson("kind: read", "kind: reed"),
            [
                "16: steps.0.kind: 'reed' is not a kind: choose one of read, scale, weigh-again, "
                "question, case, reflect"
            ],
        ),
        (
            with_lesson("    kind: read\n", ""),
            [
                "15: steps.0: has no kind: add 'kind', one of read, scale, weigh-again, question, "
                "case, reflect"
            ],
        ),
        (
            with_lesson("type: order", "type: sort"),
            [
                "206: steps.2.question.questions.3.type: 'sort' is not a type: choose one of "
                "single, multiple, number, order"
            ],
        ),
        (
            with_lesson("slug: geld", "slug: Het geld"),
            [
                "45: steps.1.scale.agreement.1.slug: 'Het geld' is not a slug: use 2 to 40 small "
                "letters, digits and hyphens, a letter first"
            ],
        ),
        (
            with_lesson("nl: Eerste les\n  en: First lesson", "nl: 2015\n  en: First lesson"),
            ["3: title.nl: must be a text: put it between quotes, '2015'"],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl: true"),
            ["10: goals.0.nl: must be a text: put it between quotes, 'true'"],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl:\n      - a"),
            ["10: goals.0.nl: must be one text: write it behind the key, or below '>-'"],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl:"),
            ["10: goals.0.nl: is empty: write a text"],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl: ' '"),
            ["10: goals.0.nl: is empty: write a text"],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl: " + 20_001 * "a"),
            ["10: goals.0.nl: has 20001 characters, at most 20000 fit: shorten it"],
        ),
        (
            with_lesson("reading:\n  - eropaf", "reading:"),
            ["12: reading: is empty: write or remove it"],
        ),
        (
            with_lesson("  - nl: Je kunt wegen.\n    en: You can weigh.", "  - Je kunt wegen."),
            ["10: goals.0: needs both languages: write 'nl:' and 'en:' on lines below it"],
        ),
        (
            with_lesson("scaffold:\n", "scaffold:\n      - Situatie\n"),
            [
                "251: steps.4.reflect.scaffold.0: needs keys and values: write 'key: value' lines "
                "below it"
            ],
        ),
        (
            with_lesson("reading:\n  - eropaf", "reading: eropaf"),
            ["12: reading: must be a list: write each item on a line of its own, after '- '"],
        ),
        (
            with_lesson("goals:\n  - nl: Je kunt wegen.\n    en: You can weigh.", "goals: []"),
            ["9: goals: has 0, needs at least 1: add 1"],
        ),
        (
            with_lesson(
                "goals:\n", "goals:\n" + "  - nl: Je kunt meer.\n    en: You can do more.\n" * 6
            ),
            ["9: goals: has 7, at most 6 fit: remove 1"],
        ),
        (
            with_lesson("minutes: 30", "minutes: '30'"),
            ["8: minutes: '30' is not a whole number: write digits, without quotes"],
        ),
        (
            with_lesson("minutes: 30", "minutes: 30.5"),
            ["8: minutes: '30.5' is not a whole number: write digits, without quotes"],
        ),
        (
            with_lesson("minutes: 30", "minutes: true"),
            ["8: minutes: 'true' is not a whole number: write digits, without quotes"],
        ),
        (
            with_lesson("minutes: 30", "minutes: 300"),
            ["8: minutes: 300 is too high: write at most 120"],
        ),
        (
            with_lesson("minutes: 30", "minutes: 0"),
            ["8: minutes: 0 is too low: write at least 1"],
        ),
        (
            with_lesson("fictional: true", "fictional: yes"),
            [
                "188: steps.2.question.questions.2.number.fictional: 'yes' is neither true nor "
                "false: write one"
            ],
        ),
        (
            with_lesson("expected: 2.50", "expected: 1_000"),
            [
                "189: steps.2.question.questions.2.number.expected: '1_000' is not a number: write "
                "digits, with a point for decimals"
            ],
        ),
        (
            with_lesson("expected: 2.50", "expected: true"),
            [
                "189: steps.2.question.questions.2.number.expected: 'true' is not a number: write "
                "digits, with a point for decimals"
            ],
        ),
        (
            with_lesson("model: starr", "model: star"),
            [
                "238: steps.4.reflect.model: 'star' is not known: choose 'starr', 'korthagen', "
                "'gibbs' or 'dilemma'"
            ],
        ),
        (
            with_lesson("agreement: [3, 2]", "agreement: [3, 5]"),
            ["91: steps.1.scale.voices.0.agreement.1: 5 is too high: write at most 4"],
        ),
        (
            with_lesson("minutes: 7", "minutes: 8"),
            ["1: file: the steps take 31 minutes together, not 30: make them add up"],
        ),
        (
            with_lesson("action: blijven", "action: rennen"),
            [
                "31: steps.1.scale: voice 'Jeugdwerker' chooses unknown action 'rennen': choose "
                "one of afronden, blijven"
            ],
        ),
        (
            with_lesson("slug: weinig\n            right: true", "slug: weinig"),
            [
                "128: steps.2.question.questions.0.single: mark exactly one option with "
                "'right: true'"
            ],
        ),
        (
            with_lesson("minutes: 30", "minutes: 30\nminutes: 30"),
            ["9: minutes: stands here twice, first on line 8: keep one of them"],
        ),
        (
            {LESSON: "- a\n"},
            ["1: file: holds no keys: write 'key: value' lines, as README.md tells"],
        ),
        ({LESSON: ""}, ["1: file: holds no keys: write 'key: value' lines, as README.md tells"]),
    ],
)  # fmt: skip
def test_says_where_a_lesson_does_not_fit_and_what_to_do(
    tmp_path: Path, changes: Changes, expected: list[str]
) -> None:
    assert problems(write(tmp_path, changes)) == [f"{LESSON}:{line}" for line in expected]


# --- Across lines and files ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            with_lesson("number: 1\n", "number: 1\nslug: eerste-les\n"),
            [f"{LESSON}:2: slug: the folder's name is the slug: remove this line"],
        ),
        (
            with_lesson("eyebrow:", "body:\n      nl: x\n      en: y\n    eyebrow:"),
            [f"{LESSON}:21: steps.0.body: is not written here: write lezen.nl.md and lezen.en.md"],
        ),
        (
            {FOLDER + "lezen.nl.md": None, FOLDER + "lezen.en.md": None},
            [
                f"{LESSON}:15: steps.0.read: a step to read needs a text: write lezen.nl.md and "
                "lezen.en.md"
            ],
        ),
        (
            {FOLDER + "lezen.en.md": None},
            [
                f"{FOLDER}lezen.en.md:1: file: translation is missing: write it beside the other "
                "language"
            ],
        ),
        (
            {FOLDER + "lesen.nl.md": "x", FOLDER + "zzz.nl.md": "x"},
            [
                f"{FOLDER}lesen.nl.md:1: file: no step of this lesson is called 'lesen': did you "
                "mean 'lezen'?",
                f"{FOLDER}zzz.nl.md:1: file: no step of this lesson is called 'zzz': rename it, or "
                "write the step",
            ],
        ),
        (
            {FOLDER + "wegen.nl.md": "  \n"},
            [f"{FOLDER}wegen.nl.md:1: text: is empty: write the text of the step"],
        ),
        (
            {FOLDER + "wegen.nl.md": "woord " * 4000},
            [
                f"{FOLDER}wegen.nl.md:1: text: has 24000 characters, at most 20000 fit: split the "
                "step"
            ],
        ),
        (
            {FOLDER + "wegen.nl.md": "Een\n\ttab.\n"},
            [f"{FOLDER}wegen.nl.md:2: file: a tab stands here: use spaces"],
        ),
        (
            {FOLDER + "wegen.nl.md": "Een [[waakvlam]] en [@cbs-2025].\n"},
            [
                f"{FOLDER}wegen.en.md:1: source: [@cbs-2025] stands in the Dutch text only: use it "
                "in both",
                f"{FOLDER}wegen.en.md:1: term: [[waakvlam]] stands in the Dutch text only: use it "
                "in both",
            ],
        ),
        (
            {FOLDER + "wegen.en.md": "A [[waakvlam]].\n\n::: note\nx\n:::\n"},
            [
                f"{FOLDER}wegen.en.md:1: block: the ::: blocks here are note, in the Dutch text "
                "none: give both the same",
                f"{FOLDER}wegen.nl.md:1: term: [[waakvlam]] stands in the English text only: use "
                "it in both",
            ],
        ),
        (
            {FOLDER + "wegen.nl.md": "# Kop\n\nEen [[waakvlm]] van 33 weken.\n"},
            [
                f"{FOLDER}wegen.en.md:1: term: [[waakvlm]] stands in the Dutch text only: use it "
                "in both",
                f"{FOLDER}wegen.nl.md:1: heading: the page has its title already: start with '##'",
                f"{FOLDER}wegen.nl.md:3: paragraph: '33' has no source: add [@source], or "
                f"{{fictief}} when invented",
                f"{FOLDER}wegen.nl.md:3: term: [[waakvlm]] is not in the glossary: did you mean "
                "'waakvlam'?",
            ],
        ),
        (
            with_lesson("nl: Je kunt wegen.", "nl: Je kunt [[waakvlam]] wegen."),
            [
                f"{LESSON}:10: goals.0.nl: '[[' would be shown as it is: write this in the .md "
                "file of a step"
            ],
        ),
        (
            replaced("glossary.yaml", "slug: jeugdwet", "slug: uit-beeld"),
            [
                "glossary.yaml:16: terms.2.slug: 'uit-beeld' stands in this list twice: give each "
                "item a slug of its own",
                f"{FOLDER}lezen.en.md:3: term: [[jeugdwet]] is not in the glossary: add it to "
                "glossary.yaml",
                f"{FOLDER}lezen.nl.md:3: term: [[jeugdwet]] is not in the glossary: add it to "
                "glossary.yaml",
            ],
        ),
        (
            with_lesson("slug: geld", "slug: wachtlijst"),
            [
                f"{LESSON}:45: steps.1.scale.agreement.1.slug: 'wachtlijst' stands in this list "
                "twice: give each item a slug of its own"
            ],
        ),
        (
            with_lesson("slug: deur", "slug: geld"),
            [
                f"{LESSON}:50: steps.1.scale.client.0.slug: 'geld' is on the side of the agreement "
                "too: rename one"
            ],
        ),
        (
            with_lesson("slug: meer-keuzes", "slug: een-keuze"),
            [
                f"{LESSON}:154: steps.2.question.questions.1.slug: 'een-keuze' stands in this list "
                "twice: give each item a slug of its own"
            ],
        ),
        (
            with_lesson("slug: oud", "slug: jong"),
            [
                f"{LESSON}:168: steps.2.question.questions.1.multiple.options.1.slug: 'jong' "
                "stands in this list twice: give each item a slug of its own"
            ],
        ),
        (
            with_lesson("      - uit-beeld", "      - uitbeeld"),
            [
                f"{LESSON}:30: steps.0.read.terms.0: 'uitbeeld' is not in glossary.yaml: did you "
                "mean 'uit-beeld'?"
            ],
        ),
        (
            with_lesson("source: omlo-2017", "source: xyz"),
            [
                f"{LESSON}:28: steps.0.read.margin.0.source: 'xyz' is not in sources.yaml: add it "
                "to sources.yaml"
            ],
        ),
        (
            with_lesson("- cbs-2025", "- cbs-2024"),
            [
                f"{LESSON}:134: steps.2.question.questions.0.single.sources.0: 'cbs-2024' is not "
                "in sources.yaml: did you mean 'cbs-2025'?"
            ],
        ),
        (
            with_lesson("- eropaf", "- ontregelen"),
            [
                f"{LESSON}:13: reading.0: 'ontregelen' is not in reading.yaml: add it to "
                "reading.yaml"
            ],
        ),
        (
            with_lesson("        sources:\n          - cbs-2025\n", ""),
            [
                f"{LESSON}:131: steps.2.question.questions.0.single.prompt.nl: '33.000' has no "
                "source: give this question 'sources:', or 'fictional: true' when it is invented"
            ],
        ),
        (
            with_lesson("        fictional: true\n", ""),
            [
                f"{LESSON}:188: steps.2.question.questions.2.number.expected: '2.50' has no "
                "source: give this question 'sources:', or 'fictional: true' when it is invented"
            ],
        ),
        (
            replaced("glossary.yaml", "nl: Een wet.", "nl: Een wet uit 2015."),
            [
                "glossary.yaml:22: terms.2.meaning.nl: '2015' can have no source here: leave it "
                "out, or tell it in a lesson"
            ],
        ),
        (
            replaced("sources.yaml", "seen: secondhand", "seen: heard"),
            [
                "sources.yaml:5: sources.0.seen: 'heard' is not known: choose 'page', 'secondhand' "
                "or 'knowledge'"
            ],
        ),
        (
            replaced("course.yaml", "lesson: eerste-les", "lesson: eerste-lesje"),
            [
                "course.yaml:7: modules: lesson 'eerste-les' has no place: add 'lesson: "
                "eerste-les' to a module",
                "course.yaml:13: modules.0.lesson: there is no folder lessons/eerste-lesje: did "
                "you mean 'eerste-les'?",
            ],
        ),
        (
            replaced("course.yaml", "number: 2", "number: 1"),
            ["course.yaml:14: modules.1.number: there is a module 1 already: count on"],
        ),
        (
            replaced("course.yaml", "number: 1", "number: 3"),
            [
                "course.yaml:8: modules.0.number: is 3 here and 1 in lesson.yaml of eerste-les: "
                "make them the same"
            ],
        ),
        (
            replaced("course.yaml", "minutes: 30", "minutes: 35"),
            [
                "course.yaml:12: modules.0.minutes: is 35 here and 30 in lesson.yaml of "
                "eerste-les: make them the same"
            ],
        ),
        (
            replaced("course.yaml", "minutes: 40", "minutes: 30\n    lesson: eerste-les"),
            [
                "course.yaml:14: modules.1.number: is 2 here and 1 in lesson.yaml of eerste-les: "
                "make them the same",
                "course.yaml:19: modules.1.lesson: 'eerste-les' is the lesson of an earlier "
                "module: remove one",
            ],
        ),
        (
            with_lesson(
                AGAIN,
                "  - slug: opnieuw\n    kind: question\n    questions:\n      - slug: getal\n"
                "        type: number\n        fictional: true\n        expected: 1\n"
                "        prompt: {nl: a, en: b}\n        explanation: {nl: a, en: b}\n"
                "    minutes: 3\n    title: {nl: a, en: b}\n",
            ),
            [
                f"{LESSON}:229: steps.3.question.questions.0.slug: 'getal' is a question of step "
                "'vragen' too: rename one"
            ],
        ),
        (
            {LESSON: None},
            [f"{LESSON}:1: file: is missing: write it, or remove the folder"],
        ),
        (
            {"glossary.yaml": None},
            ["glossary.yaml:1: file: is missing: write it"],
        ),
        (
            {
                "notes.txt": "x",
                "lessons/x.yaml": "x",
                FOLDER + "les.yaml": "x",
                FOLDER + "Plaatje.nl.md": "x",
                FOLDER + "diep/lesson.yaml": "x",
                "lessons/Les Twee/lesson.yaml": "x",
                "README.md": "For authors.",
                ".swap": "x",
                "course.yaml~": "x",
            },
            [
                "lessons/Les Twee:1: folder: is not a slug: use 2 to 40 small letters, digits and "
                "hyphens, a letter first",
                f"{FOLDER}Plaatje.nl.md:1: file: is not a file of the course: name it as README.md "
                "tells, or remove it",
                f"{FOLDER}diep:1: folder: is not a folder of the course: lessons have theirs in "
                "lessons/",
                f"{FOLDER}les.yaml:1: file: is not a file of the course: name it as README.md "
                "tells, or remove it",
                "lessons/x.yaml:1: file: is not a file of the course: name it as README.md tells, "
                "or remove it",
                "notes.txt:1: file: is not a file of the course: name it as README.md tells, or "
                "remove it",
            ],
        ),
    ],
)  # fmt: skip
def test_says_what_does_not_fit_together(
    tmp_path: Path, changes: Changes, expected: list[str]
) -> None:
    assert problems(write(tmp_path, changes)) == expected


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    changes: Changes = {
        **with_lesson("kind: read", "kind: reed"),
        **replaced("sources.yaml", "seen: secondhand", "seen: heard"),
        "glossary.yaml": "terms: [\n",
        FOLDER + "wegen.nl.md": "<b>Wie</b> weg is.\n",
    }
    files = [line.split(":")[0] for line in problems(write(tmp_path, changes))]
    assert files == ["glossary.yaml", LESSON, FOLDER + "wegen.nl.md", "sources.yaml"]


def test_an_unreadable_glossary_is_the_only_problem_of_its_terms(tmp_path: Path) -> None:
    assert [
        line.split(":")[0] for line in problems(write(tmp_path, {"glossary.yaml": "a: ["}))
    ] == ["glossary.yaml"]


def test_without_a_folder_there_is_one_problem(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert problems(absent) == [
        f"{absent}:1: folder: there is no such folder: give the folder that holds course.yaml"
    ]


def test_files_are_named_from_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "content", {"reading.yaml": None})
    monkeypatch.chdir(tmp_path)
    assert problems(Path("content")) == ["content/reading.yaml:1: file: is missing: write it"]


# --- Nothing outside the folder ------------------------------------------------------------


@pytest.mark.parametrize("name", ["glossary.yaml", LESSON, FOLDER + "wegen.nl.md", "lessons"])
def test_a_symbolic_link_is_refused(tmp_path: Path, name: str) -> None:
    root = write(tmp_path / "content")
    outside = tmp_path / "outside"
    os.rename(root / name, outside)
    (root / name).symlink_to(outside)
    message = "is a symbolic link, which is not followed: put the file itself here"
    assert f"{name}:1: file: {message}" in problems(root)


PARTS = st.sampled_from(["..", "/", "\\", "%2e", "\u2024", "C:", "a", "-", "~", "canary", "."])


@given(st.lists(PARTS, max_size=8).map("".join))
@example("../../../canary")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_slug_leads_out_of_the_folder(tmp_path: Path, slug: str) -> None:
    for language in ("nl", "en"):
        (tmp_path / f"canary.{language}.md").write_text("Het lied van de kanarie.")
    changes = with_lesson("slug: wegen\n    kind", f"slug: '{slug}'\n    kind")
    found = problems(write(tmp_path / "content", changes))
    assert any("no step of this lesson is called 'wegen'" in line for line in found)
    assert not any("kanarie" in line for line in found)


YAMLISH = st.text(alphabet=st.sampled_from(list("ab:-[]{}&*!|>'\"%#\n\n  0.")), max_size=60)


@given(
    name=st.sampled_from(sorted(FILES)),
    text=YAMLISH | st.text(max_size=60),
    at=st.integers(min_value=0, max_value=200),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_change_of_any_file_loads_or_gives_problems(
    tmp_path: Path, name: str, text: str, at: int
) -> None:
    lines = FILES[name].split("\n")
    lines[at % len(lines)] += text
    try:
        load(write(tmp_path, {name: "\n".join(lines)}))
    except ContentErrors as errors:
        assert str(errors)  # noqa: PT017 - loading may succeed as well
