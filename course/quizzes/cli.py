"""Commands of quizzes: analyse a table of marks, weigh a panel, exchange with other systems."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn

import click
from flask.cli import AppGroup

from course.domain.weighing import weigh
from course.quizzes import editions, keysheet, markstable, panelfile

cli = AppGroup("quizzes", help="Look into quizzes and their marks.")


class Unusable(click.ClickException):
    """A file that a command cannot work with; nothing is printed but what is wrong."""

    exit_code = 2


@cli.command("analyse")
@click.argument("marks", metavar="MARKS.csv", type=click.File("rb"))
@click.option("--json", "wants_json", is_flag=True, help="Print every figure, as JSON.")
def analyse(marks: BinaryIO, wants_json: bool) -> None:
    """Tell how a quiz and each of its items did, from a table of marks.

    In MARKS.csv the first row holds the names of the items, the second the maximum mark of each,
    and every other row one attempt. An empty cell was not answered. With - the table is read from
    standard input.
    """
    from course.domain.statistics import analyse as figures_of  # noqa: PLC0415 - loads numpy
    from course.quizzes import printout  # noqa: PLC0415 - only this command prints

    try:
        table = markstable.read(marks.read())
    except OSError as error:
        raise Unusable(f"{marks.name} cannot be read: {error.strerror}.") from None
    except markstable.MarksTableError as error:
        raise Unusable(str(error)) from None
    analysis = figures_of(table.attempts, table.maxima)
    as_asked = printout.as_json if wants_json else printout.as_text
    click.echo(as_asked(table, analysis))


@cli.command("weigh")
@click.argument("panel", metavar="PANEL.json", type=click.File("rb"))
@click.option("--json", "wants_json", is_flag=True, help="Print every key, as JSON.")
def weigh_panel(panel: BinaryIO, wants_json: bool) -> None:
    """Derive the key of each item from what a panel answered, by every method.

    With - the panel is read from standard input. Ends with status 1 when an item has no answers,
    and so no key. The smallest PANEL.json, of one item and two people:

    \b
    {
      "panel": "wijkteams",
      "version": 1,
      "members": {
        "m01": {"role": "wijkteamwerker, 12 jaar", "consent_show_text": false},
        "m02": {"role": "huisarts", "consent_show_text": false}
      },
      "items": [
        {
          "item": "de-buurvrouw-is-weg",
          "format": "sct",
          "answers": [
            {"member": "m01", "answer": -1},
            {"member": "m02", "answer": 2}
          ]
        }
      ]
    }

    Formats are sct, sjt_rate, sjt_rank, points100, slider and bestworst; the head of
    course/quizzes/panelfile.py tells what each of them holds.
    """
    try:
        file = panelfile.read(panel.read())
    except OSError as error:
        raise Unusable(f"{panel.name} cannot be read: {error.strerror}.") from None
    except panelfile.PanelFileError as error:
        raise Unusable(str(error)) from None
    weighed = weigh(file.panel)
    as_asked = keysheet.as_json if wants_json else keysheet.as_text
    click.echo(as_asked(file, weighed))
    if not all(item.keys for item in weighed.items):
        sys.exit(1)


# --- Exchange ------------------------------------------------------------------------------

_FORMATS = click.Choice(["gift", "moodle", "qti"])
_LANGUAGES = click.Choice(["nl", "en"])
_OUTPUT = click.Path(path_type=Path, dir_okay=False)


@cli.command("import")
@click.argument("source", metavar="FILE", type=click.File("rb"))
@click.option(
    "--format",
    "format_name",
    type=_FORMATS,
    help="What FILE is: GIFT, Moodle XML or QTI 3.0. Left out, it is told from what is in it.",
)
@click.option(
    "--module",
    type=click.IntRange(1, 99),
    default=1,
    show_default=True,
    help="The module of the course that the quiz belongs to.",
)
@click.option(
    "--language",
    type=_LANGUAGES,
    default="nl",
    show_default=True,
    help="The language that FILE is written in.",
)
@click.option(
    "--output",
    required=True,
    type=_OUTPUT,
    help="Where the quiz is written: content/quizzes/SLUG.yaml, which is not there yet.",
)
@click.option(
    "--partly", is_flag=True, help="Write the items that can be read, and leave out the others."
)
def import_quiz(
    source: BinaryIO,
    format_name: str | None,
    module: int,
    language: Literal["nl", "en"],
    output: Path,
    partly: bool,
) -> None:
    """Make a quiz in our content from FILE, which another system exported.

    The report tells by line which items cannot be read, and what the others lose. Nothing is
    written when an item cannot be read, unless with --partly. Ends with status 1 when an item
    cannot be read.
    """
    from course.curriculum.exchange import formats  # noqa: PLC0415 - loads lxml

    slug = output.stem
    if output.suffix != ".yaml" or not formats.SLUG.fullmatch(slug):
        raise Unusable(
            f"{output.name} is no name for a quiz: use 2 to 40 small letters, digits and hyphens, "
            "a letter first, and then .yaml."
        )
    if output.exists():
        raise Unusable(f"{output} is there already: choose another name, or take it away first.")
    try:
        data = source.read(formats.MAX_BYTES + 1)
        name = Path(source.name).name
        format = formats.Format(format_name or formats.guessed(name, data))
        reading = formats.read(data, format=format, language=language)
    except OSError as error:
        raise Unusable(f"{source.name} cannot be read: {error.strerror}.") from None
    except formats.Unreadable as error:
        _refuse([error.remark])
    _report(reading.remarks)
    if not reading.items or not (reading.is_whole or partly):
        _refuse([])
    try:
        quiz = formats.quiz_of(reading, slug=slug, module=module, language=language)
        text = formats.as_yaml(quiz, origin=name, language=language)
    except formats.NotTaken as reason:
        _refuse([f"line 1: file: {reason}"])
    _report(formats.without_source(quiz))
    _put(output, text.encode())
    ours, other = ("Dutch", "English") if language == "nl" else ("English", "Dutch")
    click.echo(
        f"{output}: {_counted(len(quiz.items), 'item')} in module {module}.\n"
        f"To do: translate {_counted(formats.text_count(quiz), 'text')} from {ours} into {other}; "
        "write the summary and set the minutes, which are a guess; then run "
        "python -m course.curriculum check"
    )
    if not reading.is_whole:
        sys.exit(1)


@cli.command("export")
@click.argument("slug")
@click.option("--format", "format_name", required=True, type=_FORMATS)
@click.option(
    "--language",
    type=_LANGUAGES,
    default="nl",
    show_default=True,
    help="The language of the texts that are written.",
)
@click.option("--output", required=True, type=_OUTPUT, help="The file that is written.")
def export_quiz(slug: str, format_name: str, language: Literal["nl", "en"], output: Path) -> None:
    """Write the quiz SLUG for another system, in one language.

    Every item that has no place there is named, and what the others lose. Ends with status 1 when
    an item stays behind; when all do, nothing is written.
    """
    from course.curriculum.exchange import formats  # noqa: PLC0415 - loads lxml

    edition = editions.current(slug)
    if edition is None:
        raise Unusable(f"There is no quiz {slug!r}: choose one of content/quizzes.")
    format = formats.Format(format_name)
    written = formats.write(edition.quiz, format=format, language=language)
    _report(written.remarks)
    if not written.count:
        _refuse([])
    _put(output, written.data)
    total = len(edition.quiz.items)
    click.echo(f"{output}: {written.count} of {total} items, as {format} in {language}.")
    if written.count < total:
        sys.exit(1)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _report(lines: Iterable[object]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _refuse(lines: Iterable[object]) -> NoReturn:
    _report(lines)
    click.echo("Nothing was written.", err=True)
    sys.exit(1)


def _put(output: Path, data: bytes) -> None:
    from course.curriculum.exchange.files import put  # noqa: PLC0415 - only exchange writes

    try:
        put(output, data)
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}.") from None
