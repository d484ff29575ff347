"""Trim the stylesheet of GOV.UK Frontend to what Weegschaal uses, in the same way each time.

We take its forms and its care for focus, print and forced colours. We leave its face: the typeface
and the crest belong to the government of the United Kingdom, and the licence does not cover them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Parts that we never show. Our pages have their own head and foot; the rest needs a script of
# GOV.UK Frontend that we do not ship, or answers a question that a course does not have.
UNUSED_COMPONENTS = (
    "accordion",
    "accordion-nav",
    "cookie-banner",
    "drop-zone",
    "exit-this-page",
    "exit-this-page-hide-content",
    "exit-this-page-overlay",
    "feedback",
    "file-upload-button",
    "footer",
    "generic-header",
    "header",
    "language-navigation",
    "link-image",
    "logo-dot",
    "password-input",
    "phase-banner",
    "service-navigation",
    "tabs",
    "task-list",
)
# Utilities for spacing that ignores the width of the page, and for what our tokens set.
UNUSED_UTILITIES = ("static-", "font-size-", "padding-")
# At-rules that only Internet Explorer and old versions of Firefox ever read.
OLD_BROWSERS = ("\\0", "-ms-high-contrast:none", "-moz-document")

UNUSED_CLASS = re.compile(
    r"\.govuk-(?:{})(?=__|--|[^\w-]|$)".format("|".join(UNUSED_COMPONENTS))
    + r"|\.govuk-\\!-(?:{})".format("|".join(UNUSED_UTILITIES))
)
# What has to stay with every copy, by the MIT licence.
NOTICE = "/*! GOV.UK Frontend, (c) 2017 Crown Copyright, MIT; trimmed, see VENDOR.toml. */"
TYPEFACE = "font-family:GDS Transport,arial,sans-serif"
TYPEFACE_IN_PRINT = "font-family:sans-serif"


@dataclass(frozen=True)
class Rule:
    """A selector with its declarations, or an at-rule with the rules inside it."""

    prelude: str
    content: "str | list[Rule]"

    def __str__(self) -> str:
        inside = self.content if isinstance(self.content, str) else "".join(map(str, self.content))
        return f"{self.prelude}{{{inside}}}"


def trim(css: str) -> str:
    """Return the minified stylesheet without what we do not use, and with the page's typeface.

    Raises :exc:`ValueError` when the result would still load something, so that a new release
    cannot bring the crest back unseen.
    """
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).replace("\n", "")
    rules = without_comments.removeprefix('@charset "UTF-8";')
    trimmed = "".join(map(str, merged(kept(parse(rules)))))
    for trace in ("url(", "@import", "GDS Transport", "crest"):
        if trace in trimmed:
            raise ValueError(f"the trimmed stylesheet still contains {trace!r}")
    return f"{NOTICE}\n{trimmed}\n"


def parse(css: str) -> list[Rule]:
    """Split minified CSS without comments into its rules."""
    rules = []
    start = 0
    while start < len(css):
        opening = css.index("{", start)
        closing = end_of_block(css, opening)
        prelude, inside = css[start:opening].strip(), css[opening + 1 : closing]
        nested = prelude.startswith(("@media", "@supports", "@-moz-document"))
        rules.append(Rule(prelude, parse(inside) if nested else inside))
        start = closing + 1
    return rules


def end_of_block(css: str, opening: int) -> int:
    """Return the position of the brace that closes the one at ``opening``."""
    depth = 0
    for brace in re.compile(r"[{}]").finditer(css, opening):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
    raise ValueError(f"the block at character {opening} is not closed")


def kept(rules: list[Rule], *, in_print: bool = False) -> Iterator[Rule]:
    """Yield the rules that we use, with the typeface of the page in place of GOV.UK's."""
    for rule in rules:
        if rule.prelude == "@font-face" or any(hack in rule.prelude for hack in OLD_BROWSERS):
            continue
        if isinstance(rule.content, list):
            inside = list(kept(rule.content, in_print=in_print or rule.prelude == "@media print"))
            if inside:
                yield Rule(rule.prelude, inside)
            continue
        selectors = [one for one in selectors_of(rule) if not UNUSED_CLASS.search(one)]
        declarations = rule.content.replace(TYPEFACE, "font-family:inherit").split(";")
        if in_print:
            declarations = [one for one in declarations if one != TYPEFACE_IN_PRINT]
        if selectors and any(declarations):
            yield Rule(",".join(selectors), ";".join(declarations))


def selectors_of(rule: Rule) -> list[str]:
    """Return the selectors of a rule; a comma inside brackets separates nothing."""
    return re.split(r",(?![^(]*\))", rule.prelude)


def merged(rules: Iterator[Rule]) -> Iterator[Rule]:
    """Join at-rules that have become neighbours and ask the same."""
    last: Rule | None = None
    for rule in rules:
        if last is None:
            last = rule
        elif (
            rule.prelude == last.prelude
            and isinstance(rule.content, list)
            and isinstance(last.content, list)
        ):
            last = Rule(last.prelude, [*last.content, *rule.content])
        else:
            yield last
            last = rule
    if last is not None:
        yield last
