"""About how many moments a case has for who plays it: to say how far somebody is.

The ways through a case differ in length and events come in between, so this is what chance gives:
the mean of a fixed number of playthroughs in which every open choice is as likely.
"""

from random import Random
from typing import Final

from course.domain.branching import Case, available, begin, step

PLAYTHROUGHS: Final = 60
MOST_MOMENTS: Final = 200  # of one playthrough; a case with a loop may take longer


def usual_moments(case: Case) -> int:
    """The mean number of moments at which one chooses, rounded to a whole one, at least 1.

    The same for the same case, always. Halves go up.
    """
    total = sum(_moments(case, number) for number in range(PLAYTHROUGHS))
    return max(1, (2 * total + PLAYTHROUGHS) // (2 * PLAYTHROUGHS))


def _moments(case: Case, number: int) -> int:
    random, state = Random(number), begin(case, session=number)
    for moment in range(MOST_MOMENTS):
        offered = available(case, state)
        if not offered:
            return moment
        state = step(case, state, random.choice(offered).slug)
    return MOST_MOMENTS
