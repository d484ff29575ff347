"""Who gets what: every address × method × role, as decided in access_matrix.toml.

A new route fails here until somebody has decided about it. Whoever is refused changes nothing
and reads nothing, and asking for a page never changes anything.
"""

import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from course.core.access import Policy, policy_of
from course.domain.attempts.regrading import Apply
from course.quizzes.rekeying import Change, Kind
from course.teaching.keyform import fingerprint
from tests.architecture import world as worlds
from tests.architecture.world import APPLICANT, GROUP, MAY_READ, NAME, ROLES, World
from tests.conftest import Once
from tests.factories import LESSON, QUIZ

MATRIX: Final[dict[str, list[int | str]]] = tomllib.loads(
    Path(__file__).with_name("access_matrix.toml").read_text(encoding="utf-8")
)
REFUSALS: Final = {"login", 400, 403, 404, 405, 410}

STOP: Final = "/unsubscribe/<token>"  # the address itself is the right to use it
DROPPED: Final = Change(item=worlds.KEY_ITEM, kind=Kind.DROP)
# What is filled in, so that a refusal is about the person and not about an empty form.
BODIES: Final[dict[str, dict[str, str]]] = {
    "/accounts/<int:user_id>/role": {"role": "administrator"},
    "/attempts/<public_id>": {"revision": "1"},
    "/attempts/<public_id>/save": {"revision": "1"},
    "/lessons/<lesson>/<slug>": {"text": "Gekaapt", "revision": "0"},
    "/lessons/<lesson>/<slug>/draft": {"text": "Gekaapt", "revision": "0"},
    "/lessons/<lesson>/<slug>/hand-in": {"revision": "1"},
    "/progress/<int:group_id>/<rule>/<about>": {"why": "ill"},
    "/teach/groups/<int:group_id>/students/<int:user_id>": {"note": "Gekaapt"},
    "/teach/groups/<int:group_id>/students/<int:user_id>/look": {"why": "Gekaapt"},
    "/me/settings": {"name": "Gekaapt", "language": "nl", "shortcuts": "y"},
    "/me/settings/mail": {"kind": "answer"},
    "/teach/groups/<int:group_id>/messages/new": {
        "to": "1,2",
        "subject": "Dag",
        "body": "Gekaapt",
        "key": "een-sleutel",
        "do": "send",
    },
    "/teach/groups/<int:group_id>/name": {"name": "Gekaapt"},
    "/panel/<token>/answers": {"page": worlds.PANEL_ITEM, "revision": "0"},
    "/panel/<token>/save": {"page": worlds.PANEL_ITEM, "revision": "0"},
    "/teach/groups/<int:group_id>/quizzes/new": {"slug": QUIZ},
    worlds.SCHEDULE: {"place": LESSON, "due_day": "2099-01-01", "due_time": "23:59"},
    f"{worlds.SCHEDULE}/<int:moment_id>/extensions": {
        "subgroups": "Werkgroep",
        "until_day": "2099-01-01",
        "until_time": "23:59",
    },
    f"{worlds.SITTING}/allowances/<int:user_id>": {"extra_attempts": "1", "reason": "Griep"},
    f"{worlds.SITTING}/answers/<public_id>/<slug>": {"points": "1"},
    f"{worlds.SITTING}/key/<slug>": {
        "kind": "drop",
        "mode": "all",
        "reason": "Fout",
        "seen": "1",
        "looked_at": fingerprint(DROPPED, Apply.ALL),
        "do": "apply",
    },
    "/teach/groups/new": {"name": "Nieuw"},
    "/teach/groups/<int:group_id>/grades/<int:user_id>": {
        "subject": "waarom-eropaf/iemand-die-je-niet-zag",
        "reason": "Griep",
    },
    "/teach/groups/<int:group_id>/grades/rule": {
        "pass_mark": "5,5",
        "step": "tenth",
        "quiz_percent": "55",
    },
    "/progress/certificates": {"what": "waarom-eropaf"},
    "/teach/groups/<int:group_id>/copy": {"name": "Kopie", "what": "y"},
    "/teach/groups/<int:group_id>/import": {"pasted": "Naam;Mail\nAnna;anna@example.org"},
    "/teach/groups/<int:group_id>/import/preview": {"do": "invite", "draft": "1"},
    "/teach/groups/<int:group_id>/people/invitations": {"do": "again:1:1"},
    "/teach/groups/<int:group_id>/people/invite": {"email": "nel@example.org", "part": "learner"},
    "/lessons/<lesson>/<slug>/help": {"question": "Waar begin ik?"},
    "/reflections/<public_id>/feedback/<remark>": {"used": "yes"},
    "/teach/groups/<int:group_id>/reflections/<lesson>/<step>/setting": {
        "rubric": "korte-reflectie",
        "kind": "number",
        "percentage": "55",
        "seconds": "none",
        "peers": "0",
    },
    "/teach/help/<public_id>": {"answer": "Begin bij haar."},
    f"{worlds.MARK}/<code>": {"version": "1", "revision": "1", "do": "save"},
    f"{worlds.MARK}/<code>/compare": {"do": "mean"},
    f"{worlds.MARK}/<code>/remarks": {"version": "1", "start": "0", "end": "5", "text": "Gekaapt"},
    f"{worlds.MARK}/<code>/remarks/<public_id>": {"text": "Gekaapt"},
    f"{worlds.MARK}/<code>/retract": {"why": "Te vroeg."},
    f"{worlds.MARK}/<code>/save": {"version": "1", "revision": "1"},
    f"{worlds.MARK}/anchors": {"anchor": "het-gordijn"},
    f"{worlds.MARK}/results": {"do": "all"},
    "/peer/<public_id>": {"do": "save", "revision": "0", "comment": "Sterk."},
    "/teach/phrases": {"kind": "next", "text": "Gekaapt"},
}
# Columns that no form has. Whoever sends them along all the same changes nothing with it.
SMUGGLED: Final = {"id": "1", "user_id": "1", "is_demo": "y", "points": "10", "part": "instructor"}
# Who may change what is kept about the owner.
MAY_CHANGE_THE_OWNER: Final = {
    ("POST /teach/groups/<int:group_id>/students/<int:user_id>", "instructor"),
    ("POST /teach/groups/<int:group_id>/students/<int:user_id>/look", "instructor"),
    ("POST /accounts/<int:user_id>/role", "administrator"),
    ("POST /teach/groups/<int:group_id>/messages/new", "instructor"),
    ("POST /teach/help/<public_id>", "instructor"),
    (f"POST {worlds.MARK}/<code>", "instructor"),
    (f"POST {worlds.MARK}/<code>/compare", "instructor"),
    (f"POST {worlds.MARK}/<code>/remarks", "instructor"),
    (f"POST {worlds.MARK}/<code>/remarks/<public_id>", "instructor"),
    (f"POST {worlds.MARK}/<code>/retract", "instructor"),
    (f"POST {worlds.MARK}/<code>/save", "instructor"),
    ("POST /teach/groups/<int:group_id>/grades/<int:user_id>", "instructor"),
    ("POST /teach/groups/<int:group_id>/grades/rule", "instructor"),
    ("POST /teach/groups/<int:group_id>/people/<int:user_id>/take-out", "instructor"),
    (f"POST {worlds.SCHEDULE}/<int:moment_id>/extensions", "instructor"),
    (f"POST {worlds.SCHEDULE}/<int:moment_id>/remove", "instructor"),
    (f"POST {worlds.SITTING}/allowances/<int:user_id>", "instructor"),
    (f"POST {worlds.SITTING}/answers/<public_id>/<slug>", "instructor"),
    (f"POST {worlds.SITTING}/key/<slug>", "instructor"),
    (f"POST {worlds.SITTING}/results/<any(give, take):what>", "instructor"),
    *((f"POST {STOP}", role) for role in ROLES),
}
# Reading these is itself written down, in the audit and nowhere else.
NOTED: Final = {
    "GET /teach/groups/<int:group_id>/reflections/<public_id>",
    "GET /teach/groups/<int:group_id>/grades/files/<any(grades.csv, grades.xlsx):what>",
    f"GET {worlds.FILED}",
    f"GET {worlds.MARK}/<code>",
    f"GET {worlds.MARK}/<code>/files/<int:number>",
    f"GET {worlds.MARK}/grades.csv",
    f"GET {worlds.SITTING}/files/<any({worlds.FILES}):what>",
}
# Whoever has the code of a group, or the link in a mail, may read the name that it stands for.
GIVEN_AWAY: Final[dict[str, set[str]]] = {
    "/join/<code>": {GROUP},
    "/invite/<token>": {GROUP},
    "/signup/<token>": {APPLICANT},
    "/verify/<code>": {NAME},
    "/teach/groups/<int:group_id>/grades/<int:user_id>": {"kanarie-vrijstelling"},
    "/teach/groups/<int:group_id>/students/<int:user_id>": {
        "kanarie-uitstel",
        "kanarie-vrijstelling",
    },
    f"{worlds.SCHEDULE}/<int:moment_id>/extensions": {"kanarie-uitstel"},
    # Who marks a reflection sees beside it what its writer weighed and chose.
    f"{worlds.MARK}/<code>": worlds.BESIDE_A_TEXT,
}


