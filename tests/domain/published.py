"""Tables of numbers that others published with what comes out of them."""

# 22 attempts at 13 items, the one with maximum 8 first: the data of a unit test of Moodle's
# statistics report (moodle/moodle, mod/quiz/report/statistics/tests/statistics_test.php and
# fixtures/mdl_question_states.csv), without the items that everybody left at 0.
MOODLE_MAXIMA = (8.0, *[1.0] * 12)
MOODLE_MARKS = (
    (5.5, 0.3, 0.9, 1.0, 0.3, 1, 0, 0, 1, 1, 0, 0, 1),
    (1.0, 0.9, 0.9, 0.3, 0.3, 1, 0, 0, 1, 0, 1, 0, 1),
    (2.5, 1.0, 0.9, 0.3, 1.0, 0, 0, 1, 1, 1, 1, 1, 1),
    (4.0, 0.3, 0.9, 1.0, 0.3, 0, 0, 0, 0, 1, 0, 0, 1),
    (3.0, 0.9, 0.3, 0.9, 1.0, 0, 1, 0, 0, 1, 1, 1, 0),
    (4.5, 0.9, 1.0, 1.0, 0.9, 0, 1, 1, 1, 0, 0, 0, 0),
    (3.0, 0.3, 0.3, 0.3, 0.3, 1, 0, 1, 1, 1, 1, 1, 1),
    (6.0, 0.9, 0.9, 1.0, 0.3, 0, 1, 1, 1, 1, 0, 0, 1),
    (0.5, 0.9, 1.0, 0.9, 0.3, 0, 1, 1, 0, 1, 1, 0, 1),
    (5.5, 0.9, 1.0, 0.9, 0.3, 1, 1, 0, 0, 1, 0, 0, 0),
    (2.5, 0.9, 1.0, 1.0, 0.9, 0, 1, 0, 0, 1, 0, 0, 1),
    (4.0, 0.9, 0.3, 0.9, 1.0, 0, 1, 1, 1, 1, 1, 0, 1),
    (4.0, 0.9, 0.3, 0.3, 1.0, 1, 1, 1, 0, 0, 1, 1, 0),
    (3.0, 1.0, 1.0, 0.3, 1.0, 0, 1, 0, 1, 1, 1, 1, 0),
    (1.0, 1.0, 0.9, 0.3, 0.3, 1, 0, 1, 0, 0, 0, 0, 0),
    (1.0, 0.3, 0.3, 0.3, 0.9, 0, 0, 0, 1, 0, 0, 0, 1),
    (1.5, 1.0, 0.3, 0.9, 1.0, 1, 1, 0, 1, 1, 0, 0, 0),
    (4.0, 0.9, 1.0, 0.9, 1.0, 0, 1, 1, 1, 0, 1, 0, 0),
    (2.0, 0.9, 0.9, 0.3, 0.9, 0, 1, 0, 0, 0, 0, 0, 0),
    (1.0, 1.0, 0.3, 0.3, 0.3, 0, 1, 1, 0, 1, 0, 0, 0),
    (6.0, 0.9, 1.0, 1.0, 0.9, 0, 0, 0, 1, 0, 0, 1, 1),
    (7.0, 0.9, 0.3, 0.3, 0.3, 1, 0, 1, 1, 1, 1, 0, 0),
)
MOODLE_SLOTS = tuple(range(8, 21))

# Shrout & Fleiss 1979: six texts, four markers.
SHROUT_FLEISS = (
    (9, 2, 5, 8),
    (6, 1, 3, 2),
    (8, 4, 6, 8),
    (7, 1, 2, 6),
    (10, 5, 6, 9),
    (6, 2, 4, 7),
)

# Krippendorff's example: four markers of twelve texts, with cells left open.
_MARKERS: tuple[tuple[int | None, ...], ...] = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
KRIPPENDORFF = tuple(zip(*_MARKERS, strict=True))
