"""QTI 3.0, read and written: a package with a manifest and a file for each item, or one item.

Of its interactions these have a place here: choice, order, match, text entry and extended text.
What an answer is worth is read from the declarations (the right response, the mapping); response
processing is read for how far off a number may be, and otherwise taken to do what those say.
"""

import html
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import unquote

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import (
    NOTHING,
    Draft,
    Intake,
    Language,
    Numeric,
    Said,
    Weighted,
)
from course.curriculum.exchange.outgoing import Outgoing, Written
from course.curriculum.exchange.package import packed, unpacked
from course.curriculum.exchange.plain import from_html, from_plain
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import NotTaken, Place, Unreadable, unreadable
from course.curriculum.exchange.xmltree import Element, build, parse
from course.curriculum.exchange.xmltree import written as xml
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    MatchingQuestion,
    QuizFile,
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

NAMESPACE: Final = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE: Final = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
MANIFEST: Final = "imsmanifest.xml"
ITEM: Final = "imsqti_item_xmlv3p0"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_EXPLANATION: Final = "EXPLANATION"

# --- Reading ---------------------------------------------------------------------------------


def read(data: bytes, *, language: Language) -> Reading:
    """The items of a package, or of one item. Raises :exc:`~report.Unreadable`."""
    found = Intake(language)
    if not data.startswith(b"PK"):
        _take(parse(data), "", found)
        return Reading("", tuple(found.items), tuple(found.remarks))
    files = unpacked(data)
    if MANIFEST not in files:
        raise unreadable(f"holds no {MANIFEST}: export it again as a package")
    manifest = parse(files[MANIFEST], file=MANIFEST)
    for resource in (part for part in manifest.below() if part.tag == "resource"):
        _take_resource(resource, files, found)
    return Reading("", tuple(found.items), tuple(found.remarks))


def _take_resource(resource: Element, files: Mapping[str, bytes], found: Intake) -> None:
    kind, href = resource.attributes.get("type", ""), resource.attributes.get("href", "")
    place = Place(f"resource {href!r}", resource.line, MANIFEST)
    if kind.startswith("imsqti_test"):
        found.remarks.append(place.lost("is a test: its items come along, not its parts and rules"))
    elif kind.startswith(("imsqti_item_xmlv2", "imsqti_item_xmlv1")):
        found.refuse(place, "is of an older QTI: convert it to QTI 3.0")
    elif kind.startswith("imsqti_item"):
        name = posixpath.normpath(unquote(href))
        if name not in files:
            found.refuse(place, "is not in the package: export it again")
            return
        try:
            _take(parse(files[name], file=name), name, found)
        except Unreadable as error:
            found.remarks.append(error.remark)
    elif kind.startswith("imsqti"):
        found.refuse(place, f"is of the type {kind!r}, which has no place here: leave it out")


def _take(root: Element, file: str, found: Intake) -> None:
    title = root.attributes.get("identifier", "")
    shown = root.attributes.get("title") or title
    place = Place(f"item {intake.short(shown)}", root.line, file)
    if root.tag != "qti-assessment-item":
        older = root.tag == "assessmentItem"
        found.refuse(
            Place(f"<{root.tag}>", root.line, file),
            "is of an older QTI: convert it to QTI 3.0"
            if older
            else "is no item of QTI 3.0: it begins with <qti-assessment-item>",
        )
        return
    draft = found.draft(place)
    try:
        item = _Item(root, draft)
        kind, fields = _KINDS[item.interaction.tag](item)
        found.take(
            draft,
            kind,
            title=title,
            prompt=item.prompt,
            points=item.points,
            explanation=item.explanation(),
            **fields,
        )
    except NotTaken as reason:
        found.refuse(place, str(reason))


@dataclass(frozen=True, slots=True)
class _Declared:
    """What is said about the response: what is right, and what answers are worth."""

    cardinality: str
    base_type: str
    right: tuple[str, ...]
    mapping: Mapping[str, Decimal]
    minds_case: bool  # of the mapping


