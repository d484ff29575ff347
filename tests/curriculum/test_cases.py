"""Case files: what may stand in them, and what an author hears of one that is not right."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from course.curriculum import casecheck
from course.curriculum.__main__ import main
from course.curriculum.cases import read_condition, read_effect
from course.curriculum.edition import CaseEdition
from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors
from course.domain.branching import (
    Add,
    Effect,
    Is,
    Note,
    Op,
    Put,
    Schedule,
    Seen,
    StartClock,
    Week,
    replay,
)
from tests.curriculum.case_examples import CASE, case_with, write_case
from tests.curriculum.examples import write

# --- Short sentences -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("vertrouwen >= 2", Is("vertrouwen", Op.AT_LEAST, 2)),
        ("vertrouwen != -1", Is("vertrouwen", Op.NOT_EQUAL, -1)),
        ("seen aan-de-deur < 3", Seen("aan-de-deur", Op.BELOW, 3)),
        ("week > 10", Week(Op.ABOVE, 10)),
    ],
)
def test_a_condition_is_read(text: str, condition: object) -> None:
    assert read_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("vertrouwen + 1", Add("vertrouwen", 1)),
        ("vertrouwen - 2", Add("vertrouwen", -2)),
        ("gesloten = 1", Put("gesloten", 1)),
        ("start stilte", StartClock("stilte")),
        ("note kaartje", Note("kaartje")),
        ("in 1 week terug", Schedule("terug", 1)),
        ("in 12 weeks terug with 30%", Schedule("terug", 12, percent=30)),
        (
            "in 12 weeks terug with 50% if vertrouwen >= 1 and week < 30",
            Schedule(
                "terug", 12, (Is("vertrouwen", Op.AT_LEAST, 1), Week(Op.BELOW, 30)), percent=50
            ),
        ),
    ],
)
def test_an_effect_is_read(text: str, effect: Effect) -> None:
    assert read_effect(text) == effect


@pytest.mark.parametrize(
    "text",
    ["", "vertrouwen", "vertrouwen => 2", "vertrouwen >= veel", "2 >= vertrouwen", "a and b >= 1",
     "vertrouwen >= 1 or week > 2", "__import__ >= 1"],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write 'vertrouwen >= 2'"):
        read_condition(text)


@pytest.mark.parametrize(
    "text", ["", "vertrouwen += 1", "vertrouwen + vertrouwen", "in weeks terug", "stop stilte"]
)
def test_what_does_nothing_we_know_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write 'vertrouwen \\+ 1'"):
        read_effect(text)


@pytest.mark.parametrize("percent", ["0", "101"])
def test_a_chance_lies_between_one_and_a_hundred(percent: str) -> None:
    with pytest.raises(ValueError, match="write 1 to 100"):
        read_effect(f"in 2 weeks terug with {percent}%")


# --- A file --------------------------------------------------------------------------------


def test_a_case_is_read_and_can_be_played(tmp_path: Path) -> None:
    case, _lines = casecheck.read(write_case(tmp_path))
    assert case.slug == "aan-de-deur"
    assert case.node("stoep").options[0].hours == Decimal("1.5")
    states = replay(case.to_play(), ("kaartje", "blijven"))
    assert [state.node for state in states] == ["stoep", "tafel", "open"]
    assert states[-1].minutes == 330
    assert states[-1].notes == ("kaartje",)


def test_a_closed_case_is_at_the_door_again_in_march(tmp_path: Path) -> None:
    case, _lines = casecheck.read(write_case(tmp_path))
    states = replay(case.to_play(), ("sluiten", "wachten", "doorverwijzen"))
    assert [state.node for state in states] == ["stoep", "stilte", "maart", "dicht"]
    assert states[-1].week == 12


def test_a_value_is_said_in_words(tmp_path: Path) -> None:
    trust = casecheck.read(write_case(tmp_path))[0].variable("vertrouwen")
    said = [trust.said(value, "nl") for value in range(4)]
    assert said == ["De deur blijft dicht."] * 2 + ["De deur staat op een kier."] * 2


def test_an_edition_of_a_case_reads_back_as_it_was(tmp_path: Path) -> None:
    edition = CaseEdition(case=casecheck.read(write_case(tmp_path))[0])
    assert CaseEdition.parse(edition.dump()) == edition
    assert CaseEdition.parse(edition.dump()).hash == edition.hash


@pytest.mark.parametrize(
    ("change", "line", "where", "message"),
    [
        (("max: 3\n", "max: drie\n"), 13, "variables.0.max", "'drie' is not a whole number"),
        (("start: stoep", "strat: stoep"), 1, "start", "is missing: add 'start'"),
        (("values: [w1, w2]", "values: [w6]"), 4, "values.0", "'w6' is not known"),
        (("does: [vertrouwen + 1, note", "does: [vertrouwen plus 1, note"), 50,
         "nodes.0.options.0.does.0", "'vertrouwen plus 1' does nothing we know"),
        (("needs: [vertrouwen >= 2]", "needs: [vertrouwen 2]"), 70,
         "nodes.1.options.0.needs.0", "'vertrouwen 2' is not a condition"),
        (("        feedback: {nl: Ze belt terug., en: She calls back.}\n", ""), 31, "nodes.0",
         "option 'kaartje' of 'stoep' needs feedback, hard and soft"),
        (("    satisfied: 5\n", ""), 108, "nodes.4", "end 'open' needs an outcome"),
        (("      - {at: 0, text: {nl: De deur blijft", "      - {at: 1, text: {nl: De deur blijft"),
         12, "variables.0", "the words of 'vertrouwen' must begin at 0"),
        (("{nl: Ze zet koffie., en:", "{nl: Ze zet **koffie**., en:"), 64, "nodes.1.text.nl",
         "'**' would be shown as it is"),
        (("title: {nl: Aan de deur, en", "slug: x\ntitle: {nl: Aan de deur, en"), 1, "slug",
         "the name of the file is the slug"),
    ],
)  # fmt: skip
def test_says_where_a_case_does_not_fit_and_what_to_do(
    tmp_path: Path, change: tuple[str, str], line: int, where: str, message: str
) -> None:
    path = write_case(tmp_path, change)
    with pytest.raises(ContentErrors) as refused:
        casecheck.read(path, shown="case.yaml")
    (problem, *_others) = refused.value.problems
    assert (problem.line, problem.where) == (line, where), problem
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("vertrouwen + 1, note kaartje", "trust + 1"), "changes 'trust', which is no variable"),
        (("note kaartje]", "note briefje]"), "adds note 'briefje', which is not written"),
        (("vertrouwen + 1, note", "start vertrouwen, note"), "'vertrouwen', which is no clock"),
        (("needs: [vertrouwen >= 2]", "needs: [trust >= 2]"), "looks at 'trust'"),
        (("needs: [vertrouwen >= 2]", "needs: [seen ergens >= 2]"), "looks at node 'ergens'"),
        (("slug: sluiten", "slug: kaartje"), "two options of 'stoep' are called 'kaartje'"),
        (("- slug: stilte", "- slug: week"), "'week' has a meaning of its own"),
    ],
)
def test_refers_only_to_what_there_is(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(ContentErrors, match=message):
        casecheck.read(write_case(tmp_path, change))


# --- As a map ------------------------------------------------------------------------------


def test_a_good_case_has_nothing_to_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["casemap", str(write_case(tmp_path))]) == 0
    assert capsys.readouterr().out == (
        "6 nodes, 7 options, 9 states\n"
        "  open: 1 paths, 5.5 to 5.5 hours of work, 1 to 1 weeks, 35 to 35 words\n"
        "  dicht: 3 paths, 0 to 1.5 hours of work, 1 to 12 weeks, 37 to 52 words\n"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [("to: tafel\n        weeks: 1", "to: nergens\n        weeks: 1")],
            ["error: case.yaml:45: nodes.0.options.0: option 'kaartje' of 'stoep' leads to a node "
             "that there is not: write it, or correct the name"],
        ),
        (
            [("in 12 weeks maart if vertrouwen >= 1", "vertrouwen + 0")],
            ["error: case.yaml:90: nodes.3: node 'maart' cannot be reached: let an option lead to "
             "it, or remove it"],
        ),
        (
            [("to: dicht, weeks: 12", "to: stilte, weeks: 12")],
            ["error: case.yaml:84: nodes.2: from 'stilte' no end can be reached: add a way out"],
        ),
        (
            [("needs: [vertrouwen >= 2]", "needs: [vertrouwen >= 9]")],
            ["error: case.yaml:108: nodes.4: node 'open' cannot be reached: let an option lead to "
             "it, or remove it",
             "warning: case.yaml:66: nodes.1.options.0: option 'blijven' of 'tafel' can never be "
             "chosen: what it needs is never there"],
        ),
        (
            [("hours: 4\n", "hours: 0\n"), ("        does: [gesloten + 1]\n", ""),
             ("gesloten + 1, in 12", "in 12")],
            ["warning: case.yaml:20: variables.1: variable 'gesloten' never changes: let a choice "
             "change it, or remove it",
             "warning: case.yaml:94: nodes.3.options.0: option 'gaan' of 'maart' is nowhere "
             "the best at anything: give it an honest advantage"],
        ),
    ],
)  # fmt: skip
def test_a_bad_case_says_each_thing_once_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: list[tuple[str, str]],
    said: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(case_with(*changes), encoding="utf-8")
    status = main(["casemap", "case.yaml"])
    found = [line for line in capsys.readouterr().out.splitlines() if ": case.yaml:" in line]
    assert found == said
    assert status == (1 if any(line.startswith("error") for line in said) else 0)


def test_everything_is_there_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["casemap", "--json", str(write_case(tmp_path))]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["nodes"], told["options"], told["states"], told["complete"]) == (6, 7, 9, True)
    assert told["findings"] == []
    assert told["endings"]["open"]["hours"] == [5.5, 5.5]
    assert told["paths"]["paths"] == 4


def test_what_cannot_be_read_is_said_on_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["casemap", str(tmp_path / "nergens.yaml")]) == 1
    assert "nergens.yaml:1: file: cannot be read" in capsys.readouterr().err


# --- In the content ------------------------------------------------------------------------


def test_a_case_in_the_content_is_found_by_its_name(tmp_path: Path) -> None:
    library = load(write(tmp_path, {CASE: case_with()}))
    assert list(library.cases) == ["aan-de-deur"]
    assert library.warnings == ()


def test_an_error_in_a_case_refuses_the_content(tmp_path: Path) -> None:
    broken = case_with(("to: dicht, weeks: 12", "to: nergens, weeks: 12"))
    with pytest.raises(ContentErrors, match="leads to a node that there is not"):
        load(write(tmp_path, {CASE: broken}))


def test_a_warning_is_told_and_keeps_nothing_from_being_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    longer = ("        hours: 1\n        feedback", "        hours: 9\n        feedback")
    doubtful = case_with(longer, ("        does: [gesloten + 1]\n", ""))
    assert main(["check", str(write(tmp_path, {CASE: doubtful}))]) == 0
    said = capsys.readouterr()
    assert "is nowhere the best at anything: give it an honest advantage" in said.err
    assert "1 case," in said.out


def test_a_source_of_a_case_that_is_in_no_list_is_refused(tmp_path: Path) -> None:
    broken = case_with(("values: [w1, w2]\n", "values: [w1, w2]\nsources: [omlo-2018]\n"))
    with pytest.raises(ContentErrors, match="did you mean 'omlo-2017'"):
        load(write(tmp_path, {CASE: broken}))