@pytest.fixture
def world(app: Flask, once: Once) -> World:
    """The owner and everybody else."""
    return worlds.build(app, once)


def _address(rule: str, world: World) -> str:
    """The address of something of the owner."""
    adapter = world.app.url_map.bind("localhost")
    found = next(item for item in world.app.url_map.iter_rules() if item.rule == rule)
    gaps = {name: world.gap(name, rule) for name in found.arguments}
    address: str = adapter.build(found.endpoint, gaps)
    return f"{address}?q=kanarie" if rule == "/accounts" else address


def _ask(line: str, role: str, world: World, **kwargs: Any) -> TestResponse:
    method, rule = line.split(" ", 1)
    browser, address = world.browsers[role], _address(rule, world)
    if method == "POST":
        smuggled = {} if rule.endswith("/role") else {**SMUGGLED, "role": "administrator"}
        return browser.post(address, data={**smuggled, **BODIES.get(rule, {})}, **kwargs)
    return browser.open(address, method=method, **kwargs)


def _told(answer: TestResponse) -> int | str:
    """The status, or that one has to sign in first."""
    location = answer.headers.get("Location", "")
    return "login" if location.startswith("/login") else answer.status_code


# --- Completeness --------------------------------------------------------------------------


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_address_and_method_has_been_decided_about(app: Flask) -> None:
    found = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert set(MATRIX) == found
    assert {line: len(told) for line, told in MATRIX.items() if len(told) != len(ROLES)} == {}


