"""Commands of quizzes: analyse a table of marks, weigh a panel."""

import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup

from course.domain.weighing import weigh
from course.quizzes import keysheet, markstable, panelfile

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

    course/quizzes/panelfile.py tells what stands in PANEL.json. With - it is read from standard
    input. Ends with status 1 when an item has no answers, and so no key.
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
