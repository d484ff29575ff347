"""The lesson as people go through it, one step after another; the words come from the lesson."""

import re
from typing import Final

from playwright.sync_api import expect

from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    QuestionStep,
    ReadStep,
    ReflectStep,
    ScaleStep,
    SingleQuestion,
    Step,
    WeighAgainStep,
)
from tests.journeys.people import Person, Typist
from tests.journeys.texts import pattern

TIME: Final = r"\d{1,2}:\d{2}"
FOCUSABLE: Final = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)
RECEIPT: Final = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}")
AGREEMENT: Final = (3, 1, 2)  # weights, in the order of the lesson
CLIENT: Final = (4, 2, 4)
REASON: Final = "Hij staat morgen bij de boksschool, dus daar ga ik heen."
TEXT: Final = (
    "Op mijn stage zat een jongen elke week alleen aan de lange tafel. Ik dacht dat hij "
    "dat zelf wilde. Pas na maanden vroeg iemand hem of hij wilde meedoen."
)


def read(person: Person, step: Step) -> None:
    """Read a page, and go on."""
    assert isinstance(step, ReadStep)
    person.sees_heading(step.title[person.language])
    person.go_on()


def put_on_the_scales(person: Person, step: ScaleStep, reason: str = REASON) -> None:
    """Fill in the form of a weighing, without handing it over."""
    language = person.language
    for considerations, weights in ((step.agreement, AGREEMENT), (step.client, CLIENT)):
        for consideration, weight in zip(considerations, weights, strict=True):
            person.choose(consideration.text[language], str(weight))
    person.choose(person.say("What would you do?"), step.actions[1].text[language])
    person.fill(person.say("Explain your weighing"), reason)


def sees_the_scales_filled(person: Person, step: ScaleStep, reason: str = REASON) -> None:
    """The form of the weighing holds what was put there before."""
    page = person.page
    for considerations, weights in ((step.agreement, AGREEMENT), (step.client, CLIENT)):
        for consideration, weight in zip(considerations, weights, strict=True):
            group = page.get_by_role("group", name=consideration.text[person.language], exact=True)
            expect(group.get_by_role("radio", name=str(weight), exact=True)).to_be_checked()
    action = step.actions[1].text[person.language]
    expect(page.get_by_role("radio", name=action, exact=True)).to_be_checked()
    expect(page.get_by_label(person.say("Explain your weighing"), exact=True)).to_have_value(reason)


def hand_over_the_weighing(person: Person, step: Step) -> None:
    """Record the weighing, read what it does and how others weighed, and go on."""
    assert isinstance(step, ScaleStep | WeighAgainStep)
    person.press(person.say("Record it and continue"))
    person.sees(person.say("What this does, for whom"))
    person.sees(person.say("fictional example voice"))
    person.sees(person.say("A voice against"))
    person.go_on()


def answer_everything_right(person: Person, step: Step) -> None:
    """Answer all questions, see that they are right and why, and go on."""
    assert isinstance(step, QuestionStep)
    person.sees_heading(step.title[person.language])
    for question in step.questions:
        _answer(person, question)
    person.press(person.say("Check my answers"))
    verdicts = person.page.get_by_text(person.say("This is right."), exact=True)
    expect(verdicts).to_have_count(len(step.questions))
    for question in step.questions:
        person.sees(question.explanation[person.language][:60])
    person.go_on()


def _answer(
    person: Person,
    question: SingleQuestion | MultipleQuestion | NumberQuestion | OrderQuestion,
) -> None:
    language = person.language
    prompt = question.prompt[language]
    match question:
        case SingleQuestion():
            person.choose(prompt, next(o.text[language] for o in question.options if o.right))
        case MultipleQuestion():
            person.tick(prompt, [o.text[language] for o in question.options if o.right])
        case NumberQuestion():
            person.fill(prompt, f"{question.expected.normalize():f}")
        case OrderQuestion():
            person.arrange(prompt, [item.text[language] for item in question.items])


def weigh_again(person: Person, step: Step, first: ScaleStep) -> None:
    """Weigh once more, see both weighings beside each other, and go on."""
    person.sees(person.say("How you weighed before"))
    put_on_the_scales(person, first, reason="Ik blijf erbij.")
    person.press(person.say("Record it and continue"))
    for title in ("Then", "Now", "What moved"):
        expect(
            person.page.get_by_role("heading", name=person.say(title), exact=True)
        ).to_be_visible()
    person.go_on()


def write(person: Person, step: Step, text: str = TEXT) -> None:
    """Write the reflection, and see that it is saved."""
    assert isinstance(step, ReflectStep)
    person.sees_heading(step.title[person.language])
    person.sees(person.say("What you weighed and chose"))
    person.fill(person.say("Your reflection"), text)
    if person.has_scripts:
        saved = pattern(person.language, "Saved at {time}", time=TIME)
        expect(person.page.locator("[data-saved]")).to_have_text(saved)
    else:
        person.press(person.say("Save"))
        message = person.say("Saved at %(time)s.", time="")
        expect(person.page.locator(".messages")).to_contain_text(message.rstrip("."))


def hand_in_and_withdraw(person: Person, text: str = TEXT) -> None:
    """Hand the reflection in, get a receipt, and take it back."""
    person.press(person.say("Read it once more and hand in"))
    person.sees_heading(person.say("Read it once more, then hand in"))
    expect(person.page.get_by_role("group", name=person.say("Your text"))).to_have_text(text)
    person.press(person.say("Hand in"))
    person.sees_heading(person.say("Handed in"))
    expect(person.page.locator("dl.receipt code")).to_have_text(RECEIPT)
    person.follow(person.say("Back to the step"))
    person.press(person.say("Withdraw and keep writing"))
    field = person.page.get_by_label(person.say("Your reflection"), exact=True)
    expect(field).to_have_value(text)


def goes_round(person: Typist) -> None:
    """Press Tab past everything on the page, seeing it all, until the beginning comes back."""
    stops = person.page.locator(FOCUSABLE).locator("visible=true").count()
    assert person.tab()["first"]
    for _press in range(stops + 1):
        if person.tab().get("first"):
            return
    raise AssertionError(f"Tab does not come round on {person.page.url}")
