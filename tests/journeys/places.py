"""Every page of the site, in every state that somebody can find it in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final

from playwright.sync_api import FilePayload, expect
from werkzeug.datastructures import MultiDict

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import Edition
from course.curriculum.schema import ScaleStep
from course.domain.attempts.regrading import Apply
from course.groups.models import Group, Part
from course.marking import queries
from course.marking.models import PeerReview
from course.messages import mails
from course.messages.models import Kind as Told
from course.panels.models import PanelShare
from course.quizzes import attempts, regrading
from course.quizzes import sheet as sheets
from course.quizzes.models import KeyChange, Sitting
from course.quizzes.rekeying import Change, Kind
from course.quizzes.responses import read
from tests import papers
from tests.factories import CASE, LESSON, QUIZ, Factory
from tests.features.quizzes import filled
from tests.features.teaching.sat import handed_in, somehow
from tests.journeys import story
from tests.journeys.people import Person
from tests.journeys.sites import Site

OTHER_LESSON: Final = "afsluiten-of-loslaten"
# An item of each type.
ITEMS: Final = {
    "single": "delen-over-lotte",
    "multiple": "wat-mag-je-beweren",
    "true-false": "{true_false}",  # one of those that were drawn
    "matching": "vijf-eindes",
    "order": "volgorde-van-korthagen",
    "number": "prijs-van-een-vlam",
    "short": "woord-voor-opnieuw",
    "gaps": "drie-vragen",
    "hotspot": "twee-vreemde-staven",
    "essay": "bovenop-het-dossier",
    "file": "de-kring-om-fatma",
    "survey": "uitleggen-aan-wie-wacht",
    "sct": "lotte-krijgt-de-sleutel",
    "sjt_rate": "ik-red-het-wel",
    "sjt_rank": "sanne-belt",
    "points100": "een-bladzijde",
    "slider": "een-ochtend-vorst",
    "bestworst": "te-weinig-vlammen",
}
LOOK: Final = "Look at what goes out"
TEXT: Final = "Zij zat elke dag op dezelfde bank. " * 60
Does = Callable[[Person], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A page in a state; ``path`` has gaps that the world fills, such as ``{group}``."""

    name: str
    who: str
    path: str
    then: Does | None = None  # what brings the page in this state
    main: bool = False  # looked at in both languages


@dataclass(frozen=True, slots=True)
class World:
    """Who there is, and what fills the gaps."""

    people: Mapping[str, User]  # without the visitor
    gaps: Mapping[str, str]


def build(site: Site) -> World:
    """Make everybody with their work. They read the language of their browser."""
    make = site.make
    with make.together():
        people = {
            "beginner": make.learner(name="Bente Begin", language=None),
            "busy": make.learner(name="Bob Bezig", language=None),
            "done": make.learner(name="Dina Klaar", language=None),
            "instructor": make.instructor(name="Ida Docent", language=None),
            "newcomer": make.instructor(name="Niek Nieuw", language=None),
            "administrator": make.administrator(name="Ada Beheer", language=None),
        }
        learners = [people[name] for name in ("beginner", "busy", "done")]
        group = make.group(name="SW-2B", instructors=[people["instructor"]], learners=learners)
        empty = make.group(name="Leeg", instructors=[people["instructor"]])
        closed = make.group(name="Dicht", instructors=[people["instructor"]], join_open=False)
        make.group_picture(group)
        _work_of_busy(make, people["busy"])
        make.playthrough(people["busy"], *_first_choices(make))
        crowd = [make.learner() for _person in range(12)]
        many = make.group(name="Veel", instructors=[people["instructor"]], learners=crowd)
        for person in crowd:
            make.playthrough(person, to_end=True)
        sitting = make.sitting(crowd[0], group=many)
        written = _sat(make, sitting, crowd[:11])
        changing = make.sitting(crowd[0], group=many, due_at=now(), late="marked")
        judged = _sat(make, changing, crowd[:2])
        gaps = {
            "sitting": str(sitting.id),
            "written": written,
            "changing": str(changing.id),
            "judged": judged,
            **_keys_changed(make, changing, people["instructor"]),
            "sitter": str(crowd[0].id),
            "group": str(group.id),
            "student": str(people["busy"].id),
            "due": _due(make, group),
            "moment": _more_time(make, group, people["busy"]),
            "many": str(many.id),
            "empty": str(empty.id),
            "closed": str(closed.id),
            "code": group.join_code,
            **_invited(make, group, people["instructor"]),
            "signup": make.sign_up("aanmelding@example.org"),
            "password": make.password_reset(people["done"]),
            **_work_of_done(make, people["done"]),
            **_marked(make, people["done"], people["instructor"]),
            **_running(make, people["busy"]),
            "one_page": make.attempt(people["beginner"], is_running=True).public_id,
            "taken": _taken(make, people["done"]),
            **_files(make, people["busy"], people["done"], group),
            **_panels(make, people["instructor"], people["newcomer"]),
            **_told(site, people["done"], people["instructor"], group),
        }
    return World(people, gaps)


def _due(make: Factory, group: Group) -> str:
    """The slug of a lesson that nobody began, and that is due tomorrow."""
    return make.lesson_moment(group, "waarden-en-wet", due_at=now() + timedelta(days=1)).lesson


