"""What the schema of QTI 3.0 asks of the elements that we write, as far as we write them.

From the XML binding of "Assessment, Section and Item" 3.0 (imsqti_asiv3p0_v1p0.xsd), and of its
profile of content packaging: which attributes an element has, which of them it must have, what
stands in them, and which elements stand in it in which order. A name that is not here, or a value
that does not fit, is a mistake, or a part of the schema that we did not write before.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]*"  # an NCName, of the letters that we use
BOOLEAN: Final = "true|false"
COUNT: Final = "[0-9]+"
FLOAT: Final = r"-?[0-9]+(\.[0-9]+)?"
ANYTHING: Final = ".+"
BASE_TYPE: Final = (
    "boolean|directedPair|duration|file|float|identifier|integer|pair|point|string|uri"
)
CARDINALITY: Final = "multiple|ordered|record|single"
SHOW_HIDE: Final = "show|hide"
# An expression: something that has a value.
VALUE: Final = "(?:qti-variable|qti-correct|qti-base-value|qti-map-response|qti-match|qti-equal) "
RULE: Final = "(?:qti-set-outcome-value|qti-response-condition) "
BLOCK: Final = (
    "(?:p|qti-choice-interaction|qti-order-interaction|qti-match-interaction"
    "|qti-extended-text-interaction) "
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may hold."""

    must: Mapping[str, str] = field(default_factory=dict)  # attributes, and what stands in them
    may: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""  # the elements in it, each followed by a space
    has_text: bool = False


_INTERACTION: Final = {"response-identifier": NAME}
_FEEDBACK: Final = {"outcome-identifier": NAME, "identifier": NAME, "show-hide": SHOW_HIDE}
_DECLARATION: Final = {"identifier": NAME, "cardinality": CARDINALITY}

RULES: Final[Mapping[str, Rule]] = {
    "qti-assessment-item": Rule(
        must={"identifier": NAME, "title": ANYTHING, "time-dependent": BOOLEAN},
        may={
            "adaptive": BOOLEAN,
            "label": ANYTHING,
            "lang": "[a-z]{2}",
            "schemaLocation": r"\S+ \S+",
        },
        inside=(
            "(?:qti-response-declaration )*(?:qti-outcome-declaration )*(?:qti-item-body )?"
            "(?:qti-response-processing )?(?:qti-modal-feedback )*"
        ),
    ),
    "qti-response-declaration": Rule(
        must=_DECLARATION,
        may={"base-type": BASE_TYPE},
        inside="(?:qti-default-value )?(?:qti-correct-response )?(?:qti-mapping )?",
    ),
    "qti-correct-response": Rule(inside="(?:qti-value )+"),
    "qti-default-value": Rule(inside="(?:qti-value )+"),
    "qti-value": Rule(has_text=True),
    "qti-mapping": Rule(
        may={"lower-bound": FLOAT, "upper-bound": FLOAT, "default-value": FLOAT},
        inside="(?:qti-map-entry )+",
    ),
    "qti-map-entry": Rule(
        must={"map-key": ANYTHING, "mapped-value": FLOAT}, may={"case-sensitive": BOOLEAN}
    ),
    "qti-outcome-declaration": Rule(
        must=_DECLARATION,
        may={
            "base-type": BASE_TYPE,
            "normal-maximum": r"[0-9]+(\.[0-9]+)?",
            "external-scored": "human|externalMachine",
        },
        inside="(?:qti-default-value )?",
    ),
    "qti-item-body": Rule(inside=f"(?:{BLOCK})+"),
    "p": Rule(inside="(?:qti-text-entry-interaction )*", has_text=True),
    "qti-choice-interaction": Rule(
        must=_INTERACTION,
        may={"shuffle": BOOLEAN, "max-choices": COUNT, "min-choices": COUNT},
        inside="(?:qti-prompt )?(?:qti-simple-choice )+",
    ),
    "qti-order-interaction": Rule(
        must=_INTERACTION,
        may={"shuffle": BOOLEAN, "max-choices": COUNT, "min-choices": COUNT},
        inside="(?:qti-prompt )?(?:qti-simple-choice )+",
    ),
    "qti-simple-choice": Rule(
        must={"identifier": NAME},
        may={"fixed": BOOLEAN, "show-hide": SHOW_HIDE},
        inside="(?:qti-feedback-inline )*",
        has_text=True,
    ),
    "qti-feedback-inline": Rule(must=_FEEDBACK, has_text=True),
    "qti-match-interaction": Rule(
        must=_INTERACTION,
        may={"shuffle": BOOLEAN, "max-associations": COUNT, "min-associations": COUNT},
        inside="(?:qti-prompt )?(?:qti-simple-match-set ){2}",
    ),
    "qti-simple-match-set": Rule(inside="(?:qti-simple-associable-choice )*"),
    "qti-simple-associable-choice": Rule(
        must={"identifier": NAME, "match-max": COUNT},
        may={"fixed": BOOLEAN, "match-min": COUNT},
        has_text=True,
    ),
    "qti-text-entry-interaction": Rule(must=_INTERACTION, may={"expected-length": COUNT}),
    "qti-extended-text-interaction": Rule(
        must=_INTERACTION, may={"expected-lines": COUNT}, inside="(?:qti-prompt )?"
    ),
    "qti-response-processing": Rule(inside=f"(?:{RULE})*"),
    "qti-response-condition": Rule(
        inside="qti-response-if (?:qti-response-else-if )*(?:qti-response-else )?"
    ),
    "qti-response-if": Rule(inside=f"{VALUE}(?:{RULE})*"),
    "qti-response-else": Rule(inside=f"(?:{RULE})*"),
    "qti-set-outcome-value": Rule(must={"identifier": NAME}, inside=VALUE),
    "qti-variable": Rule(must={"identifier": NAME}),
    "qti-correct": Rule(must={"identifier": NAME}),
    "qti-map-response": Rule(must={"identifier": NAME}),
    "qti-base-value": Rule(must={"base-type": BASE_TYPE}, has_text=True),
    "qti-match": Rule(inside=f"(?:{VALUE}){{2}}"),
    "qti-equal": Rule(
        must={"tolerance-mode": "absolute|exact|relative"},
        may={
            "tolerance": r"(?!0+(\.0+)? )[0-9]+(\.[0-9]+)? (?!0+(\.0+)?$)[0-9]+(\.[0-9]+)?",
            "include-lower-bound": BOOLEAN,
            "include-upper-bound": BOOLEAN,
        },
        inside=f"(?:{VALUE}){{2}}",
    ),
    "qti-modal-feedback": Rule(must=_FEEDBACK, inside="(?:qti-content-body )?"),
    "qti-content-body": Rule(inside="(?:p )+"),
    # The package.
    "manifest": Rule(
        must={"identifier": NAME},
        may={"schemaLocation": r"\S+ \S+"},
        inside="metadata organizations resources ",
    ),
    "metadata": Rule(inside="schema schemaversion "),
    "schema": Rule(has_text=True),
    "schemaversion": Rule(has_text=True),
    "organizations": Rule(),
    "resources": Rule(inside="(?:resource )*"),
    "resource": Rule(
        must={"identifier": NAME, "type": "imsqti_item_xmlv3p0"},
        may={"href": ANYTHING},
        inside="(?:file )*",
    ),
    "file": Rule(must={"href": ANYTHING}),
}


