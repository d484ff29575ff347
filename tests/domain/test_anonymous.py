import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.anonymous import anon_code, anon_codes

KEY = b"a key of the course itself"

names = st.text(min_size=1, max_size=12)


def test_a_code_is_six_characters_that_a_voice_can_read_out() -> None:
    code = anon_code(KEY, "student-17", "eindwerk")
    assert code == "2SPB7C"
    assert anon_code(KEY, "student-17", "eindwerk") == code


@given(names, names)
def test_a_code_is_in_base_32(student: str, assignment: str) -> None:
    assert re.fullmatch("[A-Z2-7]{6}", anon_code(KEY, student, assignment))


def test_another_student_assignment_or_key_gives_another_code() -> None:
    codes = {
        anon_code(KEY, "1", "23"),
        anon_code(KEY, "12", "3"),
        anon_code(KEY, "1", "2"),
        anon_code(KEY + b"!", "1", "23"),
    }
    assert len(codes) == 4


@given(st.sets(names, max_size=20), st.randoms())
def test_everybody_has_a_code_of_their_own_in_any_order(students: set[str], chance: Random) -> None:
    codes = anon_codes(KEY, students, "a")
    assert set(codes) == students
    assert len(set(codes.values())) == len(students)
    mixed = sorted(students)
    chance.shuffle(mixed)
    assert anon_codes(KEY, mixed, "a") == codes


def two_with_the_same_code() -> tuple[str, str]:
    seen: dict[str, str] = {}
    for number in range(200_000):
        student = f"s{number:06}"
        code = anon_code(KEY, student, "a")
        if code in seen:
            return seen[code], student
        seen[code] = student
    raise AssertionError("200,000 students hold two with the same code")


def test_of_two_with_the_same_code_the_last_takes_the_next() -> None:
    first, last = two_with_the_same_code()
    same = anon_code(KEY, first, "a")
    codes = anon_codes(KEY, [last, first], "a")
    assert codes[first] == same
    assert re.fullmatch("[A-Z2-7]{6}", codes[last])
    assert codes[last] != same
    # Who handed in alone at first keeps the code when the other comes too.
    early = anon_codes(KEY, [last], "a")
    assert early == {last: same}
    later = anon_codes(KEY, [first, last], "a", known=early)
    assert later[last] == same
    assert later[first] != same


@given(st.sets(names, max_size=12), st.sets(names, max_size=12))
def test_who_comes_later_changes_no_code(before: set[str], more: set[str]) -> None:
    known = anon_codes(KEY, before, "a")
    later = anon_codes(KEY, before | more, "a", known=known)
    assert known.items() <= later.items()
    assert len(set(later.values())) == len(later)


def test_a_short_key_can_be_tried_out_and_is_refused() -> None:
    with pytest.raises(ValueError, match="key of 15 bytes must be at least 16"):
        anon_code(b"x" * 15, "s", "a")


def test_a_student_is_there_once() -> None:
    with pytest.raises(ValueError, match=r"students=\['s', 's'\] must differ"):
        anon_codes(KEY, ["s", "s"], "a")