def _more_time(make: Factory, group: Group, busy: User) -> str:
    """The lesson that is under way is due next week; one of the group has longer, and says why."""
    opens_at, due_at = now() + timedelta(days=2), now() + timedelta(days=6)
    moment = make.lesson_moment(group, opens_at=opens_at, due_at=due_at, after_due="refused")
    make.extension(moment, busy)
    make.calendar_feed(busy)
    return str(moment.id)


def _told(site: Site, done: User, instructor: User, group: Group) -> dict[str, str]:
    """Messages, one of them opened, what was seen of somebody, and one that was sent."""
    make = site.make
    make.notice(done, read_at=now())
    words = {"subject": "Zullen we even praten?", "body": "Schikt het je deze week?\n\nIda"}
    new = make.notice(done, kind=Told.LETTER, link=None, sender_id=instructor.id, **words)
    make.letter(instructor, group)
    make.seen(done, instructor, group_id=group.id)
    settings = site.app.extensions["settings"]
    stop = mails.token_of(settings, done.id, Told.LETTER)
    certificate = make.certificate(done).code
    return {"message": new.public_id, "stop": stop, "certificate": certificate}


def _invited(make: Factory, group: Group, instructor: User) -> dict[str, str]:
    """Invitations in all their states, a class list that was read, and a code that is full."""
    make.invitation(group, token="uitgenodigd")
    colleague = make.invitation(group, "col@example.org", part=Part.INSTRUCTOR, token="collega")
    failed = make.invitation(group, "fout@example.org", name="Fien Fout", times=2)
    make.message(colleague.email, key=f"invitation:{colleague.token_hash}")
    error = {"last_error": "SMTPRecipientsRefused: {}"}
    make.message(failed.email, key=f"invitation:{failed.token_hash}", **error)
    rows = [["Naam", "Mail", "Nr"], ["Cor Eik", "cor@gmial.com", "001"], ["Bo Dam", "bo@x.nl", "2"]]
    rows += [["Fout", "geen adres", "3"], ["Bob Bezig", "bob@x.nl", "4"]]
    make.roster_draft(group, instructor, rows=rows, columns=["name", "email", "number"])
    full = make.group(name="Vol", most_learners=1, learners=[make.learner()])
    past = make.group(name="Oud", instructors=[instructor], archived_at=now(), most_learners=9)
    return {"full": full.join_code, "past": str(past.id)}


GIVEN: Final = "in-gesprek-met-je-leidinggevende"
TWICE: Final = "als-de-meetlat-stuurt"


def _marked(make: Factory, done: User, instructor: User) -> dict[str, str]:
    """One reflection with a draft of the instructor, one read by two, one that was returned."""
    writer = make.learner(name="Wil Schrijver")
    group = make.group(name="Nakijken", instructors=[instructor], learners=[writer, done])
    begun = make.assignment(group)
    make.remark(
        make.marking(make.submission(make.enrolment(writer)), begun, instructor, is_done=False)
    )
    twice = make.assignment(group, lesson=TWICE)
    both = make.submission(make.enrolment(writer, TWICE))
    second = make.instructor()
    make.membership(group, second, part=Part.INSTRUCTOR)
    make.marking(both, twice, instructor)
    make.marking(both, twice, second, part="second")
    given = make.assignment(group, lesson=GIVEN, peers=1)
    back = make.submission(make.enrolment(done, GIVEN))
    marking = make.marking(back, given, instructor)
    make.remark(marking)
    make.returned(marking)
    read = make.submission(make.enrolment(writer, GIVEN))
    where = {"assignment_id": given.id, "submission_id": read.id}
    make.add(PeerReview(public_id="te-lezen", user_id=done.id, levels={}, **where))
    learners = [writer.id, done.id]
    return {
        "marking": str(group.id),
        "begun": str(begun.id),
        "begun_code": queries.codes_of(begun, learners)[writer.id],
        "twice": str(twice.id),
        "twice_code": queries.codes_of(twice, learners)[writer.id],
        "given": str(given.id),
        "given_code": queries.codes_of(given, learners)[done.id],
        "returned": back.public_id,
        "peer": "te-lezen",
    }


def _work_of_busy(make: Factory, user: User) -> None:
    """Halfway the first lesson, with something typed at every kind of step."""
    steps = make.edition().lesson.steps
    run = make.enrolment(user, last_step=steps[4].slug)
    make.done(run, *(step.slug for step in steps[:3]))
    scale = make.step("scale")
    assert isinstance(scale, ScaleStep)
    weights = {f"agreement-{item.slug}": ["3"] for item in scale.agreement[:2]}
    make.draft(run, scale.slug, content={**weights, "reason": ["Ik twijfel nog."]})
    make.draft(run, "wie-telt-mee", content={"niet-in-het-register": ["23.400"]})
    make.draft(run, "iemand-die-je-niet-zag", text=TEXT)
    today = make.edition(OTHER_LESSON)
    older = Edition(lesson=today.lesson, terms=today.terms, sources=today.sources, books=())
    make.enrolment(user, edition=older)