class _Item:
    """An item with its one interaction. Raises :exc:`NotTaken` when there is not exactly one."""

    def __init__(self, root: Element, draft: Draft) -> None:
        self.root, self.draft = root, draft
        body = root.first("qti-item-body")
        if body is None:
            raise NotTaken("has no <qti-item-body>: add it")
        inside = [part for part in body.below() if part.tag.endswith("-interaction")]
        if len(inside) != 1:
            raise NotTaken(f"asks {len(inside)} things at once: make an item of each")
        self.interaction = inside[0]
        if self.interaction.tag not in _KINDS:
            known = ", ".join(f"<{tag}>" for tag in _KINDS)
            raise NotTaken(
                f"asks with <{self.interaction.tag}>, which has no place here: use one of {known}"
            )
        if any(part.tag == "qti-rubric-block" for part in body.below()):
            draft.loses("rubrics")
        if root.all("qti-template-declaration"):
            raise NotTaken("draws its figures by lot: write an item with fixed ones")
        self.declared = self._declared()
        self.points = self._points()
        self.prompt = self._prompt(body)

    def _declared(self) -> _Declared:
        name = self.interaction.attributes.get("response-identifier", "")
        for declaration in self.root.all("qti-response-declaration"):
            if declaration.attributes.get("identifier") == name:
                return _declared(declaration)
        raise NotTaken(f"does not declare the response {name!r}: add <qti-response-declaration>")

    def _points(self) -> int:
        for outcome in self.root.all("qti-outcome-declaration"):
            name, most = outcome.attributes.get("identifier"), ""
            if name == "SCORE":
                most = outcome.attributes.get("normal-maximum", "")
            if name == "MAXSCORE":
                most = next((part.text for part in outcome.below() if part.tag == "qti-value"), "")
            if most.strip():
                return intake.points(self.draft, most)
        return 1

    def _prompt(self, body: Element) -> Said:
        gap = self.interaction.tag == "qti-text-entry-interaction"
        around = _markup(body, at=self.interaction, gap=gap)
        asked = self.interaction.first("qti-prompt")
        within = f"<p>{_markup(asked)}</p>" if asked else ""
        return self.draft.text(from_html(around + within))

    @property
    def adds_up(self) -> bool:
        """Whether part of an answer earns part of the marks."""
        processing = self.root.first("qti-response-processing")
        if processing is None:
            return bool(self.declared.mapping)
        template = processing.attributes.get("template", "")
        if template:
            return "map_response" in template and bool(self.declared.mapping)
        used = any(part.tag == "qti-map-response" for part in processing.below())
        return used and bool(self.declared.mapping)

    def told(self, identifier: str, choice: Element) -> Said:
        """What whoever gives this answer is told."""
        inline = [part for part in choice.below() if part.tag == "qti-feedback-inline"]
        modal = [part for part in self._modal() if self._answers(part) == identifier]
        return self.draft.text(from_html(" ".join(_markup(part) for part in [*inline, *modal])))

    def explanation(self) -> Said:
        """What everybody is told afterwards."""
        choices = {part.attributes.get("identifier") for part in self.interaction.below()}
        general = [part for part in self._modal() if self._answers(part) not in choices]
        if len(general) > 1:
            self.draft.loses("feedback that depends on the answer")
            general = [part for part in general if not self._answers(part)]
        return self.draft.text(from_html(" ".join(_markup(part) for part in general)))

    def _modal(self) -> tuple[Element, ...]:
        return self.root.all("qti-modal-feedback")

    def _answers(self, feedback: Element) -> str:
        """The identifier of the answer that feedback is about; empty for our explanation."""
        if feedback.attributes.get("outcome-identifier") == _EXPLANATION:
            return ""
        return feedback.attributes.get("identifier", "")

    def choices(self, tag: str = "qti-simple-choice") -> dict[str, tuple[Element, Said]]:
        """The choices of the interaction, by their identifier."""
        return _choices(self.interaction, tag, self.draft)


def _declared(declaration: Element) -> _Declared:
    right = declaration.first("qti-correct-response")
    mapping = declaration.first("qti-mapping")
    entries = mapping.all("qti-map-entry") if mapping else ()
    return _Declared(
        cardinality=declaration.attributes.get("cardinality", "single"),
        base_type=declaration.attributes.get("base-type", "string"),
        right=tuple(_value_of(one) for one in right.all("qti-value")) if right else (),
        mapping={
            entry.attributes.get("map-key", ""): intake.number(
                entry.attributes.get("mapped-value", "")
            )
            for entry in entries
        },
        minds_case=any(entry.attributes.get("case-sensitive") != "false" for entry in entries),
    )


