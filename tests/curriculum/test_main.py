import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.curriculum.__main__ import main
from tests.curriculum.examples import LESSON, replaced, with_lesson, write


def test_check_counts_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path))]) == 0
    said = capsys.readouterr()
    assert said.out == (
        "1 lesson, 5 steps, 4 questions, 0 cases, 0 quizzes, 1 rubric, 2 phrases, 0 messages, "
        "3 terms, 3 sources, 1 book: all well\n"
    )
    assert said.err == ""


def test_check_prints_each_problem_on_a_line_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {
        **with_lesson("kind: read", "kind: reed"),
        **replaced("sources.yaml", "seen: secondhand", "seen: heard"),
    }
    assert main(["check", str(write(tmp_path, changes))]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"{LESSON}:16: steps.0.kind: 'reed' is not a kind: choose one of read, scale, weigh-again, "
        "question, case, reflect\n"
        "sources.yaml:5: sources.0.seen: 'heard' is not known: choose 'page', 'secondhand' or "
        "'knowledge'\n"
    )


def test_words_are_counted_per_lesson_and_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["words", str(write(tmp_path))]) == 0
    assert capsys.readouterr().out == "eerste-les: 214 nl, 222 en\n"
    more: dict[str, str | None] = {
        "lessons/eerste-les/wegen.nl.md": "Wie weg is, is [[waakvlam|nu echt]] uit beeld.",
        "lessons/eerste-les/wegen.en.md": "Who is gone is [[waakvlam|now]] out of sight.",
    }
    assert main(["words", str(write(tmp_path, more))]) == 0
    assert capsys.readouterr().out == "eerste-les: 216 nl, 223 en\n"


def test_the_content_of_the_current_directory_is_checked_without_web_or_database(
    tmp_path: Path,
) -> None:
    write(tmp_path / "content")
    program = (
        "import sys; from course.curriculum.__main__ import main; status = main([]); "
        "print(sorted({'flask', 'sqlalchemy', 'wtforms'} & set(sys.modules))); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("all well\n[]\n")


def test_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "course.curriculum", "check", str(tmp_path / "absent")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr
