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
    player.choose(player.say("How satisfied will they be?"), player.say("half and half"))
    player.fill(player.say("Why do you expect that?"), "Hij leek opgelucht.")
    player.press(player.say("Now let me hear it"))
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
            player.page.locator("form[data-choices] [type=radio]").first.check()
            with player.leaving():
                player.page.locator("form[data-choices] button").click()
    raise AssertionError(f"no end after {most} choices")


def player_at(player: Person, edition: CaseEdition) -> str:
    """The moment whose title the page shows, told apart by its options."""
    title = player.page.locator("h1").inner_text()
    offered = [
        box.get_attribute("value")
        for box in player.page.locator("form[data-choices] [type=radio]").all()
    ]
    return next(
        node.slug
        for node in edition.case.nodes
        if node.title[player.language] == title
        and set(offered) <= {option.slug for option in node.options}
        and bool(offered) == bool(node.options)
    )


def _by_keys(player: Person) -> None:
    """Press 1 and Enter: the first choice is taken, and the new moment has the keyboard."""
    page = player.page
    page.keyboard.press("1")
    expect(page.locator("form[data-choices] [type=radio]").first).to_be_checked()
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