# --- The matrix ----------------------------------------------------------------------------


@pytest.mark.parametrize("line", MATRIX)
def test_everybody_gets_what_was_decided(app: Flask, once: Once, world: World, line: str) -> None:
    for may_change, told in groupby(
        zip(ROLES, MATRIX[line], strict=True), lambda one: _may_change(line, one[1])
    ):
        for role, expected in told:
            answer = _ask(line, role, world)
            assert (role, _told(answer)) == (role, expected)
            _reads_only_what_it_may(answer, line, role, expected)
            if may_change and _changes_only_what_it_may(line, role, world):
                world = worlds.build(app, once)
        if not may_change:
            # Looked at once for all of them, and before anybody who may change something.
            besides = {"audit"} if line in NOTED else set()
            assert not worlds.differ(world.rows, worlds.rows(app), besides), (
                f"{role}, or one before"
            )


def _may_change(line: str, expected: int | str) -> bool:
    return not line.startswith("GET") and expected not in REFUSALS


def _reads_only_what_it_may(
    answer: TestResponse, line: str, role: str, expected: int | str
) -> None:
    rule = line.split(" ", 1)[1]
    allowed = MAY_READ[role] | GIVEN_AWAY.get(rule, set())
    if expected in REFUSALS:
        allowed = MAY_READ[role] & {NAME} if role == "owner" else set()  # it stands in the header
    found = worlds.canaries(answer)
    assert found <= allowed, f"{role} reads {found - allowed}"


