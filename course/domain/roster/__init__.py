"""A class list, from the bytes of a file to rows of which one sees what would become of each.

:mod:`tables` makes rows of texts from a file or a paste, :mod:`columns` tells what each column
holds, :mod:`people` reads a person from a row, and :mod:`verdicts` compares them with whom is
known. All of it is pure: what the database holds comes in as values, and problems go out as codes.
"""

from typing import Final

MOST_PEOPLE: Final = 10_000
MOST_ROWS: Final = 3 * MOST_PEOPLE  # those that say nothing among them
MOST_COLUMNS: Final = 40
LONGEST_CELL: Final = 300  # characters; of what is longer the rest is left out