def _work_of_done(make: Factory, user: User) -> dict[str, str]:
    """Everything of the first lesson; of the other one a weighing and a withdrawn reflection."""
    steps = make.edition().lesson.steps
    run = make.enrolment(user, last_step=steps[-1].slug, completed_at=now())
    make.weighing(run, reply="Dat klopt, en toch.")
    make.weighing(run, "opnieuw-wegen", scale="wegen-jayden", agreement=[4, 4, 1], client=[1, 1, 1])
    make.answers(run, "wie-telt-mee")
    make.answers(run, "stap-voor-stap")
    submission = make.submission(run, text=TEXT)
    make.done(run, *(step.slug for step in steps if step.kind == "read"))
    other = make.enrolment(user, OTHER_LESSON)
    make.weighing(other)
    make.playthrough(user, to_end=True, predicted=3, predicted_why="Ze leek opgelucht.")
    make.playthrough(user, to_end=True, number=2, predicted=3)
    withdrawn = make.submission(other, withdrawn_at=now() + timedelta(minutes=1), text=TEXT)
    return {"submission": submission.public_id, "withdrawn": withdrawn.public_id}


def _running(make: Factory, user: User) -> dict[str, str]:
    """An attempt of which every item is a page of its own."""
    row, quiz = make.attempt(user, is_running=True, rules={}), make.quiz().quiz
    drawn = next(
        item.slug for item in quiz.items if item.type == "true-false" and item.slug in row.items
    )
    return {"attempt": row.public_id, "true_false": drawn}


def _taken(make: Factory, user: User) -> str:
    """A quiz that was handed in, with an answer to each item."""
    row = make.attempt(user, is_running=True, rules={})
    with make.together():
        sheet = sheets.asked(row, make.quiz(), {})
        entered = {
            slug: attempts.Entered(given=read(asks.item, MultiDict(filled.right(asks.item))))
            for slug, asks in sheet.items()
        }
        attempts.save(row, entered, revision=1)
        attempts.submit(row)
    return row.public_id


def _files(make: Factory, busy: User, done: User, group: Group) -> dict[str, str]:
    """A file that is still to be chosen, one that was, and one that was handed in to be read."""
    sitting = make.file_sitting(done, group=group)
    file: dict[str, Any] = {"name": "ecogram.jpg", "content": papers.picture()}
    return {
        "file_sitting": str(sitting.id),
        "unfiled": make.file_attempt(busy, sitting, name=None, is_running=True).public_id,
        "filing": make.file_attempt(busy, is_running=True, **file).public_id,
        "filed": make.file_attempt(done, sitting, **file).public_id,
    }


def _sat(make: Factory, sitting: Sitting, learners: Sequence[User]) -> str:
    """A quiz that these learners handed in; gives the attempt of the last one."""
    random, edition = Random(1), make.quiz()
    for learner in learners:
        row = handed_in(make, learner, sitting, somehow(edition, random, ability=0.7))
    return row.public_id


def _keys_changed(make: Factory, sitting: Sitting, by: User) -> dict[str, str]:
    """A question that was left out, and another key that is still being worked out."""
    dropped = Change(item=ITEMS["matching"], kind=Kind.DROP)
    values: dict[str, Any] = {"mode": Apply.ALL, "reason": "Onduidelijk.", "made_by": by.id}
    with make.together():
        own, edition = db.session.merge(sitting), make.quiz()
        regrading.write(own, edition, dropped, **values, at=now())
        (done,) = regrading.history(sitting.id)
        full = {"item": ITEMS["short"], "kind": "full"}
        row = KeyChange(sitting_id=sitting.id, item=full["item"], change=full, **values)
    return {"changed": str(done.id), "unfinished": str(make.add(row).id)}


def _panels(make: Factory, instructor: User, colleague: User) -> dict[str, str]:
    """Panels: people are answering, frozen and shared, nobody asked yet, in the archive, used."""
    going, frozen = make.panel(instructor), make.panel(instructor, title="Praktijkopleiders")
    for number in range(1, 4):
        make.panel_member(going, number=number, has_answered=True, shows_reasons=number == 1)
        make.panel_member(frozen, number=number, has_answered=True, shows_reasons=True)
    make.freeze(frozen)
    make.panel_member(going, number=5, token="panel-heel", has_answered=True, finished_at=None)
    make.panel_member(going, number=4, token="panel-half", role="docent", shows_reasons=True)
    make.panel_member(going, number=6, token="panel-nieuw")
    make.panel_member(going, number=7, token="panel-klaar", has_answered=True)
    make.panel_member(going, number=8, token="panel-weg", withdrawn_at=now())
    whole = make.panel(instructor, title="Alles op een pagina", one_page=True)
    make.panel_member(whole, number=1, token="panel-bladzijde", role="docent")
    make.add(PanelShare(panel_id=frozen.id, user_id=colleague.id, shared_by=instructor.id))
    archived = make.panel(instructor, title="Van vorig jaar", archived_at=now())
    make.panel_member(archived, number=1, token="panel-rust", has_answered=True, finished_at=None)
    first = make.panel(instructor, title="Eerste versie", archived_at=now())
    make.panel(instructor, title="Tweede versie", version=2, made_from=first.id)
    return {
        "panel": str(going.id),
        "frozen": str(frozen.id),
        "unasked": str(make.panel(instructor, title="Nog niemand").id),
        "archived": str(archived.id),
        "first_version": str(first.id),
    }


def _first_choices(make: Factory) -> list[str]:
    """The first choice of the case: halfway, and something to read back."""
    case = make.case().case
    return [case.node(case.start).options[0].slug]


# --- What brings a page in a state ---------------------------------------------------------


