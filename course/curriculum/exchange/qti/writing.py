"""A quiz → a package of QTI 3.0 in one language."""

from collections.abc import Sequence
from typing import Any

from course.curriculum.exchange.intake import Language
from course.curriculum.exchange.outgoing import Outgoing, Written
from course.curriculum.exchange.package import packed
from course.curriculum.exchange.qti.names import (
    EXPLANATION,
    ITEM,
    ITEM_SCHEMA,
    LANGUAGE,
    MANIFEST,
    NAMESPACE,
    PACKAGE,
    PACKAGE_SCHEMA,
    SCHEMAS,
)
from course.curriculum.exchange.qti.parts import parts_of
from course.curriculum.exchange.qti.pieces import outcome, set_outcome, value, variable
from course.curriculum.exchange.xmltree import build
from course.curriculum.exchange.xmltree import written as xml
from course.curriculum.quizzes import AnyItem, QuizFile


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
    root = build(
        "manifest",
        about,
        build("organizations"),
        build("resources", *resources),
        xmlns=PACKAGE,
        identifier=slug,
    )
    root.set(SCHEMAS, PACKAGE_SCHEMA)
    return root


def _item(item: AnyItem, out: Outgoing) -> Any:
    parts = parts_of(item, out)
    score = build(
        "qti-outcome-declaration",
        identifier="SCORE",
        cardinality="single",
        base_type="float",
        normal_maximum=str(item.points),
        **({"external_scored": "human"} if parts.by_hand else {}),
    )
    rules = [*parts.score]
    outcomes = [score, _most(item.points)]
    if parts.feedback:
        outcomes.append(outcome("FEEDBACK", parts.feedback))
        rules.append(set_outcome("FEEDBACK", variable()))
    outcomes.append(outcome(EXPLANATION, "single"))
    rules.append(set_outcome(EXPLANATION, value("identifier", "explanation")))
    root = build(
        "qti-assessment-item",
        parts.response,
        *outcomes,
        build("qti-item-body", build("p", out.text(item.prompt)), parts.interaction),
        build("qti-response-processing", *rules),
        build(
            "qti-modal-feedback",
            build("qti-content-body", build("p", out.text(item.explanation))),
            outcome_identifier=EXPLANATION,
            identifier="explanation",
            show_hide="show",
        ),
        xmlns=NAMESPACE,
        identifier=item.slug,
        title=item.slug,
        adaptive="false",
        time_dependent="false",
    )
    root.set(LANGUAGE, out.language)
    root.set(SCHEMAS, ITEM_SCHEMA)
    return root


def _most(points: int) -> Any:
    """What an item earns at most, by the name under which others look for it."""
    return build(
        "qti-outcome-declaration",
        build("qti-default-value", build("qti-value", str(points))),
        identifier="MAXSCORE",
        cardinality="single",
        base_type="float",
    )
