"""Each kind of item that QTI 3.0 knows → its response, its interaction, and how it is marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import Language
from course.curriculum.exchange.outgoing import Outgoing
from course.curriculum.exchange.qti.names import RESPONSE
from course.curriculum.exchange.qti.pieces import (
    all_or_nothing,
    choice_interaction,
    inline,
    mapping_of,
    match_right,
    option_choice,
    response,
    set_outcome,
    variable,
)
from course.curriculum.exchange.report import NotTaken
from course.curriculum.exchange.xmltree import build
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    MatchingQuestion,
    ShortQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)
from course.domain.scoring.textual import STAR

_CLAIMS: Final[Mapping[Language, tuple[str, str]]] = {
    "nl": ("Waar", "Niet waar"),
    "en": ("True", "False"),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What differs from kind to kind."""

    response: Any  # its declaration
    interaction: Any
    score: tuple[Any, ...]  # the rules that give points
    feedback: str = ""  # the cardinality of feedback on choices, when there is any
    by_hand: bool = False


def parts_of(item: AnyItem, out: Outgoing) -> Parts:
    """What an item becomes; what stays here goes to the report. Raises :exc:`NotTaken`."""
    match item:
        case SingleQuestion():
            return _single_written(item, out)
        case MultipleQuestion():
            return _multiple_written(item, out)
        case TrueFalseQuestion():
            return _claim_written(item, out)
        case OrderQuestion():
            return _order_written(item, out)
        case MatchingQuestion():
            return _match_written(item, out)
        case NumberQuestion():
            return _number_written(item, out)
        case ShortQuestion():
            return _short_written(item, out)
        case EssayQuestion():
            return _essay_written(item, out)
    raise out.unknown(item)


def _single_written(item: SingleQuestion, out: Outgoing) -> Parts:
    right = [option.slug for option in item.options if option.right]
    return Parts(
        response("single", "identifier", right),
        choice_interaction([option_choice(option, out) for option in item.options], most="1"),
        (all_or_nothing(match_right(), item.points),),
        feedback="single",
    )


def _multiple_written(item: MultipleQuestion, out: Outgoing) -> Parts:
    right = [option.slug for option in item.options if option.right]
    some, others = intake.weights(len(right), len(item.options))
    mapping = {
        option.slug: (some if option.right else others) * item.points / 100
        for option in item.options
    }
    return Parts(
        response("multiple", "identifier", right, mapping_of(mapping, item.points)),
        choice_interaction([option_choice(option, out) for option in item.options], most="0"),
        (set_outcome("SCORE", build("qti-map-response", identifier=RESPONSE)),),
        feedback="multiple",
    )


def _claim_written(item: TrueFalseQuestion, out: Outgoing) -> Parts:
    told = inline("false" if item.right else "true", out.text(item.feedback))
    choices = [
        build(
            "qti-simple-choice",
            words,
            *([told] if claim != item.right else []),
            identifier="true" if claim else "false",
        )
        for claim, words in zip((True, False), _CLAIMS[out.language], strict=True)
    ]
    return Parts(
        response("single", "identifier", ["true" if item.right else "false"]),
        choice_interaction(choices, most="1", shuffle="false"),
        (all_or_nothing(match_right(), item.points),),
        feedback="single",
    )


def _order_written(item: OrderQuestion, out: Outgoing) -> Parts:
    out.lost("part of an order earns nothing there: QTI knows only all of it")
    # The package holds the right order, but what is shown may not give it away.
    shown = sorted(item.items, key=lambda one: one.slug)
    return Parts(
        response("ordered", "identifier", [one.slug for one in item.items]),
        build(
            "qti-order-interaction",
            *(build("qti-simple-choice", out.text(one.text), identifier=one.slug) for one in shown),
            response_identifier=RESPONSE,
            shuffle="true",
        ),
        (all_or_nothing(match_right(), item.points),),
    )


def _match_written(item: MatchingQuestion, out: Outgoing) -> Parts:
    each = Decimal(item.points) / len(item.stems)
    # Of an item without spaces in its slugs, so a pair is two words.
    pairs = [f"stem-{stem.slug} choice-{stem.choice}" for stem in item.stems]

    def side(kind: str, parts: Iterator[tuple[str, str]], most: str) -> Any:
        return build(
            "qti-simple-match-set",
            *(
                build(
                    "qti-simple-associable-choice",
                    text,
                    identifier=f"{kind}-{slug}",
                    match_max=most,
                )
                for slug, text in parts
            ),
        )

    stems = side("stem", ((one.slug, out.text(one.text)) for one in item.stems), "1")
    choices = side(
        "choice", ((one.slug, out.text(one.text)) for one in item.choices), str(len(item.stems))
    )
    return Parts(
        response(
            "multiple",
            "directedPair",
            pairs,
            mapping_of(dict.fromkeys(pairs, each), item.points),
        ),
        build(
            "qti-match-interaction",
            stems,
            choices,
            response_identifier=RESPONSE,
            shuffle="true",
            max_associations=str(len(item.stems)),
        ),
        (set_outcome("SCORE", build("qti-map-response", identifier=RESPONSE)),),
    )


def _number_written(item: NumberQuestion, out: Outgoing) -> Parts:
    if item.unit:
        out.lost(f"the unit {out.text(item.unit)!r} does not go along: name it in the text")
    if item.mistakes:
        out.lost("what is said about mistakes does not go along")
    # Both bounds of a margin have to be above 0, so without one it is compared exactly.
    margin = (
        {"tolerance_mode": "absolute", "tolerance": f"{item.tolerance:f} {item.tolerance:f}"}
        if item.tolerance
        else {"tolerance_mode": "exact"}
    )
    right = build("qti-equal", variable(), build("qti-correct", identifier=RESPONSE), **margin)
    return Parts(
        response("single", "float", [f"{item.expected:f}"]),
        build("p", build("qti-text-entry-interaction", response_identifier=RESPONSE)),
        (all_or_nothing(right, item.points),),
    )


def _short_written(item: ShortQuestion, out: Outgoing) -> Parts:
    out.about_typing(item, keeps_case=True)
    worth: dict[str, Decimal] = {}
    for accepted in item.accepted:
        text = out.text(accepted.text)
        if STAR.search(text):
            raise NotTaken(
                f"{intake.short(text)} has an asterisk for anything, and QTI takes it as it is: "
                "accept whole words"
            )
        # The first that fits counts, here as there.
        worth.setdefault(text.replace(r"\*", "*"), Decimal(accepted.share) * item.points / 100)
    if any(accepted.feedback for accepted in item.accepted):
        out.lost("what is said about what is typed does not go along")
    right = [text for text, value in worth.items() if value == item.points][:1]
    mapping = mapping_of(worth, item.points, case="true" if item.minds_case else "false")
    return Parts(
        response("single", "string", right, mapping),
        build("p", build("qti-text-entry-interaction", response_identifier=RESPONSE)),
        (set_outcome("SCORE", build("qti-map-response", identifier=RESPONSE)),),
    )


def _essay_written(item: EssayQuestion, out: Outgoing) -> Parts:
    if (item.minimum_words, item.maximum_words) != (1, 300):
        out.lost("how many words are asked does not go along: say so in the text")
    return Parts(
        response("single", "string", []),
        build("qti-extended-text-interaction", response_identifier=RESPONSE),
        (),
        by_hand=True,
    )