def presses(text: str) -> Does:
    """Press this button, as often with a form that is not filled in."""
    return lambda person: person.press(person.say(text))


def fills(label: str, value: str, then: str) -> Does:
    """Fill in one field, and press the button."""

    def does(person: Person) -> None:
        person.fill(person.say(label), value)
        person.press(person.say(then))

    return does


def looks_at_it(person: Person) -> None:
    """See what leaving a question out would do."""
    person.page.locator("[name=reason]").fill("Onduidelijk.")
    person.press(person.say("See what it would do"))


def judges_after_a_colleague(person: Person) -> None:
    """Give points with a page that is older than what somebody gave."""
    person.page.locator("[name=points]").fill("1")
    address = person.page.url
    person.page.locator("form .btn.go").click()
    person.page.goto(address)
    person.page.locator("[name=seen]").evaluate("(field) => { field.value = '0'; }")
    person.page.locator("[name=points]").fill("2")
    person.page.locator("form .btn.go").click()
    expect(person.page.get_by_role("alert")).to_be_visible()


def lets_late_in(person: Person) -> None:
    """Say that late costs points, and nothing more."""
    person.page.locator("[name=late][value=costs]").check()
    person.press(person.say("Set the quiz"))


def chooses_a_wrong_file(person: Person) -> None:
    """Choose a file that is not what its name says."""
    wrong = FilePayload(name="verslag.pdf", mimeType="application/pdf", buffer=b"<html>")
    person.page.locator("[type=file]").set_input_files(wrong)
    expect(person.page.get_by_role("alert")).to_be_visible()


def asks_for_links(person: Person) -> None:
    """Ask for links to pass on, which are shown once."""
    person.fill(person.say("Links to pass on yourself"), "2")
    person.press(person.say("Ask them"))


def weighs(person: Person) -> None:
    """Put weights on the scales."""
    scale = person.site.make.step("scale")
    assert isinstance(scale, ScaleStep)
    story.put_on_the_scales(person, scale)


def comes_back_to_what_was_kept(person: Person) -> None:
    """Hand over as a visitor, and open the page again."""
    address = person.page.url
    weighs(person)
    person.press(person.say("Record it and continue"))
    person.page.goto(address)


def begins_the_case(person: Person) -> None:
    """Begin to play, as a visitor."""
    person.press(person.say("Begin"))
    expect(person.page.locator("form[data-choices]")).to_be_visible()


def comes_from_an_older_page(person: Person) -> None:
    """Send a choice from a page that was left behind."""
    person.page.locator("form[data-choices] [name=at]").evaluate("(f) => { f.value = '7'; }")
    options = person.page.locator("form[data-choices] [type=radio]")
    if options.count():  # a moment with one option is a button
        options.first.check()
    goes_on(person)


def goes_on(person: Person) -> None:
    """Press the button of a moment, whatever it is called there."""
    person.page.locator("form[data-choices] button").click()


def opens_a_term(person: Person) -> None:
    person.page.locator("button.term").first.click()
    expect(person.page.locator(".term-meaning:popover-open")).to_be_visible()


def opens_everything(person: Person) -> None:
    closed = person.page.locator("details:not([open]) > summary")
    while closed.count():  # fewer after each click
        closed.first.click()


def finds_a_newer_version(person: Person) -> None:
    """Write in a window that is older than what was saved."""
    person.page.locator("[name=revision]").evaluate("(field) => { field.value = '0'; }")
    person.page.locator("#text").press_sequentially("Nee. ")
    expect(person.page.locator(".conflict")).to_be_visible()


def finds_a_newer_version_without_scripts(person: Person) -> None:
    """The same, when the form itself is sent."""
    person.page.locator("[name=revision]").evaluate("(field) => { field.value = '0'; }")
    with person.leaving():
        person.page.locator("form.card:has([name=revision])").evaluate("(form) => form.submit()")


def sends_an_old_form(person: Person) -> None:
    """Send a form whose token is too old."""
    token = person.page.locator("main [name=csrf_token]").first
    token.evaluate("(field) => { field.value = 'oud'; }")
    with person.leaving():
        person.page.locator("main form").first.evaluate("(form) => form.submit()")


def begins_a_quiz(person: Person) -> None:
    """Look at an item that is half done: an order without places, and a second version."""
    person.page.locator("[name=revision]").evaluate("(field) => { field.value = '7'; }")
    person.page.locator("textarea").first.fill("Daarom.")
    expect(person.page.locator(".conflict")).to_be_visible()


# --- The pages -----------------------------------------------------------------------------


def _step(slug: str, lesson: str = LESSON) -> str:
    return f"/lessons/{lesson}/{slug}"


def _places() -> Iterator[Place]:
    yield from _of_visitors()
    yield from _of_learners()
    yield from _of_teachers()