def mistakes(source: str) -> list[str]:
    """What the schema does not allow in a file, each with its line."""
    root = etree.fromstring(source.encode())
    return [f"line {node.sourceline}: {told}" for node in root.iter() for told in _of(node)]


def _of(node: Any) -> Iterator[str]:
    tag = etree.QName(node).localname
    rule = RULES.get(tag)
    if rule is None:
        yield f"<{tag}> is not an element that we write"
        return
    given = {etree.QName(name).localname: value for name, value in node.attrib.items()}
    for name in rule.must.keys() - given.keys():
        yield f"<{tag}> misses {name}"
    for name, value in given.items():
        pattern = {**rule.must, **rule.may}.get(name)
        if pattern is None:
            yield f"<{tag}> has no {name}"
        elif not re.fullmatch(pattern, value, re.DOTALL):
            yield f"<{tag}> cannot have {name}={value!r}"
    children = "".join(f"{etree.QName(child).localname} " for child in node)
    if not re.fullmatch(rule.inside, children):
        yield f"<{tag}> cannot hold {children.split()}"
    texts = [node.text, *(child.tail for child in node)]
    if not rule.has_text and any((text or "").strip() for text in texts):
        yield f"<{tag}> cannot hold text"


def loose_ends(source: str) -> list[str]:
    """Names in an item that lead nowhere: of responses, outcomes, choices and feedback."""
    root = etree.fromstring(source.encode())
    nodes = [(etree.QName(node).localname, node) for node in root.iter()]

    def named(*tags: str, by: str = "identifier") -> set[str]:
        return {str(node.get(by)) for tag, node in nodes if tag in tags}

    responses, outcomes = named("qti-response-declaration"), named("qti-outcome-declaration")
    used = {str(node.get("response-identifier")) for tag, node in nodes if "-interaction" in tag}
    found = [f"interaction binds {name!r}" for name in used ^ responses]
    read = named("qti-variable", "qti-correct", "qti-map-response")
    found += [f"processing reads {name!r}" for name in read - responses - outcomes]
    told = named("qti-set-outcome-value")
    told |= named("qti-feedback-inline", "qti-modal-feedback", by="outcome-identifier")
    found += [f"no outcome is called {name!r}" for name in told - outcomes]
    choices = named("qti-simple-choice", "qti-simple-associable-choice")
    if choices:
        declared = [node for tag, node in nodes if tag == "qti-response-declaration"]
        right = {
            word
            for one in declared
            for node in one.iter("{*}qti-value")
            for word in (node.text or "").split()
        }
        right |= {word for key in named("qti-map-entry", by="map-key") for word in key.split()}
        found += [f"no choice is called {name!r}" for name in right - choices]
    return found
