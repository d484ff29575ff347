"""An item that asks for a file does not go along to another system, and the report says so."""

import pytest

from tests.curriculum.exchanged import item, quiz, write


@pytest.mark.parametrize(
    ("format", "name"), [("gift", "GIFT"), ("moodle", "Moodle XML"), ("qti", "QTI 3.0")]
)
def test_a_file_to_hand_in_stays_here(format: str, name: str) -> None:
    written = write(quiz(item("file"), item("essay", slug="schrijf")), format)
    assert written.count == 1
    told = [str(remark) for remark in written.remarks if not remark.taken]
    assert told == [
        f"item 'wie-telt': {name} has no 'file' item: it stays here, or ask it in another way"
    ]
