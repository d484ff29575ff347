"""Cases that the people of the demo played: most to an end, one still half-way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from course.cases.actions import stored_edition_id
from course.cases.models import Playthrough, Turn
from course.cases.play import changed_between
from course.core.db import Model, db
from course.curriculum.edition import CaseEdition
from course.domain import branching

PLAYED = "afsluiten-in-december"  # by most of them
HALF_WAY = "drie-keer-niet-thuis"  # by the student that everybody can sign in as
SHARE = 0.8  # of the learners who play
BETWEEN = (20, 180)  # seconds from one choice to the next


def add_playthroughs(
    cases: Mapping[str, CaseEdition],
    learners: Sequence[int],
    *,
    student: int,
    begun: datetime,
) -> None:
    """Add what was played, from ``begun`` on; the same each time. Does not commit."""
    random = Random(len(learners))
    if edition := cases.get(PLAYED):
        for number, user_id in enumerate(learners):
            if random.random() < SHARE:
                moment = begun + timedelta(days=number % 9, hours=number % 5)
                _add(edition, user_id, random, moment, most=len(edition.case.nodes))
    if edition := cases.get(HALF_WAY):
        _add(edition, student, random, begun + timedelta(days=2), most=3)


def _add(
    edition: CaseEdition, user_id: int, random: Random, moment: datetime, *, most: int
) -> None:
    row = Playthrough(
        user_id=user_id,
        slug=edition.case.slug,
        number=1,
        edition_id=stored_edition_id(edition),
        started_at=moment,
        seen_at=moment,
    )
    db.session.add(row)
    db.session.flush()
    turns = list(_turns(edition, row, random, moment, most))
    row.head = row.turns = len(turns)
    db.session.add_all(turns)


def _turns(
    edition: CaseEdition, row: Playthrough, random: Random, moment: datetime, most: int
) -> Iterator[Model]:
    game = edition.playable
    state = branching.begin(game, session=row.id)
    for number in range(1, most + 1):
        offered = branching.available(game, state)
        if not offered:
            row.ended_at = moment
            row.predicted = random.randint(2, 4)
            return
        option = random.choice(offered).slug
        after = branching.step(game, state, option)
        moment += timedelta(seconds=random.randint(*BETWEEN))
        row.seen_at = moment
        yield Turn(
            playthrough_id=row.id,
            number=number,
            parent=number - 1,
            line=1,
            node=state.node,
            option=option,
            state=branching.to_plain(after),
            changed=changed_between(edition, state, after),
            made_at=moment,
        )
        state = after
