"""A small case to write to disk, and to break in one place at a time."""

from pathlib import Path

CASE = "cases/aan-de-deur.yaml"

TEXT = """\
title: {nl: Aan de deur, en: At the door}
summary: {nl: Je belt aan., en: You ring.}
minutes: 10
values: [w1, w2]
dossier:
  client: {nl: Een vrouw van vijftig., en: A woman of fifty.}
  agreement: {nl: Twee keer niet thuis is afsluiten., en: Twice not at home means closing.}
  people:
    - name: {nl: Bas, en: Bas}
      about: {nl: Je teamleider., en: Your team leader.}
variables:
  - name: vertrouwen
    max: 3
    start: 1
    side: soft
    label: {nl: Vertrouwen, en: Trust}
    words:
      - {at: 0, text: {nl: De deur blijft dicht., en: The door stays shut.}}
      - {at: 2, text: {nl: De deur staat op een kier., en: The door is ajar.}}
  - name: gesloten
    max: 2
    side: hard
    label: {nl: Afsluitingen, en: Closures}
    words:
      - {at: 0, text: {nl: Nog geen., en: Not one yet.}}
      - {at: 1, text: {nl: Er telt er een mee., en: One counts.}}
notes:
  - {slug: kaartje, text: {nl: Je kaartje hangt er., en: Your card hangs there.}}
start: stoep
nodes:
  - slug: stoep
    kind: decision
    title: {nl: De stoep, en: The doorstep}
    place: {nl: 'Week 1, aan de deur', en: 'Week 1, at the door'}
    text: |-
      {nl}
    options:
      - slug: kaartje
        text: {nl: Ik doe een kaartje in de bus., en: I put a card through the door.}
        to: tafel
        weeks: 1
        hours: 1.5
        does: [vertrouwen + 1, note kaartje]
        feedback: {nl: Ze belt terug., en: She calls back.}
        hard: {nl: Anderhalf uur., en: An hour and a half.}
        soft: {nl: Ze is gezien., en: She was seen.}
      - slug: sluiten
        text: {nl: Ik sluit het dossier., en: I close the file.}
        to: stilte
        does: [gesloten + 1, in 12 weeks maart if vertrouwen >= 1]
        feedback: {nl: Het dossier is dicht., en: The file is closed.}
        hard: {nl: Een afsluiting., en: A closure.}
        soft: {nl: Ze weet van niets., en: She does not know.}
  - slug: tafel
    kind: decision
    title: {nl: Aan tafel, en: At the table}
    text: {nl: Ze zet koffie., en: She makes coffee.}
    options:
      - slug: blijven
        text: {nl: Ik kom volgende week weer., en: I come again next week.}
        to: open
        hours: 4
        needs: [vertrouwen >= 2]
        locked: {nl: Ze vraagt je niet., en: She does not ask you.}
        does: [vertrouwen + 1]
        feedback: {nl: Ze knikt., en: She nods.}
        hard: {nl: Vier uur., en: Four hours.}
        soft: {nl: Iemand blijft., en: Somebody stays.}
      - slug: overdragen
        text: {nl: Ik draag het over., en: I hand it over.}
        to: dicht
        consult: true
        does: [gesloten + 1]
        feedback: {nl: De wijkzorg neemt het over., en: The district team takes over.}
        hard: {nl: Een afsluiting., en: A closure.}
        soft: {nl: Een ander gezicht., en: Another face.}
  - slug: stilte
    kind: scene
    title: {nl: Stilte, en: Silence}
    text: {nl: Er gaat een winter voorbij., en: A winter goes by.}
    options:
      - {slug: wachten, text: {nl: Verder, en: Go on}, to: dicht, weeks: 12}
  - slug: maart
    kind: event
    title: {nl: Maart, en: March}
    text: {nl: Ze belt zelf., en: She calls.}
    options:
      - slug: gaan
        text: {nl: Ik ga erheen., en: I go there.}
        to: tafel
        hours: 1
        feedback: {nl: Ze herkent je., en: She knows you.}
        hard: {nl: Een heropening., en: A reopening.}
        soft: {nl: Ze wist de weg terug., en: She knew the way back.}
      - slug: doorverwijzen
        text: {nl: Ik geef het nummer van het wijkteam., en: I give her the number of the team.}
        to: resume
        feedback: {nl: Ze schrijft het op., en: She writes it down.}
        hard: {nl: Geen tijd., en: No time.}
        soft: {nl: Een nummer., en: A number.}
  - slug: open
    kind: end
    title: {nl: Open, en: Open}
    text: {nl: Je komt er nog., en: You still go there.}
    outcome:
      client: {nl: Ze is niet alleen., en: She is not alone.}
      worker: {nl: Vol., en: Full.}
      agreement: {nl: Niet gehaald., en: Not met.}
    account: {nl: Ze bleef komen., en: She kept coming.}
    satisfied: 5
  - slug: dicht
    kind: end
    title: {nl: Dicht, en: Closed}
    text: {nl: Het dossier is dicht., en: The file is closed.}
    outcome:
      client: {nl: Onbekend., en: Unknown.}
      worker: {nl: Ruimte., en: Room.}
      agreement: {nl: Gehaald., en: Met.}
    account: {nl: Ik wist niet dat het klaar was., en: I did not know it was over.}
    satisfied: 2
expert:
  who: {nl: Onderzoeker, en: Researcher}
  text: {nl: Volhouden helpt., en: Persisting helps.}
counter:
  who: {nl: Inkoper, en: Commissioner}
  text: {nl: En wie wacht er?, en: And who is waiting?}
question: {nl: Wat woog je?, en: What did you weigh?}
""".replace(
    """    text: |-
      {nl}
""",
    """    text:
      nl: |-
        Je belt aan.

        Er gebeurt niets.
      en: |-
        You ring.

        Nothing happens.
""",
)


def case_with(*changes: tuple[str, str]) -> str:
    """The text of the case with each first text replaced once by the second."""
    text = TEXT
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"the example case does not hold {old!r}")
        text = text.replace(old, new, 1)
    return text


def write_case(folder: Path, *changes: tuple[str, str]) -> Path:
    """The case as a file of its own, outside any content."""
    path = folder / "aan-de-deur.yaml"
    path.write_text(case_with(*changes), encoding="utf-8")
    return path