def _value_of(element: Element) -> str:
    return re.sub(r"[ \t\n]+", " ", element.text).strip()


def _choices(where: Element, tag: str, draft: Draft) -> dict[str, tuple[Element, Said]]:
    return {
        choice.attributes.get("identifier", ""): (choice, draft.text(from_html(_markup(choice))))
        for choice in where.all(tag)
    }


_NOT_SHOWN: Final = frozenset(
    {"qti-feedback-inline", "qti-feedback-block", "qti-rubric-block", "qti-stylesheet"}
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def _markup(element: Element, *, at: Element | None = None, gap: bool = False) -> str:
    """The HTML inside an element; at the interaction ``at`` a line ends, or there is a gap."""
    parts = [html.escape(element.text)]
    for child in element.children:
        if child is at:
            in_line = gap and bool(element.text.strip() and child.tail.strip())
            parts.append("_____" if in_line else "<br>")
        elif child.tag in _NOT_SHOWN:
            pass
        elif _NAME.fullmatch(child.tag):
            about = "".join(
                f' {name}="{html.escape(child.attributes[name])}"'
                for name in ("alt", "href")
                if name in child.attributes
            )
            inside = _markup(child, at=at, gap=gap)
            parts.append(f"<{child.tag}{about}>{inside}</{child.tag}>")
        else:
            parts.append(_markup(child, at=at, gap=gap))
        parts.append(html.escape(child.tail))
    return "".join(parts)


def _choice(item: _Item) -> tuple[str, dict[str, Any]]:
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


def _worth(item: _Item, names: Sequence[str], *, single: bool) -> dict[str, Decimal]:
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


def _true_false(item: _Item, choices: Mapping[str, tuple[Element, Said]]) -> dict[str, Any]:
    right = item.declared.right
    if right not in {("true",), ("false",)}:
        raise NotTaken("does not tell whether it is true: add <qti-correct-response>")
    other = "false" if right == ("true",) else "true"
    if item.told(right[0], choices[right[0]][0]):
        item.draft.loses("what whoever is right is told")
    told = item.told(other, choices[other][0])
    return {"right": right == ("true",), "feedback": item.draft.needed(told)}


def _order(item: _Item) -> tuple[str, dict[str, Any]]:
    choices = item.choices()
    if sorted(item.declared.right) != sorted(choices):
        raise NotTaken("does not tell the right order of all its choices: add it")
    return "order", intake.order_fields([choices[name][1] for name in item.declared.right])


def _match(item: _Item) -> tuple[str, dict[str, Any]]:
    sets = item.interaction.all("qti-simple-match-set")
    if len(sets) != 2:  # noqa: PLR2004 - stems and choices
        raise NotTaken("does not have two sets to match: write both")
    tag = "qti-simple-associable-choice"
    stems, choices = (_choices(one, tag, item.draft) for one in sets)
    right = item.declared.right or tuple(
        pair for pair, value in item.declared.mapping.items() if value > 0
    )
    pairs = [tuple(pair.split()) for pair in right]
    belongs = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}  # noqa: PLR2004
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


def _entry(item: _Item) -> tuple[str, dict[str, Any]]:
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


def _number(item: _Item) -> dict[str, Any]:
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


def _extended(item: _Item) -> tuple[str, dict[str, Any]]:
    return "essay", {}


_KINDS: Final[Mapping[str, Callable[[_Item], tuple[str, dict[str, Any]]]]] = {
    "qti-choice-interaction": _choice,
    "qti-order-interaction": _order,
    "qti-match-interaction": _match,
    "qti-text-entry-interaction": _entry,
    "qti-extended-text-interaction": _extended,
}


# --- Writing ---------------------------------------------------------------------------------

_RESPONSE: Final = "RESPONSE"
_CLAIMS: Final[Mapping[Language, tuple[str, str]]] = {
    "nl": ("Waar", "Niet waar"),
    "en": ("True", "False"),
}


def write(quiz: QuizFile, *, language: Language) -> Written:
    """A quiz in one language as a package of QTI 3.0."""
    out = Outgoing(language, "QTI 3.0")
    out.around(quiz)
    files: dict[str, bytes] = {}

    def put(item: AnyItem) -> None:
        files[f"items/{item.slug}.xml"] = xml(_item(item, out))

    for item in quiz.items:
        out.each(item, put)
    return out.done(packed({MANIFEST: xml(_manifest(quiz.slug, list(files))), **files}))


