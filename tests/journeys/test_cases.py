"""A whole case, from the list to how it ended: with keys, with a mouse, and without scripts."""

import pytest
from playwright.sync_api import expect

from course.curriculum.edition import CaseEdition
from tests.factories import CASE
from tests.journeys.conftest import Arrives
from tests.journeys.people import Kind, Person
from tests.journeys.sites import Site

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("language", "kind"),
    [("nl", "keyboard"), ("en", "keyboard"), ("en", "mouse"), ("nl", "no scripts")],
)
def test_a_student_plays_a_case_to_its_end_and_hears_the_client(
    site: Site, arrive: Arrives, language: str, kind: Kind
) -> None:
    edition = site.make.case()
    player = arrive(language, kind=kind, user=site.make.learner(language=language))
    player.open("/cases/")
    player.follow(edition.case.title[language])
    player.press(player.say("Begin"))
    end = _play(player, edition, kind)

    player.sees_heading(end)
    player.choose(player.say("How satisfied will the client be?"), player.say("half and half"))
    player.fill(player.say("Why do you expect that?"), "Hij leek opgelucht.")
    player.press(player.say("Read how it was"))
    player.sees(player.say("The client looks back"))
    player.sees("Hij leek opgelucht.")
    player.sees(player.say("Paths not taken"))


def _play(player: Person, edition: CaseEdition, kind: Kind) -> str:
    """Make the first choice that is open, each time; gives the title of the end."""
    most = len(edition.case.nodes)
    for _turn in range(most):
        node = edition.node(player_at(player, edition))
        player.sees_heading(node.title[player.language])
        if not node.options:
            return node.title[player.language]
        if kind == "keyboard":
            _by_keys(player)
        else:
            options = player.page.locator("form[data-choices] [type=radio]")
            if options.count():
                options.first.check()
            with player.leaving():
                player.page.locator("form[data-choices] button").click()
    raise AssertionError(f"no end after {most} choices")


def player_at(player: Person, edition: CaseEdition) -> str:
    """The moment whose title the page shows, told apart by its options."""
    title = player.page.locator("h1").inner_text()
    offered = [
        box.get_attribute("value")
        for box in player.page.locator("form[data-choices] [name=option]").all()
    ]
    return next(
        node.slug
        for node in edition.case.nodes
        if node.title[player.language] == title
        and set(offered) <= {option.slug for option in node.options}
        and bool(offered) == bool(node.options)
    )


def _by_keys(player: Person) -> None:
    """Press 1 and Enter: the first choice is taken, and the new moment has the keyboard.

    Where there is one thing to do it is a button, and 1 goes there.
    """
    page = player.page
    options = page.locator("form[data-choices] [type=radio]")
    page.keyboard.press("1")
    if options.count():
        expect(options.first).to_be_checked()
    else:
        expect(page.locator("form[data-choices] button")).to_be_focused()
    with player.leaving():
        page.keyboard.press("Enter")
    expect(page.locator("#moment")).to_be_focused()


def test_the_dossier_and_the_trail_open_with_a_key(site: Site, arrive: Arrives) -> None:
    user = site.make.learner(language="en")
    case = site.make.case().case
    site.make.playthrough(user, case.node(case.start).options[0].slug)
    player = arrive("en", user=user)
    player.open(f"/cases/{CASE}/play")
    dossier = player.page.locator("#dossier")
    expect(dossier).to_have_attribute("open", "")
    player.page.keyboard.press("d")
    expect(dossier).not_to_have_attribute("open", "")
    player.page.reload()
    expect(dossier).not_to_have_attribute("open", "")  # it stays as it was left
    with player.leaving():
        player.page.keyboard.press("t")
    player.sees_heading(player.say("Your trail"))


def test_keys_do_nothing_for_who_switched_them_off(site: Site, arrive: Arrives) -> None:
    user = site.make.learner(language="en", shortcuts=False)
    site.make.playthrough(user)
    player = arrive("en", user=user)
    player.open(f"/cases/{CASE}/play")
    player.page.keyboard.press("1")
    expect(player.page.locator("form[data-choices] :checked")).to_have_count(0)


def test_a_case_stays_where_it_was_after_going_back_in_the_browser(
    site: Site, arrive: Arrives
) -> None:
    player = arrive("en", user=site.make.learner(language="en"))
    player.open(f"/cases/{CASE}")
    player.press(player.say("Begin"))
    _by_keys(player)
    second = player.page.locator("h1").inner_text()
    player.page.go_back()
    player.sees_heading(second)  # the page is not kept, so it is that of where one really is


def test_what_changed_is_said_once_to_who_cannot_see_it(site: Site, arrive: Arrives) -> None:
    edition = site.make.case()
    player = arrive("en", user=site.make.learner(language="en"))
    player.open(f"/cases/{CASE}")
    player.press(player.say("Begin"))
    said = player.page.locator("[data-announce]")
    for _turn in edition.case.nodes:
        _by_keys(player)
        if said.get_attribute("data-announce"):
            break
    expect(said).to_contain_text("from")
    player.page.reload()
    player.page.wait_for_timeout(700)
    expect(said).to_be_empty()


def test_keys_work_on_the_prediction_and_the_counter_moves(site: Site, arrive: Arrives) -> None:
    user = site.make.learner(language="en")
    site.make.playthrough(user, to_end=True)
    player = arrive("en", user=user)
    player.open(f"/cases/{CASE}/play")
    page = player.page
    page.keyboard.press("5")
    expect(page.locator("[name=satisfied][value='5']")).to_be_checked()
    page.locator("[name=why]").fill("Ja.")
    expect(page.locator(".counted")).to_have_text("Characters left: 597")


def test_the_trail_leads_back_with_the_same_key_and_help_opens_as_everywhere(
    site: Site, arrive: Arrives
) -> None:
    user = site.make.learner(language="en")
    case = site.make.case().case
    site.make.playthrough(user, case.node(case.start).options[0].slug)
    player = arrive("en", user=user)
    player.open(f"/cases/{CASE}/trail")
    with player.leaving():
        player.page.keyboard.press("t")
    expect(player.page).to_have_url(f"{site.url}/cases/{CASE}/play")
    with player.leaving():
        player.page.keyboard.press("?")
    expect(player.page).to_have_url(f"{site.url}/help")


@pytest.mark.parametrize("shortcuts", [True, False])
def test_key_caps_show_only_where_the_keys_work(
    site: Site, arrive: Arrives, shortcuts: bool
) -> None:
    user = site.make.learner(language="en", shortcuts=shortcuts)
    site.make.playthrough(user)
    player = arrive("en", user=user)
    player.open(f"/cases/{CASE}/play")
    caps = player.page.locator("kbd.keycap")
    if shortcuts:
        expect(caps.first).to_be_visible()
    else:
        expect(caps.first).to_be_hidden()
