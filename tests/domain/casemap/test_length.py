"""About how many moments a case has: the same for the same case, and what its shape gives."""

import pytest

from course.domain.branching import Case, Kind, Node, Option
from course.domain.casemap.length import usual_moments


def chain(length: int, *, skips: bool = False) -> Case:
    """``length`` moments one after another; or from the first one to the end at once as well."""
    nodes = []
    for number in range(length):
        options = [Option(slug="on", target=f"n{number + 1}")]
        if skips and number == 0:
            options.append(Option(slug="skip", target=f"n{length}"))
        nodes.append(Node(slug=f"n{number}", kind=Kind.SCENE, options=tuple(options)))
    return Case(start="n0", nodes=(*nodes, Node(slug=f"n{length}", kind=Kind.END)))


@pytest.mark.parametrize("length", [1, 2, 7])
def test_of_a_chain_it_is_its_length(length: int) -> None:
    assert usual_moments(chain(length)) == length


def test_where_one_can_skip_it_lies_between_and_is_always_the_same() -> None:
    found = [usual_moments(chain(9, skips=True)) for _time in range(3)]
    assert found == [found[0]] * 3
    assert 3 <= found[0] <= 7


def test_a_case_that_goes_round_for_ever_is_cut_off() -> None:
    again = Node(slug="n0", kind=Kind.SCENE, options=(Option(slug="on", target="n0"),))
    assert usual_moments(Case(start="n0", nodes=(again,))) == 200


def test_a_case_that_begins_at_its_end_has_one() -> None:
    assert usual_moments(Case(start="n0", nodes=(Node(slug="n0", kind=Kind.END),))) == 1
