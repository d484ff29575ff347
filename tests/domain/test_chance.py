import pytest

from course.domain.chance import mix32, uniform


@pytest.mark.parametrize(("word", "mixed"), [(1, 0x688990C0), (0x9E3779B9, 0x01FCE552), (0, 0)])
def test_bits_are_scattered_as_published(word: int, mixed: int) -> None:
    assert mix32(word) == mixed


# Computed once with the reference model, assessment.md 6.4.
@pytest.mark.parametrize(
    ("key", "drawn"),
    [
        ((2024, 1, 0, 0, 0), 0.6939203143),
        ((2024, 7, 0, 0, 0), 0.7392841578),
        ((2024, 7, 0, 0, 1), 0.1598581076),
        ((2024, 7, 1, 0, 0), 0.8521103859),
        ((2024, 9, 3, 17, 51), 0.7011613250),
        ((1, 15, 999, 140, 155), 0.9192646742),
    ],
)
def test_the_same_key_gives_the_same_number_for_ever(
    key: tuple[int, int, int, int, int], drawn: float
) -> None:
    assert uniform(*key) == pytest.approx(drawn, abs=1e-10)


def test_draws_lie_between_nought_and_one_and_on_average_half_way() -> None:
    drawn = [uniform(7, 201, session, 3, 0) for session in range(4000)]
    assert all(0 <= number < 1 for number in drawn)
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.02)