def _manifest(slug: str, names: Sequence[str]) -> Any:
    resources = [
        build(
            "resource",
            build("file", href=name),
            identifier=f"item-{number}",
            type=ITEM,
            href=name,
        )
        for number, name in enumerate(names, 1)
    ]
    about = build("metadata", build("schema", "QTI Package"), build("schemaversion", "3.0.0"))
    return build(
        "manifest",
        about,
        build("organizations"),
        build("resources", *resources),
        xmlns=PACKAGE,
        identifier=slug,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What differs from kind to kind."""

    response: Any  # its declaration
    interaction: Any
    score: tuple[Any, ...]  # the rules that give points
    feedback: str = ""  # the cardinality of feedback on choices, when there is any
    by_hand: bool = False


def _item(item: AnyItem, out: Outgoing) -> Any:
    parts = _parts(item, out)
    score = build(
        "qti-outcome-declaration",
        identifier="SCORE",
        cardinality="single",
        base_type="float",
        normal_maximum=str(item.points),
        **({"external_scored": "human"} if parts.by_hand else {}),
    )
    rules = [*parts.score]
    outcomes = [score]
    if parts.feedback:
        outcomes.append(_outcome("FEEDBACK", parts.feedback))
        rules.append(_set("FEEDBACK", _variable()))
    outcomes.append(_outcome(_EXPLANATION, "single"))
    rules.append(_set(_EXPLANATION, _value("identifier", "explanation")))
    root = build(
        "qti-assessment-item",
        parts.response,
        *outcomes,
        build("qti-item-body", build("p", out.text(item.prompt)), parts.interaction),
        build("qti-response-processing", *rules),
        build(
            "qti-modal-feedback",
            build("qti-content-body", build("p", out.text(item.explanation))),
            outcome_identifier=_EXPLANATION,
            identifier="explanation",
            show_hide="show",
        ),
        xmlns=NAMESPACE,
        identifier=item.slug,
        title=item.slug,
        adaptive="false",
        time_dependent="false",
    )
    root.set(_LANGUAGE, out.language)
    return root


def _parts(item: AnyItem, out: Outgoing) -> _Parts:
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


def _single_written(item: SingleQuestion, out: Outgoing) -> _Parts:
    right = [option.slug for option in item.options if option.right]
    return _Parts(
        _response("single", "identifier", right),
        _choice_written([_option(option, out) for option in item.options], most="1"),
        (_all_or_nothing(_match_right(), item.points),),
        feedback="single",
    )


def _multiple_written(item: MultipleQuestion, out: Outgoing) -> _Parts:
    right = [option.slug for option in item.options if option.right]
    some, others = intake.weights(len(right), len(item.options))
    mapping = {
        option.slug: (some if option.right else others) * item.points / 100
        for option in item.options
    }
    return _Parts(
        _response("multiple", "identifier", right, _mapping(mapping, item.points)),
        _choice_written([_option(option, out) for option in item.options], most="0"),
        (_set("SCORE", build("qti-map-response", identifier=_RESPONSE)),),
        feedback="multiple",
    )


def _claim_written(item: TrueFalseQuestion, out: Outgoing) -> _Parts:
    told = _inline("false" if item.right else "true", out.text(item.feedback))
    choices = [
        build(
            "qti-simple-choice",
            words,
            *([told] if claim != item.right else []),
            identifier="true" if claim else "false",
        )
        for claim, words in zip((True, False), _CLAIMS[out.language], strict=True)
    ]
    return _Parts(
        _response("single", "identifier", ["true" if item.right else "false"]),
        _choice_written(choices, most="1", shuffle="false"),
        (_all_or_nothing(_match_right(), item.points),),
        feedback="single",
    )


def _order_written(item: OrderQuestion, out: Outgoing) -> _Parts:
    out.lost("part of an order earns nothing there: QTI knows only all of it")
    # The package holds the right order, but what is shown may not give it away.
    shown = sorted(item.items, key=lambda one: one.slug)
    return _Parts(
        _response("ordered", "identifier", [one.slug for one in item.items]),
        build(
            "qti-order-interaction",
            *(build("qti-simple-choice", out.text(one.text), identifier=one.slug) for one in shown),
            response_identifier=_RESPONSE,
            shuffle="true",
        ),
        (_all_or_nothing(_match_right(), item.points),),
    )


def _match_written(item: MatchingQuestion, out: Outgoing) -> _Parts:
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
    return _Parts(
        _response(
            "multiple",
            "directedPair",
            pairs,
            _mapping(dict.fromkeys(pairs, each), item.points),
        ),
        build(
            "qti-match-interaction",
            stems,
            choices,
            response_identifier=_RESPONSE,
            shuffle="true",
            max_associations=str(len(item.stems)),
        ),
        (_set("SCORE", build("qti-map-response", identifier=_RESPONSE)),),
    )


def _number_written(item: NumberQuestion, out: Outgoing) -> _Parts:
    if item.unit:
        out.lost(f"the unit {out.text(item.unit)!r} does not go along: name it in the text")
    if item.mistakes:
        out.lost("what is said about mistakes does not go along")
    right = build(
        "qti-equal",
        _variable(),
        build("qti-correct", identifier=_RESPONSE),
        tolerance_mode="absolute",
        tolerance=f"{item.tolerance:f} {item.tolerance:f}",
    )
    return _Parts(
        _response("single", "float", [f"{item.expected:f}"]),
        build("p", build("qti-text-entry-interaction", response_identifier=_RESPONSE)),
        (_all_or_nothing(right, item.points),),
    )


def _short_written(item: ShortQuestion, out: Outgoing) -> _Parts:
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
    mapping = _mapping(worth, item.points, case="true" if item.minds_case else "false")
    return _Parts(
        _response("single", "string", right, mapping),
        build("p", build("qti-text-entry-interaction", response_identifier=_RESPONSE)),
        (_set("SCORE", build("qti-map-response", identifier=_RESPONSE)),),
    )


def _essay_written(item: EssayQuestion, out: Outgoing) -> _Parts:
    if (item.minimum_words, item.maximum_words) != (1, 300):
        out.lost("how many words are asked does not go along: say so in the text")
    return _Parts(
        _response("single", "string", []),
        build("qti-extended-text-interaction", response_identifier=_RESPONSE),
        (),
        by_hand=True,
    )


# --- Pieces ----------------------------------------------------------------------------------


def _response(cardinality: str, base_type: str, right: Sequence[str], *more: Any) -> Any:
    values = [build("qti-value", value) for value in right]
    correct = [build("qti-correct-response", *values)] if values else []
    return build(
        "qti-response-declaration",
        *correct,
        *more,
        identifier=_RESPONSE,
        cardinality=cardinality,
        base_type=base_type,
    )


def _mapping(worth: Mapping[str, Decimal], points: int, *, case: str = "") -> Any:
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


def _outcome(name: str, cardinality: str) -> Any:
    return build(
        "qti-outcome-declaration",
        identifier=name,
        cardinality=cardinality,
        base_type="identifier",
    )


def _option(option: Any, out: Outgoing) -> Any:
    return build(
        "qti-simple-choice",
        out.text(option.text),
        _inline(option.slug, out.text(option.feedback)),
        identifier=option.slug,
    )


def _inline(identifier: str, text: str) -> Any:
    return build(
        "qti-feedback-inline",
        text,
        outcome_identifier="FEEDBACK",
        identifier=identifier,
        show_hide="show",
    )


def _choice_written(choices: Sequence[Any], *, most: str, shuffle: str = "true") -> Any:
    return build(
        "qti-choice-interaction",
        *choices,
        response_identifier=_RESPONSE,
        shuffle=shuffle,
        max_choices=most,
    )


def _variable() -> Any:
    return build("qti-variable", identifier=_RESPONSE)


def _value(kind: str, text: str) -> Any:
    return build("qti-base-value", text, base_type=kind)


def _set(outcome: str, expression: Any) -> Any:
    return build("qti-set-outcome-value", expression, identifier=outcome)


def _match_right() -> Any:
    return build("qti-match", _variable(), build("qti-correct", identifier=_RESPONSE))


def _all_or_nothing(condition: Any, points: int) -> Any:
    return build(
        "qti-response-condition",
        build("qti-response-if", condition, _set("SCORE", _value("float", str(points)))),
        build("qti-response-else", _set("SCORE", _value("float", "0"))),
    )