def _changes_only_what_it_may(line: str, role: str, world: World) -> bool:
    """Whether anything was changed; whatever should not have been raises."""
    before, after = world.rows, worlds.rows(world.app)
    if not worlds.differ(before, after):
        return False
    if role != "owner" and (line, role) not in MAY_CHANGE_THE_OWNER:
        owner = world.people["owner"]
        assert worlds.rows_of(owner, after) == worlds.rows_of(owner, before), role
    if not line.endswith("/role"):
        roles = [{row["id"]: row["role"] for row in each["user"]} for each in (before, after)]
        assert roles[1].items() <= roles[0].items() or len(roles[1]) > len(roles[0])
    return True


def test_a_group_of_ones_own_is_no_way_to_the_work_of_another_group(world: World) -> None:
    """The first id in the address is the colleague's own, the second one is not."""
    group_id, public_id = world.gaps["group_id of the colleague"], world.gaps["public_id"]
    address = f"/teach/groups/{group_id}/reflections/{public_id}"
    answer = world.browsers["colleague"].get(address)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert worlds.canaries(answer) == set()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_asking_only_for_the_headers_says_the_same_and_shows_nothing(
    app: Flask, world: World
) -> None:
    for line, told in MATRIX.items():
        if line.startswith("GET"):
            for role in ("visitor", "owner", "instructor"):
                answer = _ask(line.replace("GET", "HEAD"), role, world)
                assert (line, role, _told(answer)) == (line, role, told[ROLES.index(role)])
                assert answer.data == b""
    assert not worlds.differ(world.rows, worlds.rows(app), {"audit"})


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused_or_explained(app: Flask, world: World, method: str) -> None:
    for rule in sorted({line.split(" ", 1)[1] for line in MATRIX}):
        for role in ("visitor", "administrator"):
            answer = _ask(f"{method} {rule}", role, world)
            if method == "OPTIONS":
                assert (rule, _told(answer) in {200, "login", 404}) == (rule, True)
            else:
                assert (rule, answer.status_code) == (rule, HTTPStatus.METHOD_NOT_ALLOWED)
            assert worlds.canaries(answer) == set()
    assert not worlds.differ(world.rows, worlds.rows(app))


# --- Other sites ---------------------------------------------------------------------------

