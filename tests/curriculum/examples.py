"""A small and complete course to write to disk, and to break in one place at a time."""

from pathlib import Path

from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors

LESSON = "lessons/eerste-les/lesson.yaml"
RUBRIC = "rubrics/kort.yaml"

FILES = {
    "course.yaml": """\
title:
  nl: Harde cijfers
  en: Hard figures
summary:
  nl: Een cursus.
  en: A course.
modules:
  - number: 1
    title:
      nl: Eerste les
      en: First lesson
    minutes: 30
    lesson: eerste-les
  - number: 2
    title:
      nl: Later
      en: Later
    minutes: 40
""",
    "glossary.yaml": """\
terms:
  - slug: waakvlam
    term:
      nl: Waakvlam
      en: Pilot light
    meaning:
      nl: Licht contact na het afsluiten.
      en: Light contact after closing.
  - slug: uit-beeld
    term:
      nl: Uit beeld
      en: Out of sight
    meaning:
      nl: Niemand weet waar iemand is.
      en: Nobody knows where somebody is.
  - slug: jeugdwet
    name: true
    term:
      nl: Jeugdwet
      en: Youth Act
    meaning:
      nl: Een wet.
      en: An act.
""",
    "sources.yaml": """\
sources:
  - slug: cbs-2025
    short: CBS 2025
    full: Centraal Bureau voor de Statistiek (2025).
    seen: secondhand
    via: een nieuwsbericht
  - slug: omlo-2017
    short: Omlo 2017
    full: Omlo, J. (2017). Wat werkt.
    seen: page
  - slug: ongebruikt
    short: Niemand
    full: Niemand haalt dit aan.
    seen: knowledge
""",
    "reading.yaml": """\
books:
  - slug: eropaf
    author: Jos van der Lans
    title: Eropaf!
    published: Augustus, 2010, 187 p.
    why:
      nl: Over de straat op gaan.
      en: On going out into the street.
""",
    "phrases.yaml": """\
phrases:
  - slug: beide-kanten
    kind: strength
    text:
      nl: Je hoort beide kanten.
      en: You hear both sides.
  - slug: wie-wacht
    kind: question
    text:
      nl: Wie wacht er?
      en: Who is waiting?
""",
    RUBRIC: """\
title:
  nl: Kort
  en: Short
about:
  nl: Voor één bladzijde.
  en: For one page.
criteria:
  - slug: aandeel
    title:
      nl: Eigen aandeel
      en: Own part
    ask:
      nl: Wat deed je zelf?
      en: What did you do yourself?
    weight: 40
    knockout: 1
    levels:
      - title:
          nl: Beschrijft
          en: Describes
        text:
          nl: Wat er gebeurde.
          en: What happened.
      - title:
          nl: Benoemt
          en: Names
        text:
          nl: Wat je voelde.
          en: What you felt.
      - title:
          nl: Onderzoekt
          en: Examines
        text:
          nl: Wat het deed.
          en: What it did.
  - slug: weging
    title:
      nl: Weging
      en: Weighing
    ask:
      nl: Wat woog je?
      en: What did you weigh?
    weight: 60
    levels:
      - title:
          nl: Eén kant
          en: One side
        text:
          nl: De ander ontbreekt.
          en: The other is missing.
      - title:
          nl: Beide kanten
          en: Both sides
        text:
          nl: Allebei genoemd.
          en: Both are named.
      - title:
          nl: Afgewogen
          en: Weighed
        text:
          nl: Tegen elkaar gewogen.
          en: Weighed against each other.
      - title:
          nl: Met bron
          en: With a source
        text:
          nl: Ook getoetst.
          en: Tested as well.
anchors:
  - slug: het-gordijn
    title:
      nl: Het gordijn
      en: The curtain
    text:
      nl: Het gordijn bewoog.
      en: The curtain moved.
    marks:
      aandeel: 2
      weging: 3
    reasons:
      aandeel:
        nl: Je zag jezelf.
        en: You saw yourself.
      weging:
        nl: Je woog.
        en: You weighed.
    overall:
      nl: Ga zo door.
      en: Go on like this.
""",
    LESSON: """\
number: 1
title:
  nl: Eerste les
  en: First lesson
summary:
  nl: Waar het over gaat.
  en: What it is about.
minutes: 30
goals:
  - nl: Je kunt wegen.
    en: You can weigh.
reading:
  - eropaf
steps:
  - slug: lezen
    kind: read
    title:
      nl: Lezen
      en: Reading
    minutes: 5
    eyebrow:
      nl: Casus · Jayden, 19
      en: Case · Jayden, 19
    margin:
      - text:
          nl: Een zin in de kantlijn.
          en: A sentence in the margin.
        source: omlo-2017
    terms:
      - uit-beeld
  - slug: wegen
    kind: scale
    title:
      nl: Wegen
      en: Weighing
    minutes: 5
    question:
      nl: Wat weegt het zwaarst?
      en: What weighs most?
    agreement:
      - slug: wachtlijst
        text:
          nl: Er wachten 40 mensen.
          en: There are 40 people waiting.
      - slug: geld
        text:
          nl: Het geld is op.
          en: The money is gone.
    client:
      - slug: deur
        text:
          nl: De deur gaat net open.
          en: The door just opened.
      - slug: vertrouwen
        text:
          nl: Er is vertrouwen.
          en: There is trust.
    actions:
      - slug: blijven
        text:
          nl: Ik blijf komen.
          en: I keep coming.
        outcome:
          client:
            nl: Waarschijnlijk rust.
            en: Probably calm.
          worker:
            nl: Minder ruimte.
            en: Less room.
          agreement:
            nl: Een afsluiting later.
            en: Closed later.
      - slug: afronden
        text:
          nl: Ik rond af.
          en: I close the case.
        outcome:
          client:
            nl: Kans op terugkeer.
            en: May come back.
          worker:
            nl: Ruimte.
            en: Room.
          agreement:
            nl: Gehaald.
            en: Met.
    voices:
      - role:
          nl: Teamleider
          en: Team leader
        agreement: [3, 2]
        client: [1, 1]
        action: afronden
        reason:
          nl: De lijst is lang.
          en: The list is long.
      - role:
          nl: Jeugdwerker
          en: Youth worker
        agreement: [1, 0]
        client: [4, 3]
        action: blijven
        reason:
          nl: Nu loslaten is weggooien.
          en: Letting go now is a waste.
      - role:
          nl: Inkoper
          en: Commissioner
        agreement: [2, 2]
        client: [2, 2]
        action: afronden
        reason:
          nl: Allebei telt.
          en: Both count.
    code:
      nl: W1 en W5 zeggen allebei iets.
      en: W1 and W5 both say something.
    counter:
      nl: En wie er wacht?
      en: And those who wait?
  - slug: vragen
    kind: question
    title:
      nl: Vragen
      en: Questions
    minutes: 10
    questions:
      - slug: een-keuze
        type: single
        prompt:
          nl: Hoeveel van de 33.000 mensen stonden ingeschreven?
          en: How many of the 33,000 people were registered?
        sources:
          - cbs-2025
        options:
          - slug: weinig
            right: true
            text:
              nl: Weinig
              en: Few
            feedback:
              nl: Ongeveer 9.600.
              en: About 9,600.
          - slug: veel
            text:
              nl: Veel
              en: Many
            feedback:
              nl: Dat dacht men.
              en: So it was thought.
        explanation:
          nl: Wie niet is ingeschreven, telt niet mee.
          en: Who is not registered does not count.
      - slug: meer-keuzes
        type: multiple
        prompt:
          nl: Wie niet?
          en: Who does not?
        options:
          - slug: jong
            right: true
            text:
              nl: Wie jong is
              en: The young
            feedback:
              nl: Klopt.
              en: Right.
          - slug: oud
            right: true
            text:
              nl: Wie oud is
              en: The old
            feedback:
              nl: Klopt.
              en: Right.
          - slug: ergens
            text:
              nl: Wie ergens staat ingeschreven
              en: Who is registered somewhere
            feedback:
              nl: Die telt mee.
              en: They count.
        explanation:
          nl: De schatting laat groepen weg.
          en: The estimate leaves groups out.
      - slug: getal
        type: number
        fictional: true
        expected: 2.50
        tolerance: 0.1
        unit:
          nl: uur
          en: hours
        mistakes:
          - value: 25
            feedback:
              nl: Een komma te ver.
              en: One decimal too far.
        prompt:
          nl: Hoeveel uur?
          en: How many hours?
        explanation:
          nl: Deel door 40.
          en: Divide by 40.
      - slug: volgorde
        type: order
        prompt:
          nl: Zet op volgorde.
          en: Put in order.
        items:
          - slug: peer
            text:
              nl: Vinden
              en: Finding
          - slug: appel
            text:
              nl: Contact
              en: Contact
          - slug: zwaluw
            text:
              nl: Vertrouwen
              en: Trust
        explanation:
          nl: Eerst vinden.
          en: First find.
  - slug: opnieuw
    kind: weigh-again
    of: wegen
    title:
      nl: Opnieuw
      en: Again
    minutes: 3
    question:
      nl: Wat verschoof er?
      en: What shifted?
  - slug: schrijven
    kind: reflect
    model: starr
    title:
      nl: Schrijven
      en: Writing
    minutes: 7
    assignment:
      nl: Beschrijf een situatie.
      en: Describe a situation.
    minimum_words: 150
    maximum_words: 600
    beside:
      - wegen
    scaffold:
      - heading:
          nl: Situatie
          en: Situation
        ask:
          nl: Wat was er?
          en: What was there?
      - heading:
          nl: Taak
          en: Task
        ask:
          nl: Wat moest je?
          en: What was yours to do?
      - heading:
          nl: Actie
          en: Action
        ask:
          nl: Wat deed je?
          en: What did you do?
    rubric: kort
""",
    "lessons/eerste-les/lezen.nl.md": """\
## Bij de deur

Meneer hield een [[waakvlam|kleine waakvlam]]. Wat de [[jeugdwet]] zegt, telt [@omlo-2017, p. 3].

::: case Dinsdag, 9 uur
Hij is 52 en zegt: “Dan zie ik jou dus ook niet meer.”
:::

::: agreement De lijst
Van 33.000 mensen is de deur dicht [@cbs-2025].
:::

::: client De deur
Na 14 bezoeken {fictief} ging hij open.
:::
""",
    "lessons/eerste-les/lezen.en.md": """\
## At the door

He kept a [[waakvlam|small pilot light]]. What the [[jeugdwet]] says counts [@omlo-2017, p. 3].

::: case Tuesday, 9 o'clock
He is 52 and says: “So then I will not see you again either.”
:::

::: agreement The list
For 33,000 people the door is shut [@cbs-2025].
:::

::: client The door
After 14 visits {fictief} it opened.
:::
""",
    "lessons/eerste-les/wegen.nl.md": "Wie weg is, is uit beeld.\n",
    "lessons/eerste-les/wegen.en.md": "Who is gone is out of sight.\n",
}


def write(root: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write the example course to ``root``, with other texts or (None) without some files."""
    for name, text in {**FILES, **(changes or {})}.items():
        if text is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def with_lesson(old: str, new: str) -> dict[str, str | None]:
    """The change of one place in the lesson."""
    return replaced(LESSON, old, new)


def replaced(name: str, old: str, new: str) -> dict[str, str | None]:
    """The change of one place in a file; the place has to be there, once."""
    assert FILES[name].count(old) == 1, f"{old!r} stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}


def problems(root: Path) -> list[str]:
    """What an author reads about the content in ``root``."""
    try:
        load(root)
    except ContentErrors as errors:
        return str(errors).splitlines()
    return []
