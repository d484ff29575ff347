"""The templates: each compiles, lies with its feature, and lets nothing through unescaped."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined, UndefinedError
from jinja2.meta import find_undeclared_variables

from course.accounts.models import User
from tests.browser import Browser
from tests.factories import Factory
from tests.houses import ROOT

COURSE = ROOT / "course"
TEMPLATES = sorted(COURSE.glob("*/templates/**/*.html"))
# Per function where text counts as HTML already: why that is safe.
UNESCAPED = {
    "course/teaching/book.py: _whole_writer": "constants with gaps, which Markup.format escapes",
    "course/teaching/book.py: text": "constants with gaps, which Markup.format escapes",
    "course/results/words.py: asks": "a constant with gaps, which Markup.format escapes",
    "course/teaching/cells.py: write_all": "cells that are escaped one by one",
    "course/teaching/cells.py: writer": "constants with gaps, which Markup.format escapes",
    "course/cases/steps.py: unfinished": "a template rendered by Jinja, which escapes",
    "course/core/i18n.py: __missing__": "our own text; the values put in it are escaped",
    "course/core/i18n.py: _counted_in_page": "our own text; the values in it are escaped",
    "course/lessons/visit.py: part": "a template rendered by Jinja, which escapes",
    "course/lessons/visit.py: _without_who_asks": "as part",
    "course/lessons/visit.py: render": "Markdown of our own content, sanitised by the curriculum",
    "course/marking/feedback.py: returned": "as below",
    "course/marking/feedback.py: unanswered": "as below",
    "course/marking/feedback.py: unread": "as below",
    "course/marking/peerviews.py: waiting": "as below",
    "course/marking/peerviews.py: who_reads": "as below",
    "course/marking/reasons.py: beside": "as below",
    "course/quizzes/home.py: waiting": "a template rendered by Jinja, which escapes",
    "course/schedule/showing.py: at_home": "as above",
    "course/schedule/showing.py: at_lesson": "as above",
}
# Rendered once for everybody, so it may know the content and the language, and nothing else.
FIXED_PART = re.compile(
    r"""(?:fixed_part\(|choices\([\w.\[\]]+, |template: str = )['"]([^'"]+)['"]"""
)
OF_THE_PAGE = {"edition", "step", "lang", "gettext", "ngettext", "url_for", "step_url"}
KNOWN_TO_ALL = OF_THE_PAGE | {
    "voices",
    "field",
    "states",
    "minutes_left",
    "has_account",
    "has_begun",
}
# Jinja doubles a percent sign in these; without a variable it then finds no translation.
TRANSLATED = re.compile(r"\{%-?\s*trans\b[^}]*%\}(.*?)\{%-?\s*endtrans", re.DOTALL)
MARKS_AS_SAFE = re.compile(r"\|\s*safe\b|autoescape")


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(COURSE)))
def test_a_text_to_translate_has_no_percent_sign_because_it_would_not_be_found(path: Path) -> None:
    texts = [text for text in TRANSLATED.findall(path.read_text()) if "{{" not in text]
    assert [text for text in texts if "%" in re.sub(r"\{%.*?%\}", "", text)] == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_template_compiles(app: Flask) -> None:
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(COURSE)))
def test_a_template_lies_in_the_folder_of_its_feature(path: Path) -> None:
    """Flask looks in all folders at once: the second folder name keeps two features apart."""
    feature, _templates, folder, *_rest = path.relative_to(COURSE).parts
    assert folder == ("layout" if feature == "core" else feature)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_misspelt_variable_is_an_error(app: Flask) -> None:
    assert app.jinja_env.undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ vist.url }}").render()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_people_type_is_escaped(make: Factory, sign_in: Callable[[User], Browser]) -> None:
    typed = "<script>alert(1)</script>\"'"
    page = sign_in(make.learner(name=typed)).get("/me/settings").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;") == 2  # header and field


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_part_that_is_the_same_for_everybody_knows_nothing_of_who_asks(app: Flask) -> None:
    sources = [*COURSE.rglob("*.py"), *TEMPLATES]
    found = {
        name for path in sources for name in FIXED_PART.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "layout/_choices.html",
        "lessons/_margin.html",
        "lessons/_rail.html",
        "lessons/_saving.html",
        "weighings/_voices.html",
        "weighings/_weights.html",
    }
    for name in found:
        assert _names_in(app, name) <= KNOWN_TO_ALL, name
        # What it imports gets no context: macros know only what is passed to them.
        assert "with context" not in _source(app, name), name


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_part_that_would_show_somebodys_name_to_everybody_is_noticed(app: Flask) -> None:
    tree = app.jinja_env.parse("{% trans name=current_user.name %}{{ name }}{% endtrans %}")
    assert not find_undeclared_variables(tree) <= KNOWN_TO_ALL


def _names_in(app: Flask, template: str) -> set[str]:
    return find_undeclared_variables(app.jinja_env.parse(_source(app, template)))


def _source(app: Flask, template: str) -> str:
    loader = app.jinja_env.loader
    assert loader is not None
    return loader.get_source(app.jinja_env, template)[0]


def test_no_template_takes_text_for_html() -> None:
    found = [path for path in TEMPLATES if MARKS_AS_SAFE.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_only_functions_with_a_reason_take_text_for_html() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in COURSE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and node.args and _name(node.func) == "Markup"
    }
    assert found == set(UNESCAPED)


def _name(node: ast.expr) -> str | None:
    return getattr(node, "id", None) or getattr(node, "attr", None)