def _of_visitors() -> Iterator[Place]:
    who = "visitor"
    yield Place("front", who, "/", main=True)
    yield Place("lesson", who, f"/lessons/{LESSON}", main=True)
    yield Place("reading", who, _step("maandagochtend"), main=True)
    yield Place("reading with a term open", who, _step("maandagochtend"), opens_a_term)
    yield Place("reading two sides", who, _step("twee-kanten"))
    yield Place("reading a long case", who, _step("mevrouw-kuipers"))
    yield Place("scales", who, _step("wegen-jayden"), main=True)
    yield Place("scales, kept", who, _step("wegen-jayden"), comes_back_to_what_was_kept)
    yield Place("weigh again, too early", who, _step("opnieuw-wegen"))
    yield Place("questions", who, _step("wie-telt-mee"), main=True)
    yield Place("order", who, _step("stap-voor-stap"))
    yield Place("reflection", who, _step("iemand-die-je-niet-zag"))
    yield Place("end of a lesson", who, f"/lessons/{LESSON}/finished")
    yield Place("cases", who, "/cases/", main=True)
    yield Place("case", who, f"/cases/{CASE}", main=True)
    yield Place("case, begun", who, f"/cases/{CASE}", begins_the_case)
    yield Place("quizzes", who, "/quizzes", main=True)
    yield Place("quiz", who, f"/quizzes/{QUIZ}", main=True)
    yield Place("quiz on paper", who, f"/quizzes/{QUIZ}/paper", main=True)
    yield Place("glossary", who, "/glossary", main=True)
    yield Place("reading list", who, "/reading", main=True)
    yield Place("help", who, "/help", main=True)
    yield Place("sign in", who, "/login", main=True)
    yield Place("sign in, empty", who, "/login", presses("Sign in"), main=True)
    yield Place("sign in, sent here", who, "/home")
    yield Place("stop mail", who, "/unsubscribe/{stop}", main=True)
    yield Place("mail stopped", who, "/unsubscribe/{stop}", presses("Stop this mail"))
    yield Place("invitation, no account yet", who, "/invite/uitgenodigd", main=True)
    yield Place("sign up", who, "/signup")
    yield Place(
        "sign up, no address", who, "/signup", fills("E-mail address", "x", "Send me the link")
    )
    yield Place("mailed", who, "/signup/mailed")
    yield Place("mailbox", who, "/postbox")
    yield Place("welcome", who, "/signup/{signup}", main=True)
    yield Place("welcome, empty", who, "/signup/{signup}", presses("Create my account"))
    yield Place("welcome, used", who, "/signup/oud")
    yield Place("forgotten", who, "/password")
    yield Place("forgotten, empty", who, "/password", presses("Send me the link"))
    yield Place("new password", who, "/password/{password}")
    yield Place(
        "new password, short",
        who,
        "/password/{password}",
        fills("New password", "kort", "Set password"),
    )
    yield Place("new password, used", who, "/password/oud")
    yield Place("join", who, "/join")
    yield Place("join, wrong", who, "/join", fills("Group code", "NERGENS", "Find the group"))
    yield Place("join a group", who, "/join/{code}")
    yield Place("join, no such group", who, "/join/NERGENS")
    yield Place("join, full", who, "/join/{full}")
    yield Place("invitation", who, "/invite/uitgenodigd", main=True)
    yield Place("invitation to teach", who, "/invite/collega")
    yield Place("invitation, gone", who, "/invite/weg")
    yield Place("panel, asked", who, "/panel/panel-nieuw", main=True)
    yield Place("panel, asked, empty", who, "/panel/panel-nieuw", presses("Begin"))
    yield Place("panel, an item", who, "/panel/panel-half/answers", main=True)
    yield Place("panel, all items", who, "/panel/panel-bladzijde/answers")
    yield Place("panel, something missing", who, "/panel/panel-half/hand-in", main=True)
    yield Place("panel, to hand in", who, "/panel/panel-heel/hand-in")
    yield Place("panel, handed in", who, "/panel/panel-klaar", main=True)
    yield Place("panel, withdrawn", who, "/panel/panel-weg")
    yield Place("panel, put away", who, "/panel/panel-rust")
    yield Place("no such page", who, "/nergens", main=True)


