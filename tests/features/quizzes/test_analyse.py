"""``flask quizzes analyse MARKS.csv``: figures of a quiz from a table of marks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from tests.domain.published import MOODLE_MARKS, MOODLE_MAXIMA, MOODLE_SLOTS

# No figure depends on the database.
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def analyse(app: Flask, *words: str, typed: bytes = b"") -> Result:
    """``flask --app wsgi quizzes analyse …``."""
    program = FlaskGroup(create_app=lambda: app, add_default_commands=False, load_dotenv=False)
    return CliRunner().invoke(program, ["quizzes", "analyse", *words], input=typed)


def table(attempts: Sequence[Sequence[float | None]] = MOODLE_MARKS) -> bytes:
    """The attempts of Moodle's unit test as a Dutch spreadsheet saves them."""
    names = [f"Vraag {slot}" for slot in MOODLE_SLOTS]
    rows = (names, MOODLE_MAXIMA, *attempts)
    lines = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "\r\n".join(lines).replace(".", ",").encode("utf-8-sig")


def analysed(app: Flask, content: bytes) -> dict[str, Any]:
    """What the command says of a table, as JSON."""
    done = analyse(app, "-", "--json", typed=content)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


# --- JSON ----------------------------------------------------------------------------------


@SQLITE
def test_a_file_gives_every_figure_with_its_n_interval_and_reading(
    app: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "marks.csv"
    path.write_bytes(table())
    done = analyse(app, str(path), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["quiz"]["attempts"] == 22
    assert told["quiz"]["internal_consistency"] == {
        "value": pytest.approx(23.4318, abs=5e-5),
        "n": 22,
        "low": pytest.approx(-33.6094, abs=5e-5),
        "high": pytest.approx(63.1352, abs=5e-5),
        "missing": None,
        "reading": "unsatisfactory",
        "certain": True,
    }
    item = told["items"][9]
    assert (item["name"], item["maximum"], item["blank"]) == ("Vraag 17", 1, 0)
    assert item["discrimination_index"] == {
        "value": pytest.approx(15.18945843, abs=1e-6),
        "n": 22,
        "low": pytest.approx(-28.82, abs=0.01),
        "high": pytest.approx(53.90, abs=0.01),
        "missing": None,
        "reading": "very_weak",
        "certain": False,
    }


@SQLITE
def test_all_figures_of_the_quiz_and_of_items_are_there(app: Flask) -> None:
    told = analysed(app, table())
    assert set(told["quiz"]) == {
        *("attempts", "empty_attempts", "items", "maximum", "blank"),
        *("mean", "sd", "mean_percent", "sd_percent", "skewness", "kurtosis"),
        *("alpha", "kr20", "sem", "internal_consistency", "error_ratio", "standard_error"),
    }
    for item in told["items"]:
        assert set(item) == {
            *("name", "maximum", "blank"),
            *("facility", "sd", "upper_lower", "item_total", "item_rest", "alpha_if_deleted"),
            *("intended_weight", "effective_weight"),
            *("discrimination_index", "discriminative_efficiency"),
        }


@SQLITE
def test_a_small_group_gets_reasons_instead_of_figures(app: Flask) -> None:
    told = analysed(app, table(MOODLE_MARKS[:9]))
    nothing = {"value": None, "n": 9, "low": None, "high": None, "missing": "too_few"}
    assert told["quiz"]["mean"] == nothing
    assert told["items"][0]["facility"] == nothing
    assert told["items"][0]["blank"] is None
    between = analysed(app, table(MOODLE_MARKS[:10]))
    assert between["items"][0]["facility"]["missing"] is None
    assert between["items"][0]["item_rest"]["missing"] == "too_few"


@SQLITE
def test_an_empty_cell_is_0_marks_and_counted_as_blank(app: Flask) -> None:
    told = analysed(app, table([*MOODLE_MARKS[:20], [None] * 13, [*[None] * 12, 1]]))
    assert (told["quiz"]["blank"], told["quiz"]["empty_attempts"]) == (25, 1)
    assert [item["blank"] for item in told["items"]] == [*[2] * 12, 1]
    assert told["items"][12]["facility"]["value"] == pytest.approx(11 / 22)


@SQLITE
@pytest.mark.parametrize(
    "content",
    [
        b"P\n1\n" + b"1\n0\n" * 10,
        b"P,Q\n1,1\n" + b",\n" * 20,
        b"P,Q\n1,1\n" + b"1,1\n" * 20,
        b"P,Q\n1,1\n" + b"1,0\n0,1\n" * 10,
    ],
    ids=["one item", "all blank", "all right", "equal totals"],
)
def test_a_degenerate_table_gives_json_without_nan(app: Flask, content: bytes) -> None:
    told = analysed(app, content)
    for figures in (told["quiz"], *told["items"]):
        for figure in figures.values():
            if isinstance(figure, dict):
                assert (figure["value"] is None) == (figure["missing"] is not None)


# --- Text ----------------------------------------------------------------------------------


@SQLITE
def test_the_text_tells_of_the_quiz_the_items_and_what_is_missing(app: Flask) -> None:
    done = analyse(app, "-", typed=table())
    assert done.exit_code == 0
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for line in (
        "Attempts 22, items 13, maximum 20.",
        "Mean 10.05 [8.82, 11.28]",
        "Internal consistency, % 23.4 [-33.6, 63.1] unsatisfactory",
        "Vraag 8 8 0 0.41 [0.31, 0.52] 1.91 0.47 0.84 0.26 [-0.18, 0.61] 0.046 40.0 26.6 27.2",
        "Vraag 10: facility easy (uncertain); spread narrow; D poor; discrimination negative "
        "(uncertain); efficiency negative; weight lighter; alpha without it higher",
        "Not shown (some marks are neither 0 nor the maximum): KR-20.",
    ):
        assert line in lines


@SQLITE
def test_the_text_says_why_a_small_group_has_no_figures(app: Flask) -> None:
    nine = analyse(app, "-", typed=table(MOODLE_MARKS[:9]))
    assert nine.stdout == (
        "Attempts 9, items 13, maximum 20.\nFigures take 10 attempts, so there are none.\n"
    )
    ten = analyse(app, "-", typed=table(MOODLE_MARKS[:10]))
    assert "Not shown (takes 20 attempts): D 27 % of every item; Item-total of" in ten.stdout


@SQLITE
def test_the_text_asks_whether_rows_without_an_answer_are_attempts(app: Flask) -> None:
    done = analyse(app, "-", typed=table([*MOODLE_MARKS, [None] * 13]))
    assert (
        "Attempts without any answer: 1. Remove those rows if they are no attempts.\n"
        in done.stdout
    )


@SQLITE
def test_a_long_name_keeps_the_columns_below_each_other(app: Flask) -> None:
    name = b"Wat weegt volgens jou het zwaarst in deze casus?"
    done = analyse(app, "-", typed=name + b",Q\n1,1\n" + b"1,1\n0,1\n" * 10)
    assert "\nWat weegt volgens jou...    1      0" in done.stdout
    assert f"\n{name.decode()}: facility fitting" in done.stdout


# --- Refused -------------------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_is_wrong_is_told_on_the_error_stream_only(app: Flask, words: tuple[str, ...]) -> None:
    done = analyse(app, "-", *words, typed=b"P,Q\n1,2\n1,2.5\nx,0\n")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == (
        'Error: Row 3, column 2 ("Q"): 2.5 is above the maximum, 2. Correct the mark, or row 2.\n'
        'Row 4, column 1 ("P"): "x" is not a number. Write a plain number such as 1.5, or leave '
        "the cell empty if the item was not answered.\n"
    )


@SQLITE
def test_a_file_that_is_not_there_or_is_a_folder_is_refused(app: Flask, tmp_path: Path) -> None:
    for path in (tmp_path / "marks.csv", tmp_path):
        done = analyse(app, str(path))
        assert (done.exit_code, done.stdout) == (2, "")
        assert str(path) in done.stderr
