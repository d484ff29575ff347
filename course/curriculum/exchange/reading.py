"""What a file of another system gave."""

from dataclasses import dataclass

from course.curriculum.exchange.report import Remark
from course.curriculum.quizzes import AnyItem


@dataclass(frozen=True, slots=True)
class Reading:
    """The items that were taken, in the order of the file, and what was not."""

    title: str  # of the quiz; empty when the file does not tell
    items: tuple[AnyItem, ...]
    remarks: tuple[Remark, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every item of the file was taken."""
        return all(remark.taken for remark in self.remarks)