def _of_learners() -> Iterator[Place]:
    who = "beginner"
    yield Place("home, empty", who, "/home", main=True)
    yield Place("agenda, address", who, "/agenda", presses("Make an address"))
    yield Place("lesson, to begin", who, f"/lessons/{LESSON}")
    yield Place("settings", who, "/me/settings", main=True)
    yield Place("settings, no name", who, "/me/settings", fills("Your name", " ", "Save"))
    yield Place("password", who, "/me/password")
    yield Place("password, empty", who, "/me/password", presses("Change password"))
    yield Place("own data", who, "/me/privacy", main=True)
    yield Place("who saw what, nobody", who, "/me/privacy/seen")
    yield Place("messages, none", who, "/messages")
    yield Place("leave", who, "/me/privacy/delete")
    yield Place("leave, unsure", who, "/me/privacy/delete", presses("Delete everything"))
    yield Place("join, signed in", who, "/join/{code}")
    yield Place("not for this account", who, "/teach/")
    yield Place("reflection, empty", who, _step("iemand-die-je-niet-zag"), main=True)
    yield Place(
        "reflection, nothing to hand in",
        who,
        _step("iemand-die-je-niet-zag"),
        presses("Read it once more and hand in"),
    )
    who = "busy"
    yield Place("home, busy", who, "/home", main=True)
    yield Place("agenda", who, "/agenda", main=True)
    yield Place("lesson, busy", who, f"/lessons/{LESSON}")
    yield Place("lesson, newer edition", who, f"/lessons/{OTHER_LESSON}")
    yield Place("reading, busy", who, _step("jayden"))
    yield Place("scales, half", who, _step("wegen-jayden"), main=True)
    yield Place(
        "scales, refused", who, _step("wegen-jayden"), presses("Record it and continue"), main=True
    )
    yield Place("questions, half", who, _step("wie-telt-mee"))
    yield Place(
        "questions, refused", who, _step("wie-telt-mee"), presses("Check my answers"), main=True
    )
    yield Place("order, refused", who, _step("stap-voor-stap"), presses("Check my answers"))
    yield Place("reflection, written", who, _step("iemand-die-je-niet-zag"), main=True)
    yield Place(
        "reflection, two versions", who, _step("iemand-die-je-niet-zag"), finds_a_newer_version
    )
    yield Place(
        "reflection, two versions without scripts",
        who,
        _step("iemand-die-je-niet-zag"),
        finds_a_newer_version_without_scripts,
    )
    yield Place("reflection, old form", who, _step("iemand-die-je-niet-zag"), sends_an_old_form)
    yield Place("hand in", who, f"{_step('iemand-die-je-niet-zag')}/hand-in", main=True)
    yield Place("end of a lesson, busy", who, f"/lessons/{LESSON}/finished")
    yield Place("case, going on", who, f"/cases/{CASE}")
    yield Place("moment", who, f"/cases/{CASE}/play", main=True)
    yield Place("moment, nothing chosen", who, f"/cases/{CASE}/play", goes_on)
    yield Place("moment, left behind", who, f"/cases/{CASE}/play", comes_from_an_older_page)
    yield Place("trail", who, f"/cases/{CASE}/trail", main=True)
    yield Place("trail, earlier", who, f"/cases/{CASE}/trail/1")
    yield Place("result, half-way", who, f"/cases/{CASE}/result")
    yield Place("quizzes, busy", who, "/quizzes")
    yield Place("quiz, going on", who, f"/quizzes/{QUIZ}")
    for kind, slug in ITEMS.items():
        main = kind in {"sct", "order"}  # the texts of a page are the same for all of them
        yield Place(f"item, {kind}", who, "/attempts/{attempt}?item=" + slug, main=main)
    yield Place(
        "item, two versions", who, f"/attempts/{{attempt}}?item={ITEMS['sct']}", begins_a_quiz
    )
    yield Place("before handing in a quiz", who, "/attempts/{attempt}/overview", main=True)
    yield Place("own attempt on paper", who, "/attempts/{attempt}/paper")
    yield Place("quiz on one page", "beginner", "/attempts/{one_page}")
    yield Place("item, file", who, f"/attempts/{{unfiled}}?item={papers.FILE_ITEM}")
    filing = f"/attempts/{{filing}}?item={papers.FILE_ITEM}"
    yield Place("item, file chosen", who, filing, main=True)
    yield Place("item, file refused", who, filing, chooses_a_wrong_file)
    who = "done"
    yield Place("messages", who, "/messages", main=True)
    yield Place("message", who, "/messages/{message}")
    yield Place("who saw what", who, "/me/privacy/seen", main=True)
    yield Place("own progress", who, "/progress", main=True)
    yield Place("own results", who, "/progress/grades", main=True)
    yield Place("certificates", who, "/progress/certificates", main=True)
    yield Place("certificate", who, "/verify/{certificate}", main=True)
    yield Place("no certificate", who, "/verify/2222-2222-2222")
    yield Place("answering a sign", who, "/progress/{group}/not-begun/{due}")
    yield Place(
        "answering a sign, nothing chosen",
        who,
        "/progress/{group}/not-begun/{due}",
        presses("Send"),
    )
    yield Place("quiz, taken", who, f"/quizzes/{QUIZ}")
    yield Place("result of a quiz", who, "/attempts/{taken}/result", main=True)
    yield Place("result with a file", who, "/attempts/{filed}/result")
    yield Place("home, done", who, "/home")
    yield Place("case, ended", who, f"/cases/{CASE}/play")
    yield Place("case, result", who, f"/cases/{CASE}/result", opens_everything, main=True)
    yield Place("weighed", who, _step("wegen-jayden"), opens_everything, main=True)
    yield Place("weighed again", who, _step("opnieuw-wegen"), main=True)
    yield Place("weigh again", who, _step("opnieuw-wegen", OTHER_LESSON))
    yield Place("answered", who, _step("wie-telt-mee"), main=True)
    yield Place("order, answered", who, _step("stap-voor-stap"))
    yield Place("questions, again", who, _step("wie-telt-mee"), presses("Try again"))
    yield Place("handed in", who, _step("iemand-die-je-niet-zag"))
    yield Place("receipt", who, "/reflections/{submission}", main=True)
    yield Place("receipt, withdrawn", who, "/reflections/{withdrawn}")
    yield Place("end of a lesson, done", who, f"/lessons/{LESSON}/finished")


