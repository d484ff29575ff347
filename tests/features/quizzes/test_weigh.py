"""``flask quizzes weigh PANEL.json``: the keys, what an author should know, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from course.domain.weighing import Key
from tests.features.quizzes.panelfiles import panel_file, written

# No key depends on the database.
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def weigh(app: Flask, *words: str, typed: bytes = b"") -> Result:
    """``flask --app wsgi quizzes weigh …``."""
    program = FlaskGroup(create_app=lambda: app, add_default_commands=False, load_dotenv=False)
    return CliRunner().invoke(program, ["quizzes", "weigh", *words], input=typed)


def weighed(app: Flask, data: object) -> dict[str, Any]:
    """What the command says of a file, as JSON."""
    done = weigh(app, "-", "--json", typed=written(data))
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def codes(findings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(finding["level"], finding["code"]) for finding in findings]


# --- Help ----------------------------------------------------------------------------------


@SQLITE
def test_the_example_in_the_help_can_be_weighed(app: Flask) -> None:
    told = weigh(app, "--help").output
    example = told[told.index("{") : told.rindex("}") + 1]
    assert weigh(app, "-", typed=example.encode()).exit_code == 0


# --- Keys ----------------------------------------------------------------------------------


@SQLITE
def test_each_item_has_a_key_by_every_method(app: Flask) -> None:
    told = weighed(app, panel_file())
    assert (told["panel"], told["version"], told["min_n"], told["members"]) == (
        *("wijkteams", 2),
        *(2, 2),
    )
    assert {item["item"]: list(item["keys"]) for item in told["items"]} == {
        "de-buurvrouw-is-weg": ["aggpen", "agg", "dmode", "dmean", "sba"],
        "wat-past": ["near4", "sameside", "abs", "sq", "consensus"],
        "wat-eerst": ["corrected", "places", "spearman", "kendall"],
        "wat-telt": ["tolerance"],
        "waar-sta-je": ["quartiles"],
        "het-meest": ["counts"],
    }
    assert all(item["default"] == next(iter(item["keys"])) for item in told["items"])


@SQLITE
def test_a_key_that_is_printed_can_be_frozen_as_it_is(app: Flask) -> None:
    for item in weighed(app, panel_file())["items"]:
        for method, printed in item["keys"].items():
            key = Key.from_json(printed)
            assert (key.format, key.method, key.n) == (item["format"], method, 2)


@SQLITE
def test_fractions_are_printed_exactly(app: Flask) -> None:
    (sct, *_) = weighed(app, panel_file())["items"]
    assert sct["keys"]["dmean"]["table"] == {
        "credits": {"-2": "7/8", "-1": "7/8", "0": "5/8", "1": "3/8", "2": "1/8"}
    }


@SQLITE
def test_the_same_answers_in_another_order_give_the_same_keys(app: Flask) -> None:
    turned = panel_file()
    for item in turned["items"]:
        item["answers"].reverse()
    assert weighed(app, turned) == weighed(app, panel_file())


@SQLITE
def test_who_is_excluded_does_not_count(app: Flask) -> None:
    data = panel_file()
    data["items"][4]["answers"][0] |= {"excluded": True, "reason": "kende de casus"}
    item = weighed(app, data)["items"][4]
    assert (item["n"], item["excluded"], item["provisional"]) == (1, 1, True)
    assert item["keys"]["quartiles"]["table"] == {"low": "80", "high": "80"}


@SQLITE
def test_only_a_panel_that_is_large_enough_may_count_and_never_for_values(app: Flask) -> None:
    counting = {item["item"]: item["may_count"] for item in weighed(app, panel_file())["items"]}
    assert counting == {
        "de-buurvrouw-is-weg": True,
        "wat-past": True,
        "wat-eerst": True,
        "wat-telt": False,
        "waar-sta-je": False,
        "het-meest": False,
    }
    small = weighed(app, panel_file() | {"min_n": 3})
    assert all(item["provisional"] and not item["may_count"] for item in small["items"])


# --- What an author should know ------------------------------------------------------------


@SQLITE
def test_a_split_panel_is_found_and_has_no_mean(app: Flask) -> None:
    data = panel_file()
    data["items"][0]["answers"][1]["answer"] = 2
    item = weighed(app, data)["items"][0]
    assert codes(item["findings"]) == [("warning", "split"), ("warning", "mean-of-split")]
    assert item["findings"][0]["answers"] == [-2, 2]
    assert "dmean" not in item["keys"]
    assert not item["may_count"]


@SQLITE
def test_items_together_are_judged(app: Flask) -> None:
    data = panel_file()
    for answer in data["items"][0]["answers"]:
        answer["answer"] = 0
    told = weighed(app, data)
    assert codes(told["findings"]) == [
        ("warning", "middle-too-often"),
        ("warning", "ends-too-seldom"),
    ]


@SQLITE
def test_without_json_there_is_something_to_read(app: Flask, tmp_path: Path) -> None:
    data = panel_file() | {"min_n": 3}
    data["items"] = [data["items"][0], data["items"][2]]
    data["items"][0]["answers"][1] |= {"excluded": True, "reason": "kende de casus"}
    path = tmp_path / "panel.json"
    path.write_bytes(written(data))
    done = weigh(app, str(path))
    assert done.exit_code == 0
    lines = [line.split("; sha256 ")[0] for line in done.stdout.splitlines()]
    provisional = "and 3 are needed before it may count: until then it is shown as provisional."
    assert lines == [
        "wijkteams, version 2: 2 members, 2 items",
        "",
        "de-buurvrouw-is-weg (sct): 1 answer, 1 excluded",
        "  aggpen: credits (-2 1, -1 3/8, 0 1/4, 1 1/8, 2 0)",
        "  agg: credits (-2 1, -1 0, 0 0, 1 0, 2 0)",
        "  dmode: credits (-2 1, -1 3/4, 0 1/2, 1 1/4, 2 0)",
        "  dmean: credits (-2 1, -1 3/4, 0 1/2, 1 1/4, 2 0)",
        "  sba: credits (-2 1, -1 0, 0 0, 1 0, 2 0)",
        f"  warning: 1 answer, {provisional}",
        "  warning: answer -2: Everybody gives the same answer. Then it is not a weighing: make "
        "the fact less clear, or ask it as a question.",
        "",
        "wat-eerst (sjt_rank): 2 answers",
        "  corrected: orders ((gaan bellen wachten)), chance 5/9",
        "  places: orders ((gaan bellen wachten)), chance 0",
        "  spearman: orders ((gaan bellen wachten)), chance 0",
        "  kendall: orders ((gaan bellen wachten)), chance 0",
        f"  warning: 2 answers, {provisional}",
    ]


# --- What is refused -----------------------------------------------------------------------


@SQLITE
def test_an_item_without_a_key_ends_with_status_1(app: Flask) -> None:
    data = panel_file()
    data["items"][4]["answers"] = []
    done = weigh(app, "-", "--json", typed=written(data))
    assert done.exit_code == 1
    item = json.loads(done.stdout)["items"][4]
    assert (item["keys"], item["default"], item["may_count"]) == ({}, None, False)
    assert codes(item["findings"]) == [("error", "no-answers")]


@SQLITE
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_wrong_file_ends_with_status_2_and_names_item_and_member(
    app: Flask, as_json: list[str]
) -> None:
    data = panel_file()
    data["items"][4]["answers"][1]["answer"] = 101
    done = weigh(app, "-", *as_json, typed=written(data))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == (
        "Error: item 'waar-sta-je': member 'm02': answer=101 must be a whole number from 0 to 100: "
        "change it\n"
    )


@SQLITE
def test_a_file_that_is_not_there_ends_with_status_2(app: Flask, tmp_path: Path) -> None:
    for path in (tmp_path / "panel.json", tmp_path):
        done = weigh(app, str(path))
        assert done.exit_code == 2
        assert str(path) in done.stderr
        assert "Traceback" not in done.output
