"""Moodle XML, read and written: a ``<quiz>`` with a ``<question>`` for each item."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from course.curriculum.exchange import cloze, intake
from course.curriculum.exchange.gift import last_of
from course.curriculum.exchange.intake import (
    NOTHING,
    Draft,
    Intake,
    Language,
    Numeric,
    Said,
    Weighted,
)
from course.curriculum.exchange.outgoing import Outgoing, Written, moodle_share, moodle_weight
from course.curriculum.exchange.plain import (
    Plain,
    as_html,
    from_auto,
    from_html,
    from_markdown,
    from_plain,
)
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import NotTaken, Place, unreadable
from course.curriculum.exchange.xmltree import Element, build, parse
from course.curriculum.exchange.xmltree import written as xml
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    GapsQuestion,
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

# --- Reading ---------------------------------------------------------------------------------

_NAMED: Final = 200  # characters of a text that name it in a report
_READERS: Final = {
    "html": from_html,
    "moodle_auto_format": from_auto,
    "plain_text": from_plain,
    "markdown": from_markdown,
}


def read(data: bytes, *, language: Language) -> Reading:
    """The items of a Moodle XML file. Raises :exc:`~report.Unreadable`."""
    root = parse(data)
    if root.tag != "quiz":
        message = f"begins with <{root.tag}>, not with <quiz>: export the questions as Moodle XML"
        raise unreadable(message, line=root.line)
    found = Intake(language)
    title = ""
    for child in root.children:
        kind = child.attributes.get("type", "")
        if child.tag != "question":
            place = Place(f"<{child.tag}>", child.line)
            found.refuse(place, "is no question: take it out, or write it as <question>")
        elif kind == "category":
            title = _category(child, title, found)
        else:
            _take(child, kind, found)
    return Reading(title, tuple(found.items), tuple(found.remarks))


def _category(question: Element, title: str, found: Intake) -> str:
    category = question.first("category")
    name = last_of(category.said("text")) if category else ""
    if title and name != title:
        place = Place(f"category {name!r}", question.line)
        found.remarks.append(place.lost("a quiz has no categories: all items are in one"))
    return title or name


def _take(question: Element, kind: str, found: Intake) -> None:
    name, asked = question.first("name"), question.first("questiontext")
    title = name.said("text") if name else ""
    named = intake.short(title or (from_html(asked.said("text")[:_NAMED]).text if asked else ""))
    place = Place(f"question {named}", question.line)
    draft = found.draft(place)
    try:
        if kind not in _KNOWN:
            raise NotTaken(_unknown(kind))
        _losses(question, draft)
        found.take(
            draft,
            title=title,
            points=intake.points(draft, question.said("defaultgrade")),
            explanation=_said(draft, question.first("generalfeedback")),
            **_fields(question, kind, draft),
        )
    except NotTaken as reason:
        found.refuse(place, str(reason))


def _unknown(kind: str) -> str:
    if kind == "description":
        return "asks nothing: put its text in the question it is about"
    known = ", ".join(_KNOWN)
    return f"is of the type {kind!r}, which has no place here: ask it as one of {known}"


def _fields(question: Element, kind: str, draft: Draft) -> dict[str, Any]:
    """The kind of the item, its prompt, and what belongs to that kind only."""
    if kind == "cloze":
        asked = question.first("questiontext")
        prompt, fields = cloze.read(draft, asked.said("text") if asked else "")
        return {"kind": "gaps", "prompt": prompt, **fields}
    prompt = _said(draft, question.first("questiontext"))
    ours, fields = _KINDS[kind](question, draft)
    return {"kind": ours, "prompt": prompt, **fields}


def _losses(question: Element, draft: Draft) -> None:
    """What stands around the question and has no place here."""
    combined = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    if any(_has_words(question.first(name)) for name in combined):
        draft.loses("feedback for right, partly right and wrong")
    if any(_has_words(hint) for hint in question.all("hint")):
        draft.loses("hints")
    if any(element.tag == "file" for element in question.below()):
        draft.loses("files")
    if tags := question.first("tags"):
        draft.loses(*(("tags",) if tags.children else ()))
    for name in ("graderinfo", "responsetemplate"):
        if _has_words(question.first(name)):
            draft.loses(f"<{name}>")
    if question.said("attachments") not in {"", "0"}:
        draft.loses("handing in files")


def _has_words(element: Element | None) -> bool:
    return element is not None and bool(element.said("text") or element.text.strip())


def _said(draft: Draft, element: Element | None, *, form: str = "") -> Said:
    """The text of an element in its own format, or in ``form``."""
    if element is None:
        return NOTHING
    form = element.attributes.get("format") or form or "html"
    source = element.said("text") or element.text.strip()
    reader: Callable[[str], Plain] = _READERS.get(form, from_auto)
    return draft.text(reader(source))


def _typed(draft: Draft, answer: Element) -> Said:
    """What a learner types, which is never HTML."""
    return draft.text(from_plain(answer.said("text")))


def _weighted(draft: Draft, answer: Element, text: Said) -> Weighted:
    percent = intake.percent(answer.attributes.get("fraction", "0"))
    return Weighted(text, percent, _said(draft, answer.first("feedback")))


def _choice(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    single = question.said("single").lower() in {"true", "1", ""}
    given = [_weighted(draft, answer, _said(draft, answer)) for answer in question.all("answer")]
    return "single" if single else "multiple", intake.option_fields(draft, given, single=single)


def _true_false(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    given = {answer.said("text").lower(): answer for answer in question.all("answer")}
    if given.keys() != {"true", "false"}:
        raise NotTaken("does not have the answers 'true' and 'false': write both")
    weighed = {name: _weighted(draft, answer, Said(name)) for name, answer in given.items()}
    right = [name for name, answer in weighed.items() if answer.percent == intake.EVERYTHING]
    if len(right) != 1:
        raise NotTaken("one of 'true' and 'false' must be worth 100: change the fractions")
    other = "false" if right == ["true"] else "true"
    if weighed[right[0]].feedback:
        draft.loses("what whoever is right is told")
    return "true-false", {
        "right": right == ["true"],
        "feedback": draft.needed(weighed[other].feedback),
    }


def _short(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    given = [_weighted(draft, answer, _typed(draft, answer)) for answer in question.all("answer")]
    fields: dict[str, Any] = {"accepted": intake.accepted_fields(draft, given)}
    if question.said("usecase") == "1":
        fields["minds_case"] = True
    return "short", fields


def _matching(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    pairs = []
    for part in question.all("subquestion"):
        answer = part.first("answer")
        pairs.append((_said(draft, part), _typed(draft, answer) if answer else NOTHING))
    return "matching", intake.matching_fields(pairs)


def _ordering(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    if question.said("selecttype") not in {"", "0", "ALL"}:
        draft.note("shows some of the things only: here all of them")
    if question.said("gradingtype") not in {"", _GRADING}:
        draft.note("counts the places in another way: here each place off costs a bit")
    texts = [_said(draft, answer) for answer in question.all("answer")]
    return "order", intake.order_fields(texts)


def _number(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    given = []
    for answer in question.all("answer"):
        if answer.said("text") == "*":
            draft.loses("what is said to every other number")
            continue
        weighed = _weighted(draft, answer, Said(answer.said("text")))
        tolerance = answer.said("tolerance")
        given.append(
            Numeric(
                intake.number(weighed.text),
                intake.number(tolerance) if tolerance else Decimal(0),
                weighed.percent,
                weighed.feedback,
            )
        )
    fields = intake.number_fields(draft, given)
    units = question.first("units")
    named = [unit.said("unit_name") for unit in units.all("unit")] if units else []
    if named and named[0]:
        fields["unit"] = draft.text(from_plain(named[0]))
    if len(named) > 1:
        draft.loses("other units than the first")
    return "number", fields


def _essay(question: Element, draft: Draft) -> tuple[str, dict[str, Any]]:
    fields = {}
    limits = (("minimum_words", "minwordlimit", 1), ("maximum_words", "maxwordlimit", 10))
    for ours, theirs, least in limits:
        said = question.said(theirs)
        if said.isdecimal() and int(said) >= least:
            fields[ours] = int(said)
        elif said.isdecimal() and int(said):
            draft.note(f"asks for {said} words at most: here at least {least} may be written")
    return "essay", fields


_GRADING: Final = "RELATIVE_TO_CORRECT"
_KINDS: Final[Mapping[str, Callable[[Element, Draft], tuple[str, dict[str, Any]]]]] = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "matching": _matching,
    "ordering": _ordering,
    "numerical": _number,
    "essay": _essay,
}
_KNOWN: Final = (*_KINDS, "cloze")  # which has its prompt and its gaps in one text


# --- Writing ---------------------------------------------------------------------------------


def write(quiz: QuizFile, *, language: Language) -> Written:
    """A quiz in one language as Moodle XML."""
    out = Outgoing(language, "Moodle XML")
    out.around(quiz)
    root = build("quiz")
    name = f"$course$/{out.text(quiz.title).replace('/', '//')}"
    root.append(build("question", build("category", build("text", name)), type="category"))
    for item in quiz.items:
        out.each(item, lambda item: root.append(_question(item, out)))
    return out.done(xml(root))


def _question(item: AnyItem, out: Outgoing) -> Any:
    kind, prompt, parts = _parts(item, out)
    return build(
        "question",
        build("name", build("text", item.slug)),
        _html("questiontext", prompt),
        _html("generalfeedback", as_html(out.text(item.explanation))),
        build("defaultgrade", str(item.points)),
        *parts,
        type=kind,
    )


def _parts(item: AnyItem, out: Outgoing) -> tuple[str, str, list[Any]]:
    """The type in Moodle, the HTML of the prompt, and what that type has."""
    prompt = as_html(out.text(item.prompt))
    match item:
        case SingleQuestion() | MultipleQuestion():
            return "multichoice", prompt, _choices(item, out)
        case TrueFalseQuestion():
            return "truefalse", prompt, _claims(item, out)
        case ShortQuestion():
            return "shortanswer", prompt, _accepted(item, out)
        case MatchingQuestion():
            return "matching", prompt, _pairs(item, out)
        case OrderQuestion():
            return "ordering", prompt, _ordered(item, out)
        case NumberQuestion():
            return "numerical", prompt, _numbers(item, out)
        case GapsQuestion():
            return "cloze", cloze.written(item, out), []
        case EssayQuestion():
            limits = [
                build("minwordlimit", str(item.minimum_words)),
                build("maxwordlimit", str(item.maximum_words)),
            ]
            return "essay", prompt, [build("responseformat", "editor"), *limits]
    raise out.unknown(item)


def _html(tag: str, source: str, **attributes: str) -> Any:
    return build(tag, build("text", source), format="html", **attributes)


def _answer(text: str, weight: str, *more: Any, form: str = "html") -> Any:
    return build("answer", build("text", text), *more, fraction=weight, format=form)


def _feedback(text: str) -> Any:
    return _html("feedback", as_html(text) if text else "")


def _choices(item: SingleQuestion | MultipleQuestion, out: Outgoing) -> list[Any]:
    single = isinstance(item, SingleQuestion)
    count = len(item.options)
    some, others = (
        (intake.EVERYTHING, Decimal(0))
        if single
        else intake.weights(sum(option.right for option in item.options), count)
    )
    return [
        build("single", "true" if single else "false"),
        build("shuffleanswers", "true"),
        build("answernumbering", "abc"),
        *(
            _answer(
                as_html(out.text(option.text)),
                moodle_weight(some if option.right else others),
                _feedback(out.text(option.feedback)),
            )
            for option in item.options
        ),
    ]


def _claims(item: TrueFalseQuestion, out: Outgoing) -> list[Any]:
    told = out.text(item.feedback)
    return [
        _answer(
            "true" if claim else "false",
            "100" if claim == item.right else "0",
            _feedback("" if claim == item.right else told),
            form="moodle_auto_format",
        )
        for claim in (True, False)
    ]


def _accepted(item: ShortQuestion, out: Outgoing) -> list[Any]:
    out.about_typing(item, keeps_case=True)
    return [
        build("usecase", "1" if item.minds_case else "0"),
        *(
            _answer(
                out.text(accepted.text),
                f"{moodle_share(accepted.share):f}",
                _feedback(out.text(accepted.feedback)),
                form="plain_text",
            )
            for accepted in item.accepted
        ),
    ]


def _pairs(item: MatchingQuestion, out: Outgoing) -> list[Any]:
    choices = {choice.slug: out.text(choice.text) for choice in item.choices}
    used = {stem.choice for stem in item.stems}
    pairs = [
        *((as_html(out.text(stem.text)), choices[stem.choice]) for stem in item.stems),
        *(("", text) for slug, text in choices.items() if slug not in used),
    ]
    return [
        build("shuffleanswers", "true"),
        *(
            build(
                "subquestion",
                build("text", stem),
                build("answer", build("text", choice)),
                format="html",
            )
            for stem, choice in pairs
        ),
    ]


def _ordered(item: OrderQuestion, out: Outgoing) -> list[Any]:
    return [
        build("layouttype", "VERTICAL"),
        build("selecttype", "ALL"),
        build("selectcount", str(len(item.items))),
        build("gradingtype", _GRADING),
        build("showgrading", "SHOW"),
        *(
            _answer(as_html(out.text(one.text)), str(place))
            for place, one in enumerate(item.items, 1)
        ),
    ]


def _numbers(item: NumberQuestion, out: Outgoing) -> list[Any]:
    tolerance = build("tolerance", f"{item.tolerance:f}")
    answers = [_answer(f"{item.expected:f}", "100", tolerance, form="plain_text")]
    for mistake in item.mistakes:
        told = _feedback(out.text(mistake.feedback))
        exact = build("tolerance", "0")
        answers.append(_answer(f"{mistake.value:f}", "0", told, exact, form="plain_text"))
    if not item.unit:
        return answers
    unit = build("unit", build("multiplier", "1"), build("unit_name", out.text(item.unit)))
    # The unit may be typed or left out.
    return [*answers, build("unitgradingtype", "0"), build("showunits", "0"), build("units", unit)]