def _of_teachers() -> Iterator[Place]:
    who = "newcomer"
    yield Place("groups, none", who, "/teach/")
    yield Place("panels, shared", who, "/teach/panels")
    yield Place("panel, shared", who, "/teach/panels/{frozen}")
    who = "instructor"
    plan = "/teach/groups/{group}/schedule"
    yield Place("schedule", who, plan, main=True)
    yield Place("schedule, to change", who, f"{plan}?place={LESSON}")
    yield Place("schedule, nothing filled in", who, plan, presses("Set"))
    yield Place("schedule, empty", who, "/teach/groups/{empty}/schedule")
    yield Place("more time", who, f"{plan}/{{moment}}/extensions", main=True)
    yield Place(
        "more time, for nobody", who, f"{plan}/{{moment}}/extensions", presses("Give more time")
    )
    yield Place("messages sent", who, "/teach/groups/{group}/messages", main=True)
    yield Place("messages sent, none", who, "/teach/groups/{empty}/messages")
    write = "/teach/groups/{group}/messages/new?template=ik-mis-je"
    yield Place("writing to a group", who, write, main=True)
    yield Place("writing to a group, empty", who, write, fills("Subject", " ", LOOK))
    yield Place("writing to a group, preview", who, write, presses(LOOK), main=True)
    yield Place("writing to nobody", who, "/teach/groups/{empty}/messages/new")
    yield Place("groups", who, "/teach/", main=True)
    yield Place("new group", who, "/teach/groups/new")
    yield Place("new group, no name", who, "/teach/groups/new", presses("Create group"))
    yield Place("group", who, "/teach/groups/{group}", main=True)
    yield Place("group, empty", who, "/teach/groups/{empty}")
    yield Place("group, closed", who, "/teach/groups/{closed}")
    yield Place("rename", who, "/teach/groups/{group}/name")
    yield Place("group in the archive", who, "/teach/groups/{past}")
    yield Place("copy a group", who, "/teach/groups/{group}/copy")
    yield Place("people of a group", who, "/teach/groups/{group}/people", main=True)
    yield Place("people of a group, none", who, "/teach/groups/{empty}/people")
    yield Place(
        "invite, no address",
        who,
        "/teach/groups/{group}/people",
        fills("E-mail address", "x", "Send the invitation"),
    )
    yield Place("import", who, "/teach/groups/{group}/import", main=True)
    yield Place("import, nothing", who, "/teach/groups/{empty}/import", presses("Look at the list"))
    yield Place("class list", who, "/teach/groups/{group}/import/preview", main=True)
    yield Place(
        "rename, no name",
        who,
        "/teach/groups/{group}/name",
        fills("Name of the group", " ", "Save"),
    )
    yield Place("progress", who, "/teach/groups/{group}/progress", main=True)
    yield Place("progress, all moments", who, "/teach/groups/{group}/progress?moments=all")
    yield Place("progress, without names", who, "/teach/groups/{group}/progress?names=off")
    yield Place("progress, nobody", who, "/teach/groups/{group}/progress?text=niemand")
    yield Place("progress, empty", who, "/teach/groups/{empty}/progress")
    yield Place("one student", who, "/teach/groups/{group}/students/{student}", main=True)
    book = "/teach/groups/{group}/grades"
    yield Place("grades", who, book, main=True)
    yield Place("grades, empty", who, "/teach/groups/{empty}/grades")
    yield Place("weights and pass mark", who, f"{book}/rule", main=True)
    wrong = fills("Pass mark of the whole", "11", "Set the rule")
    yield Place("weights, wrong", who, f"{book}/rule", wrong)
    yield Place("grades of one", who, f"{book}/{{student}}", opens_everything, main=True)
    yield Place("file of OSIRIS", who, f"{book}/osiris", main=True)
    fill_in = presses("Fill it in and show what happened")
    yield Place("file of OSIRIS, none", who, f"{book}/osiris", fill_in)
    look = "/teach/groups/{group}/students/{student}/look"
    yield Place("looking as a student", who, look)
    yield Place("looking as a student, no reason", who, look, presses("Look"))
    yield Place(
        "what a student sees", who, look, fills("Why do you look?", "Vraag.", "Look"), main=True
    )
    yield Place("who is where", who, f"/teach/groups/{{group}}/lessons/{LESSON}", main=True)
    yield Place("who is where, empty", who, f"/teach/groups/{{empty}}/lessons/{LESSON}")
    of_lesson = f"/teach/groups/{{group}}/lessons/{LESSON}"
    yield Place("insight", who, f"{of_lesson}/insight", opens_everything)
    yield Place("insight, empty", who, f"/teach/groups/{{empty}}/lessons/{LESSON}/insight")
    many = "/teach/groups/{many}/lessons/afsluiten-of-loslaten"
    yield Place("insight of many", who, f"{many}/insight", opens_everything, main=True)
    yield Place("hand-out", who, f"{of_lesson}/handout", main=True)
    yield Place("hand-out, no picture", who, f"{many}/handout")
    yield Place(
        "reflection of a learner", who, "/teach/groups/{group}/reflections/{submission}", main=True
    )
    yield Place("how the group chose, too few", who, f"/teach/groups/{{group}}/cases/{CASE}")
    yield Place("how the group chose", who, f"/teach/groups/{{many}}/cases/{CASE}", main=True)
    quizzes = "/teach/groups/{many}/quizzes"
    sitting = f"{quizzes}/{{sitting}}"
    key = f"{sitting}/key/{ITEMS['single']}"
    yield Place("quizzes of a group, none", who, "/teach/groups/{empty}/quizzes")
    yield Place("quizzes of a group", who, quizzes, main=True)
    yield Place("set a quiz", who, f"{quizzes}/new", main=True)
    yield Place("rules of a quiz", who, f"{sitting}/rules")
    yield Place("results of a group", who, sitting, main=True)
    yield Place("something extra", who, f"{sitting}/allowances/{{sitter}}")
    yield Place("an answer to read", who, f"{sitting}/answers/{{written}}/{ITEMS['essay']}")
    file = f"{{filed}}/{papers.FILE_ITEM}"
    filed = f"/teach/groups/{{group}}/quizzes/{{file_sitting}}/answers/{file}"
    yield Place("a file to read", who, filed, main=True)
    yield Place("how the items did", who, f"{sitting}/figures", main=True)
    yield Place("keys", who, f"{sitting}/key")
    yield Place("key of an item", who, f"{sitting}/key/{ITEMS['single']}")
    yield Place("key of an item, nothing chosen", who, key, presses("See what it would do"))
    yield Place("key of an item, looked at", who, f"{key}?kind=drop&mode=all", looks_at_it)
    changing = f"{quizzes}/{{changing}}"
    yield Place("results, a question left out", who, changing)
    yield Place("a changed key", who, f"{changing}/key/changes/{{changed}}")
    yield Place("a key that is being changed", who, f"{changing}/key/changes/{{unfinished}}")
    essay = f"{changing}/answers/{{judged}}/{ITEMS['essay']}"
    yield Place("an answer that two read", who, essay, judges_after_a_colleague)
    yield Place("set a quiz, late without a moment", who, f"{quizzes}/new", lets_late_in)
    yield Place("all items", who, "/author/items", main=True)
    yield Place("an item with its key", who, f"/author/items/{QUIZ}/{ITEMS['sct']}")
    yield Place("cases for authors", who, "/author/cases/")
    yield Place("behind a case", who, f"/author/cases/{CASE}", main=True)
    yield Place("preview", who, f"/author/cases/{CASE}/preview")
    yield Place("panels", who, "/teach/panels", main=True)
    yield Place("new panel", who, "/teach/panels/new")
    yield Place("new panel, empty", who, "/teach/panels/new", presses("Make the panel"))
    yield Place("about a panel", who, "/teach/panels/{panel}/about")
    yield Place("panel, nobody asked", who, "/teach/panels/{unasked}")
    yield Place("panel, asked nobody", who, "/teach/panels/{unasked}", presses("Ask them"))
    yield Place("panel, links", who, "/teach/panels/{unasked}", asks_for_links)
    yield Place("panel", who, "/teach/panels/{panel}", opens_everything, main=True)
    yield Place("panel, frozen", who, "/teach/panels/{frozen}", opens_everything, main=True)
    yield Place("leave out", who, "/teach/panels/{panel}/answers/1/sanne-belt")
    yield Place(
        "leave out, no reason",
        who,
        "/teach/panels/{panel}/answers/1/sanne-belt",
        presses("Leave it out"),
    )
    yield Place("freeze", who, "/teach/panels/{panel}/freeze")
    yield Place("panel, in the archive", who, "/teach/panels/{archived}")
    yield Place(
        "panel, shared with nobody", who, "/teach/panels/{frozen}", presses("Share the panel")
    )
    yield Place("delete a panel", who, "/teach/panels/{panel}/delete")
    yield Place("a panel that stays", who, "/teach/panels/{first_version}/delete")
    who = "administrator"
    yield Place("audit", who, "/admin/audit", main=True)
    yield Place("audit, nothing fits", who, "/admin/audit?person=niemand")
    yield Place("audit, a wrong period", who, "/admin/audit?since=2026-03-03&until=2026-03-02")
    yield Place("accounts", who, "/accounts")
    yield Place("accounts, found", who, "/accounts?q=Bente")
    yield Place("accounts, nobody", who, "/accounts?q=niemand")


