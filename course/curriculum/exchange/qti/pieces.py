"""Elements of QTI 3.0 that several kinds of items are written with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from course.curriculum.exchange.outgoing import Outgoing
from course.curriculum.exchange.qti.names import RESPONSE
from course.curriculum.exchange.xmltree import build


def response(cardinality: str, base_type: str, right: Sequence[str], *more: Any) -> Any:
    """The declaration of the response: what is right, and ``more`` such as a mapping."""
    values = [build("qti-value", text) for text in right]
    correct = [build("qti-correct-response", *values)] if values else []
    return build(
        "qti-response-declaration",
        *correct,
        *more,
        identifier=RESPONSE,
        cardinality=cardinality,
        base_type=base_type,
    )


def mapping_of(worth: Mapping[str, Decimal], points: int, *, case: str = "") -> Any:
    """What answers are worth in points; ``case`` says whether capitals matter ("true")."""
    about = {"case_sensitive": case} if case else {}
    return build(
        "qti-mapping",
        *(
            build(
                "qti-map-entry",
                map_key=key,
                mapped_value=f"{value.quantize(Decimal('0.000001')).normalize():f}",
                **about,
            )
            for key, value in worth.items()
        ),
        lower_bound="0",
        upper_bound=str(points),
        default_value="0",
    )


def outcome(name: str, cardinality: str) -> Any:
    """The declaration of an outcome that names feedback."""
    return build(
        "qti-outcome-declaration",
        identifier=name,
        cardinality=cardinality,
        base_type="identifier",
    )


def option_choice(option: Any, out: Outgoing) -> Any:
    """An option of a choice, with what whoever chooses it is told."""
    return build(
        "qti-simple-choice",
        out.text(option.text),
        inline(option.slug, out.text(option.feedback)),
        identifier=option.slug,
    )


def inline(identifier: str, text: str) -> Any:
    """What is told inside a choice, once that was chosen."""
    return build(
        "qti-feedback-inline",
        text,
        outcome_identifier="FEEDBACK",
        identifier=identifier,
        show_hide="show",
    )


def choice_interaction(choices: Sequence[Any], *, most: str, shuffle: str = "true") -> Any:
    """A choice; ``most`` may be chosen, and "0" is any number."""
    return build(
        "qti-choice-interaction",
        *choices,
        response_identifier=RESPONSE,
        shuffle=shuffle,
        max_choices=most,
    )


def variable() -> Any:
    """What was answered."""
    return build("qti-variable", identifier=RESPONSE)


def value(kind: str, text: str) -> Any:
    """A value that is written out."""
    return build("qti-base-value", text, base_type=kind)


def set_outcome(name: str, expression: Any) -> Any:
    """Give an outcome the value of an expression."""
    return build("qti-set-outcome-value", expression, identifier=name)


def match_right() -> Any:
    """Whether what was answered is what is right."""
    return build("qti-match", variable(), build("qti-correct", identifier=RESPONSE))


def all_or_nothing(condition: Any, points: int) -> Any:
    """All points where the condition holds, and none otherwise."""
    return build(
        "qti-response-condition",
        build("qti-response-if", condition, set_outcome("SCORE", value("float", str(points)))),
        build("qti-response-else", set_outcome("SCORE", value("float", "0"))),
    )
