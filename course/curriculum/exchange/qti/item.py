"""One item of QTI 3.0 with its one interaction: what it asks, declares, and tells afterwards."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import Draft, Said
from course.curriculum.exchange.plain import from_html
from course.curriculum.exchange.qti.names import EXPLANATION
from course.curriculum.exchange.report import NotTaken
from course.curriculum.exchange.xmltree import Element

# Those that have a place here.
INTERACTIONS: Final = (
    "qti-choice-interaction",
    "qti-order-interaction",
    "qti-match-interaction",
    "qti-text-entry-interaction",
    "qti-extended-text-interaction",
)


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said about the response: what is right, and what answers are worth."""

    cardinality: str
    base_type: str
    right: tuple[str, ...]
    mapping: Mapping[str, Decimal]
    minds_case: bool  # of the mapping


class Item:
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
        if self.interaction.tag not in INTERACTIONS:
            known = ", ".join(f"<{tag}>" for tag in INTERACTIONS)
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

    def _declared(self) -> Declared:
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
        around = markup_in(body, at=self.interaction, gap=gap)
        asked = self.interaction.first("qti-prompt")
        within = f"<p>{markup_in(asked)}</p>" if asked else ""
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
        return self.draft.text(from_html(" ".join(markup_in(part) for part in [*inline, *modal])))

    def explanation(self) -> Said:
        """What everybody is told afterwards."""
        choices = {part.attributes.get("identifier") for part in self.interaction.below()}
        general = [part for part in self._modal() if self._answers(part) not in choices]
        if len(general) > 1:
            self.draft.loses("feedback that depends on the answer")
            general = [part for part in general if not self._answers(part)]
        return self.draft.text(from_html(" ".join(markup_in(part) for part in general)))

    def _modal(self) -> tuple[Element, ...]:
        return self.root.all("qti-modal-feedback")

    def _answers(self, feedback: Element) -> str:
        """The identifier of the answer that feedback is about; empty for our explanation."""
        if feedback.attributes.get("outcome-identifier") == EXPLANATION:
            return ""
        return feedback.attributes.get("identifier", "")

    def choices(self, tag: str = "qti-simple-choice") -> dict[str, tuple[Element, Said]]:
        """The choices of the interaction, by their identifier."""
        return choices_in(self.interaction, tag, self.draft)


def _declared(declaration: Element) -> Declared:
    right = declaration.first("qti-correct-response")
    mapping = declaration.first("qti-mapping")
    entries = mapping.all("qti-map-entry") if mapping else ()
    return Declared(
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


def choices_in(where: Element, tag: str, draft: Draft) -> dict[str, tuple[Element, Said]]:
    """The choices with this tag in an element, by their identifier."""
    return {
        choice.attributes.get("identifier", ""): (choice, draft.text(from_html(markup_in(choice))))
        for choice in where.all(tag)
    }


_NOT_SHOWN: Final = frozenset(
    {"qti-feedback-inline", "qti-feedback-block", "qti-rubric-block", "qti-stylesheet"}
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def markup_in(element: Element, *, at: Element | None = None, gap: bool = False) -> str:
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
            inside = markup_in(child, at=at, gap=gap)
            parts.append(f"<{child.tag}{about}>{inside}</{child.tag}>")
        else:
            parts.append(markup_in(child, at=at, gap=gap))
        parts.append(html.escape(child.tail))
    return "".join(parts)