def _marking_places() -> Iterator[Place]:
    """Marking, and what comes back."""
    yield from (
        Place("what waits to be marked", "instructor", "/teach/marking"),
        Place("keys for marking", "instructor", "/teach/marking/keys"),
        Place("what comments did", "instructor", "/teach/marking/uses"),
        Place("all is marked", "instructor", "/teach/marking/{twice}"),
        Place("marking", "instructor", "/teach/marking/{begun}/{begun_code}", main=True),
        Place("marking, the queue", "instructor", "/teach/marking/{begun}/{begun_code}?pane=queue"),
        Place(
            "marking, judging", "instructor", "/teach/marking/{begun}/{begun_code}?pane=judgement"
        ),
        Place(
            "how it is marked",
            "instructor",
            f"/teach/groups/{{marking}}/reflections/{LESSON}/iemand-die-je-niet-zag/setting",
        ),
        Place("returning", "instructor", "/teach/marking/{given}/results"),
        Place("taking back", "instructor", "/teach/marking/{given}/{given_code}/retract"),
        Place("phrases", "instructor", "/teach/phrases"),
        Place("two readers", "instructor", "/teach/marking/{twice}/{twice_code}/compare"),
        Place("how far two readers agree", "instructor", "/teach/marking/{twice}/agreement"),
        Place("anchors", "instructor", "/teach/marking/{begun}/anchors"),
        Place("who reads whom", "instructor", "/teach/marking/{given}/peers"),
        Place("questions while writing", "instructor", "/teach/help"),
        Place("a fellow student's text", "done", "/peer/{peer}"),
        Place("feedback", "done", "/reflections/{returned}/feedback", main=True),
        Place("versions", "done", f"/lessons/{LESSON}/iemand-die-je-niet-zag/versions"),
    )


PLACES: Final = (*_places(), *_marking_places())
