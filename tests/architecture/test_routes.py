"""The addresses: each says who may use it, and all look alike."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from werkzeug.routing import Rule

from course.accounts.models import User
from course.core.access import Policy, policy_of
from tests.browser import Browser

# What may stand between brackets in an address, with its type. A number is an id; everything
# else is a slug, a code or a token, which the view looks up.
PARAMETERS = {
    "about": "string",
    "assignment_id": "int",
    "code": "string",
    "group_id": "int",
    "number": "int",
    "lesson": "string",
    "moment_id": "int",
    "name": "path",
    "panel_id": "int",
    "part": "string",
    "phrase_id": "int",
    "public_id": "string",
    "quiz": "string",
    "remark": "string",
    "rule": "string",
    "sitting_id": "int",
    "slug": "string",
    "step": "string",
    "token": "string",
    "user_id": "int",
    "version": "string",
    "what": "any",
}
WORD = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+)?")


def _rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    undeclared = [
        rule.endpoint
        for rule in _rules(app)
        if not isinstance(policy_of(app.view_functions[rule.endpoint]), Policy)
    ]
    assert undeclared == []


def test_a_route_that_forgot_to_say_so_opens_for_nobody(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client.application
    monkeypatch.setitem(app.view_functions, "lessons.help_page", lambda: "open to the world")
    monkeypatch.setattr(app, "testing", False)
    answer = client.get("/help")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "open to the world" not in answer.text


def test_every_address_is_in_kebab_case(app: Flask) -> None:
    words = {
        part
        for rule in _rules(app)
        # What follows a gap is the end of the name of a file.
        for part in re.sub(r"<[^>]+>(\.[a-z]+)?", "", rule.rule).split("/")
        if part
    }
    assert {word for word in words if not WORD.fullmatch(word)} == set()


def test_every_parameter_has_a_name_and_a_type_that_we_know(app: Flask) -> None:
    found: dict[str, set[str]] = {}
    for rule in _rules(app):
        for converter, name in re.findall(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", rule.rule):
            found.setdefault(name, set()).add(converter or "string")
    assert found == {name: {converter} for name, converter in PARAMETERS.items()}


def test_no_address_ends_with_a_slash_but_those_of_a_whole_part(app: Flask) -> None:
    assert {rule.rule for rule in _rules(app) if rule.rule.endswith("/")} == {
        "/",
        "/author/cases/",
        "/cases/",
        "/teach/",
    }


def test_each_address_and_method_leads_to_one_view(app: Flask) -> None:
    places = [
        (re.sub(r"<[^>]+>", "<>", rule.rule), method)
        for rule in _rules(app)
        for method in sorted(rule.methods or ())
        if method not in {"HEAD", "OPTIONS"}
    ]
    # /lessons/x/finished and /lessons/x/y look alike; Werkzeug prefers the one with fewer gaps.
    assert len(places) == len(set(places))


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_id_can_be_is_a_page_that_does_not_exist(
    sign_in: Callable[[User], Browser], administrator: User, number: int
) -> None:
    """The database would refuse it as out of range, which would look like a bug of ours."""
    browser = sign_in(administrator)
    assert browser.get(f"/teach/groups/{number}").status_code == HTTPStatus.NOT_FOUND
    assert browser.post(f"/groups/{number}/leave").status_code == HTTPStatus.NOT_FOUND
    assert browser.post(f"/accounts/{number}/role").status_code == HTTPStatus.NOT_FOUND
