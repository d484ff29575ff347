"""``flask quizzes import`` and ``export``: a file as a whole or not at all, and a report."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from course.curriculum.exchange import files
from course.curriculum.positions import parse
from course.curriculum.quizzes import QuizFile
from course.quizzes import editions
from tests.houses import ROOT

# No file depends on the database.
SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)

WHOLE = """\
$CATEGORY: Toets over tellen

::Wie::Wie telt mee? {=iedereen#Zeker. ~niemand#Jammer. ####Het recht geldt.}

::Veel::In 2024 waren het er veel. {T#Kijk nog eens. ####Dat zegt de bron.}
"""
HALF = WHOLE + "\nLees dit eerst.\n"


def quizzes(app: Flask, *words: str) -> Result:
    """``flask --app wsgi quizzes …``."""
    program = FlaskGroup(create_app=lambda: app, add_default_commands=False, load_dotenv=False)
    return CliRunner().invoke(program, ["quizzes", *words])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of which everything can be taken."""
    path = tmp_path / "vragen.gift"
    path.write_text(WHOLE, encoding="utf-8")
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where the quiz goes, in a folder of its own."""
    (tmp_path / "quizzes").mkdir()
    return tmp_path / "quizzes" / "over-tellen.yaml"


def quiz_in(path: Path) -> QuizFile:
    """The quiz in a file."""
    data, _ = parse(path.read_text(encoding="utf-8"), path.name)
    assert isinstance(data, dict)
    return QuizFile.model_validate({**data, "slug": path.stem})


def test_a_web_worker_starts_without_what_only_exchange_needs() -> None:
    program = "import sys, course.app; print('lxml' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr


# --- Import ----------------------------------------------------------------------------------


@SQLITE
def test_a_file_becomes_a_quiz(app: Flask, source: Path, output: Path) -> None:
    done = quizzes(app, "import", str(source), "--module", "3", "--output", str(output))
    assert done.exit_code == 0, done.stderr
    quiz = quiz_in(output)
    assert (quiz.module, quiz.title.nl, [item.slug for item in quiz.items]) == (
        3,
        "Toets over tellen",
        ["wie", "veel"],
    )
    assert done.stdout == (
        f"{output}: 2 items in module 3.\n"
        "To do: translate 11 texts from Dutch into English; write the summary and set the minutes, "
        "which are a guess; then run python -m course.curriculum check\n"
    )


@SQLITE
def test_the_comment_above_a_quiz_names_its_language(
    app: Flask, source: Path, output: Path
) -> None:
    done = quizzes(app, "import", str(source), "--language", "en", "--output", str(output))
    assert "translate 11 texts from English into Dutch" in done.stdout
    assert output.read_text(encoding="utf-8").startswith(
        "# Imported from vragen.gift. All 11 texts are in English, also where the\n# Dutch ones"
    )


@SQLITE
def test_a_figure_without_a_source_is_named_and_nothing_is_claimed_about_it(
    app: Flask, source: Path, output: Path
) -> None:
    done = quizzes(app, "import", str(source), "--output", str(output))
    assert "item 'veel': '2024' has no source: give this item 'sources:'" in done.stderr
    assert "fictional: true" not in output.read_text(encoding="utf-8")


@SQLITE
def test_nothing_is_written_when_one_item_is_not_taken(
    app: Flask, source: Path, output: Path
) -> None:
    source.write_text(HALF, encoding="utf-8")
    done = quizzes(app, "import", str(source), "--output", str(output))
    assert done.exit_code == 1
    assert done.stderr == (
        "line 7: question 'Lees dit eerst.': has no answers between braces: add them, or put this "
        "text in the question it is about\nNothing was written.\n"
    )
    assert done.stdout == ""
    assert list(output.parent.iterdir()) == []


@SQLITE
def test_what_can_be_read_is_written_when_that_is_asked(
    app: Flask, source: Path, output: Path
) -> None:
    source.write_text(HALF, encoding="utf-8")
    done = quizzes(app, "import", str(source), "--partly", "--output", str(output))
    assert done.exit_code == 1
    assert "line 7: question" in done.stderr
    assert len(quiz_in(output).items) == 2
    assert [path.name for path in output.parent.iterdir()] == ["over-tellen.yaml"]


@SQLITE
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"Vraag\xff {}", "line 1: file: is not UTF-8 here: save it as UTF-8"),
        (b"<!DOCTYPE quiz><quiz/>", "line 1: file: has a document type"),
        (b"PK\x03\x04", "line 1: file: is not a zip that can be read"),
        (b" " * (5 * 1024 * 1024 + 1), "line 1: file: is larger than 5 MB"),
        (b"", "line 1: file: holds no questions"),
        (b"Lees dit.", "line 1: question 'Lees dit.': has no answers"),
        (b"\n\n".join([b"Vraag {}"] * 61), "line 1: file: holds 61 items, at most 60 fit"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_writes_nothing(
    app: Flask, source: Path, output: Path, data: bytes, told: str
) -> None:
    source.write_bytes(data)
    done = quizzes(app, "import", str(source), "--partly", "--output", str(output))
    assert done.exit_code == 1
    assert told in done.stderr
    assert done.stderr.endswith("Nothing was written.\n")
    assert list(output.parent.iterdir()) == []


@SQLITE
def test_a_format_that_is_given_goes_before_what_the_file_seems(
    app: Flask, source: Path, output: Path
) -> None:
    done = quizzes(app, "import", str(source), "--format", "moodle", "--output", str(output))
    assert done.exit_code == 1
    assert "is not XML here" in done.stderr


@SQLITE
def test_a_quiz_that_is_there_is_never_overwritten(app: Flask, source: Path, output: Path) -> None:
    output.write_text("van iemand anders", encoding="utf-8")
    done = quizzes(app, "import", str(source), "--output", str(output))
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert output.read_text(encoding="utf-8") == "van iemand anders"


@SQLITE
@pytest.mark.parametrize("name", ["Toets.yaml", "toets.yml", "x.yaml", "toets"])
def test_a_name_that_the_content_does_not_take_is_refused(
    app: Flask, source: Path, output: Path, name: str
) -> None:
    done = quizzes(app, "import", str(source), "--output", str(output.with_name(name)))
    assert done.exit_code == 2
    assert "is no name for a quiz" in done.stderr
    assert list(output.parent.iterdir()) == []


@SQLITE
def test_a_folder_that_does_not_exist_is_told(app: Flask, source: Path, tmp_path: Path) -> None:
    output = tmp_path / "weg" / "toets.yaml"
    done = quizzes(app, "import", str(source), "--output", str(output))
    assert done.exit_code == 2
    assert "cannot be written: No such file or directory" in done.stderr


def test_what_fails_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "toets.yaml"
    path.write_text("zoals het was", encoding="utf-8")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.put(path, b"nieuw")
    assert [one.name for one in tmp_path.iterdir()] == ["toets.yaml"]
    assert path.read_text(encoding="utf-8") == "zoals het was"


# --- Export ----------------------------------------------------------------------------------


def a_quiz(app: Flask) -> QuizFile:
    """A quiz of the content."""
    with app.app_context():
        edition = editions.current("toets-wat-telt")
        assert edition is not None
        return edition.quiz


@SQLITE
@pytest.mark.parametrize("format", ["gift", "moodle", "qti"])
def test_a_quiz_goes_out_and_every_item_that_stays_is_named(
    app: Flask, tmp_path: Path, format: str
) -> None:
    output = tmp_path / "uit"
    slug = a_quiz(app).slug
    done = quizzes(app, "export", slug, "--format", format, "--output", str(output))
    assert done.exit_code == 1
    count = int(done.stdout.removeprefix(f"{output}: ").partition(" ")[0])
    staying = [line for line in done.stderr.splitlines() if "it stays here" in line]
    assert count + len(staying) == len(a_quiz(app).items)
    assert output.stat().st_size > 1000


@SQLITE
def test_what_went_out_in_english_comes_back_in_english(app: Flask, tmp_path: Path) -> None:
    output = tmp_path / "out.zip"
    words = ("--format", "qti", "--language", "en", "--output", str(output))
    quizzes(app, "export", a_quiz(app).slug, *words)
    with zipfile.ZipFile(output) as archive:
        assert archive.testzip() is None
    back = tmp_path / "terug.yaml"
    done = quizzes(app, "import", str(output), "--language", "en", "--output", str(back))
    assert done.exit_code == 0, done.stderr
    ours = {item.slug: item.prompt.en for item in a_quiz(app).items}
    assert all(ours[item.slug] == item.prompt.en for item in quiz_in(back).items)


@SQLITE
def test_a_quiz_that_does_not_exist_is_told(app: Flask, tmp_path: Path) -> None:
    output = tmp_path / "uit.gift"
    done = quizzes(app, "export", "toets-weg", "--format", "gift", "--output", str(output))
    assert done.exit_code == 2
    assert "There is no quiz 'toets-weg'" in done.stderr
    assert not output.exists()