FORGERIES: Final[dict[str, tuple[dict[str, Any], int]]] = {
    "without a token": ({"token": False}, 400),
    "from another site": ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
    "from another host of the school": ({"headers": {"Sec-Fetch-Site": "same-site"}}, 403),
    "from another origin": ({"headers": {"Origin": "https://localhost.example"}}, 403),
    "from a frame without an origin": ({"headers": {"Origin": "null"}}, 403),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_another_site_sends_changes_nothing(app: Flask, world: World, forgery: str) -> None:
    """Sent with the browser of somebody who may do this, which is what a forger waits for."""
    how, expected = FORGERIES[forgery]
    for line in MATRIX:
        if line.startswith("POST") and not (line.endswith(STOP) and "token" in how):
            answer = _ask(line, _who_may(line), world, **how)
            assert (line, _told(answer)) == (line, expected)
    assert not worlds.differ(world.rows, worlds.rows(app))


def _who_may(line: str) -> str:
    return next(
        role
        for role, told in zip(ROLES[::-1], MATRIX[line][::-1], strict=True)
        if told not in REFUSALS
    )


# --- Is the matrix blind? ------------------------------------------------------------------

# Where the query refuses whoever is not an instructor of the group, or may not see the panel, also
# without a policy.
REFUSED_TWICE: Final = {
    "book.file",
    "book.grades_of",
    "book.learner",
    "book.osiris_file",
    "book.rule",
    "copying.copy",
    "people.index",
    "people.leave",
    "people.take_out",
    "roster.preview",
    "roster.read",
    "schedule.extensions",
    "schedule.plan",
    "schedule.remove",
    "teaching.put_away",
    "agreeing.agree",
    "agreeing.agreement",
    "agreeing.anchors",
    "agreeing.compare",
    "agreeing.third",
    "gradebook.file",
    "helping.answer",
    "letters.new",
    "letters.sent",
    "letters.write",
    "marking.add_remark",
    "marking.change_remark",
    "marking.file",
    "marking.judge",
    "marking.mark",
    "marking.next_one",
    "marking.save",
    "panels.about",
    "panels.again",
    "panels.delete",
    "panels.exclude",
    "panels.freeze",
    "panels.links",
    "panels.panel",
    "panels.put_away",
    "panels.share",
    "panels.stop_sharing",
    "panels.until",
    "peers.arrange",
    "peers.overview",
    "panels.use",
    "panels.withdraw",
    "regrading.change",
    "regrading.go_on",
    "regrading.index",
    "regrading.key",
    "regrading.progress",
    "returning.delete_phrase",
    "returning.give",
    "returning.results",
    "returning.retract",
    "returning.setting",
    "insight.handout",
    "insight.insight",
    "progress.board",
    "progress.group",
    "students.look",
    "students.student",
    "teaching.case",
    "teaching.group",
    "teaching.joining",
    "teaching.reflection",
    "teaching.rename",
    "teaching_figures.figures",
    "teaching_figures.file",
    "teaching_files.file",
    "teaching_quizzes.allowance",
    "teaching_quizzes.answer",
    "teaching_quizzes.index",
    "teaching_quizzes.new",
    "teaching_quizzes.release",
    "teaching_quizzes.remove",
    "teaching_quizzes.results",
    "teaching_quizzes.rules",
}


TAKE_AWAY: Final = (
    "schedule.plan",
    "schedule.remove",
    "people.take_out",
    "groups.leave",
    "people.leave",
)


def _rank(endpoint: str) -> int:
    return TAKE_AWAY.index(endpoint) if endpoint in TAKE_AWAY else -1


def _protected(app: Flask) -> Iterator[tuple[str, Policy]]:
    # What is gone, and whoever left a group, is refused by all that follows.
    views = sorted(app.view_functions.items(), key=lambda one: _rank(one[0]))
    for endpoint, view in views:
        policy = policy_of(view)
        if policy and not policy.public:
            yield endpoint, policy


def _is_noticed(world: World, endpoint: str) -> bool:
    """Whether some answer differs from what was decided. A view that falls over is noticed."""
    rules = [rule.rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint]
    for line, expected in MATRIX.items():
        if line.split(" ", 1)[1] not in rules:
            continue
        for role, told in zip(ROLES, expected, strict=True):
            try:
                answer = _ask(line, role, world)
            except Exception:  # Whatever a view does without the user that it counts on.
                return True
            if _told(answer) != told:
                return True
    return False


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_that_is_opened_to_everybody_by_mistake_is_noticed(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = []
    for endpoint, _policy in _protected(app):
        with monkeypatch.context() as patch:
            patch.setattr(app.view_functions[endpoint], "policy", Policy(public=True))
            if not _is_noticed(world, endpoint):
                blind.append(endpoint)
    assert blind == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_that_is_opened_to_all_roles_by_mistake_is_noticed(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = set()
    for endpoint, policy in _protected(app):
        if policy.roles == Policy().roles:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(app.view_functions[endpoint], "policy", Policy())
            if not _is_noticed(world, endpoint):
                blind.add(endpoint)
    assert blind == REFUSED_TWICE
