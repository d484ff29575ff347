"""Opinions on a scale: they have no right answer, so there is no score to add to a total."""


def scale_value(given: int | None, *, lowest: int, highest: int, is_reversed: bool) -> int | None:
    """The step of the scale, as it counts with the other items about the same thing.

    An item that asks the opposite ``is_reversed``: the lowest step counts as the highest. ``None``
    is unanswered, and stays so.
    Raises :exc:`ValueError` unless ``lowest`` <= ``given`` <= ``highest`` and
    ``lowest`` < ``highest``.
    """
    if lowest >= highest:
        raise ValueError(f"{lowest=} must be below {highest=}")
    if given is None:
        return None
    if not lowest <= given <= highest:
        raise ValueError(f"{given=} must be between {lowest} and {highest}")
    return lowest + highest - given if is_reversed else given
