"""Each interaction of QTI 3.0 that has a place here → the kind of item it is, and its fields."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import NOTHING, Draft, Numeric, Said, Weighted
from course.curriculum.exchange.plain import from_plain
from course.curriculum.exchange.qti.item import INTERACTIONS, Item, choices_in
from course.curriculum.exchange.report import NotTaken
from course.curriculum.exchange.xmltree import Element


def _choice(item: Item) -> tuple[str, dict[str, Any]]:
    choices, declared = item.choices(), item.declared
    single = declared.cardinality == "single"
    if single and choices.keys() == {"true", "false"}:
        return "true-false", _true_false(item, choices)
    worth = _worth(item, list(choices), single=single)
    given = [
        Weighted(text, worth.get(name, Decimal(0)), item.told(name, choice))
        for name, (choice, text) in choices.items()
    ]
    fields = intake.option_fields(item.draft, given, single=single)
    return "single" if single else "multiple", fields


def _worth(item: Item, names: Sequence[str], *, single: bool) -> dict[str, Decimal]:
    """What each choice is worth, in percent."""
    declared = item.declared
    if item.adds_up:
        earned = [value for value in declared.mapping.values() if value > 0]
        most = max(earned, default=Decimal(1)) if single else sum(earned, Decimal(0)) or Decimal(1)
        return {name: value * 100 / most for name, value in declared.mapping.items()}
    right = [name for name in names if name in declared.right]
    if single or not right or len(right) == len(names):
        return dict.fromkeys(right, intake.EVERYTHING)
    item.draft.note("is right as a whole or not at all: here each right option counts")
    some, others = intake.weights(len(right), len(names))
    return {name: some if name in right else others for name in names}


def _true_false(item: Item, choices: Mapping[str, tuple[Element, Said]]) -> dict[str, Any]:
    right = item.declared.right
    if right not in {("true",), ("false",)}:
        raise NotTaken("does not tell whether it is true: add <qti-correct-response>")
    other = "false" if right == ("true",) else "true"
    if item.told(right[0], choices[right[0]][0]):
        item.draft.loses("what whoever is right is told")
    told = item.told(other, choices[other][0])
    return {"right": right == ("true",), "feedback": item.draft.needed(told)}


def _order(item: Item) -> tuple[str, dict[str, Any]]:
    choices = item.choices()
    if sorted(item.declared.right) != sorted(choices):
        raise NotTaken("does not tell the right order of all its choices: add it")
    return "order", intake.order_fields([choices[name][1] for name in item.declared.right])


def _match(item: Item) -> tuple[str, dict[str, Any]]:
    sets = item.interaction.all("qti-simple-match-set")
    if len(sets) != 2:  # noqa: PLR2004 - stems and choices
        raise NotTaken("does not have two sets to match: write both")
    tag = "qti-simple-associable-choice"
    stems, choices = (choices_in(one, tag, item.draft) for one in sets)
    right = item.declared.right or tuple(
        pair for pair, value in item.declared.mapping.items() if value > 0
    )
    pairs = [tuple(pair.split()) for pair in right]
    belongs = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}  # noqa: PLR2004 - a pair
    if len(belongs) != len(pairs) or belongs.keys() != stems.keys():
        raise NotTaken("does not give each of the first set one of the second: do so")
    if unknown := set(belongs.values()) - choices.keys():
        raise NotTaken(f"matches {min(unknown)!r}, which is not in the second set: add it")
    used = set(belongs.values())
    return "matching", intake.matching_fields(
        [
            *((text, choices[belongs[name]][1]) for name, (_, text) in stems.items()),
            *((NOTHING, text) for name, (_, text) in choices.items() if name not in used),
        ]
    )


def _entry(item: Item) -> tuple[str, dict[str, Any]]:
    if item.declared.base_type in {"float", "integer"}:
        return "number", _number(item)
    declared = item.declared
    worth = dict.fromkeys(declared.right, intake.EVERYTHING)
    minds_case = True
    if item.adds_up:
        most = max((value for value in declared.mapping.values() if value > 0), default=Decimal(1))
        worth |= {name: value * 100 / most for name, value in declared.mapping.items()}
        minds_case = declared.minds_case
    if not worth:
        raise NotTaken("does not tell what is right: add <qti-correct-response> or <qti-mapping>")
    # An asterisk is just one there, and stands for anything here.
    given = [
        Weighted(item.draft.text(from_plain(text.replace("*", r"\*"))), max(value, Decimal(0)))
        for text, value in worth.items()
    ]
    fields: dict[str, Any] = {"accepted": intake.accepted_fields(item.draft, given)}
    return "short", {**fields, "minds_case": True} if minds_case else fields


def _number(item: Item) -> dict[str, Any]:
    processing = item.root.first("qti-response-processing")
    equals = [part for part in processing.below() if part.tag == "qti-equal"] if processing else []
    written = [part.text for equal in equals for part in equal.all("qti-base-value")]
    values = item.declared.right or tuple(written[:1])
    if len(values) != 1:
        raise NotTaken(f"has {len(values)} right numbers: add one in <qti-correct-response>")
    expected = intake.number(values[0])
    tolerance = _tolerance(equals[0], expected, item.draft) if equals else Decimal(0)
    if item.declared.mapping or len(equals) > 1:
        item.draft.loses("other numbers that earn something")
    return intake.number_fields(item.draft, [Numeric(expected, tolerance, intake.EVERYTHING)])


def _tolerance(equal: Element, expected: Decimal, draft: Draft) -> Decimal:
    mode = equal.attributes.get("tolerance-mode", "exact")
    if mode == "exact":
        return Decimal(0)
    given = [intake.number(one) for one in equal.attributes.get("tolerance", "").split()]
    if not given or len(set(given)) > 1:
        raise NotTaken("may be off more on one side than on the other: make them alike")
    if "false" in {equal.attributes.get(f"include-{side}-bound") for side in ("lower", "upper")}:
        draft.note("leaves out the bounds of what is right: here they count as right")
    return given[0] if mode == "absolute" else abs(expected) * given[0] / 100


def _extended(item: Item) -> tuple[str, dict[str, Any]]:
    return "essay", {}


KINDS: Final[Mapping[str, Callable[[Item], tuple[str, dict[str, Any]]]]] = dict(
    zip(INTERACTIONS, (_choice, _order, _match, _entry, _extended), strict=True)
)
