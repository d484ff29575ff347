"""The key of a weighing question: derived from a panel once, then frozen.

Scoring reads the key and nothing else. A key is plain JSON with a digest over all the rest, so a
key that was changed afterwards is found, and the same answers of a panel give the same digest in
whatever order they came in. Specification: assessment.md, 1.1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, Self, TypeAlias

from course.domain.weighing.bestworst import BestWorstTable
from course.domain.weighing.panels import MINIMUM, Format
from course.domain.weighing.points100 import Points100Table
from course.domain.weighing.sct import SctTable
from course.domain.weighing.sjt_rank import SjtRankTable
from course.domain.weighing.sjt_rate import SjtRateTable
from course.domain.weighing.slider import SliderTable

Table: TypeAlias = (
    SctTable | SjtRateTable | SjtRankTable | Points100Table | SliderTable | BestWorstTable
)
TABLES: Final[Mapping[Format, type[Table]]] = MappingProxyType(
    {
        Format.SCT: SctTable,
        Format.SJT_RATE: SjtRateTable,
        Format.SJT_RANK: SjtRankTable,
        Format.POINTS100: Points100Table,
        Format.SLIDER: SliderTable,
        Format.BESTWORST: BestWorstTable,
    }
)
# In the others, an answer tells what somebody values or where they stand.
MAY_COUNT: Final = frozenset({Format.SCT, Format.SJT_RATE, Format.SJT_RANK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What each answer earns, and on whose answers that rests."""

    table: Table
    n: int  # answers of the panel that count, >= 1
    panel_version: int  # >= 1
    min_n: int = MINIMUM  # answers from which the key is no longer provisional, >= 1
    is_split: bool = False  # the panel is of two minds; such an item is shown and not scored
    # The panel was made up. Not part of the key as JSON: what an answer earns is the same.
    is_fictional: bool = False

    def __post_init__(self) -> None:
        for name in ("n", "panel_version", "min_n"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)!r} must be >= 1")

    @property
    def format(self) -> Format:
        """The format of the question."""
        return self.table.format

    @property
    def method(self) -> StrEnum:
        """How the table was made."""
        return self.table.method

    @property
    def is_provisional(self) -> bool:
        """The panel is too small: shown as such, and never part of a grade."""
        return self.n < self.min_n

    @property
    def may_count(self) -> bool:
        """Whether an author may let it count for a grade; by default no weighing does.

        Only real people make a key that counts: enough of them, and not of two minds.
        """
        is_agreed = not (self.is_fictional or self.is_provisional or self.is_split)
        return self.format in MAY_COUNT and is_agreed

    @property
    def digest(self) -> str:
        """SHA-256 of the key as JSON with sorted names and without white space, in hexadecimal."""
        text = json.dumps(self._body(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: fractions are text, such as "2/3"."""
        return self._body() | {"sha256": self.digest}

    def _body(self) -> dict[str, Any]:
        return {
            "format": self.format.value,
            "method": self.method.value,
            "table": self.table.to_json(),
            "n": self.n,
            "min_n": self.min_n,
            "panel_version": self.panel_version,
            "split": self.is_split,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises :exc:`ValueError` for what it would not have given: another shape, or a digest that
        belongs to another key.
        """
        try:
            key = cls(
                table=TABLES[Format(data["format"])].from_json(data["method"], data["table"]),
                n=data["n"],
                panel_version=data["panel_version"],
                min_n=data["min_n"],
                is_split=data["split"],
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"this is not a key: {error!r}") from error
        if key.to_json() != data:
            raise ValueError(f"this is not the key with sha256={data.get('sha256')!r}: it differs")
        return key
