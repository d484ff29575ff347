"""Details in a text, Dutch or English, that may tell who it is about, and a pseudonym instead.

A warning, never a refusal. The same patterns run in the browser: :func:`exported` gives them as
data. So they hold only what Python's ``re`` and a JavaScript ``RegExp`` with the flags ``gu`` read
in the same way, and take time in proportion to the text.

What it misses: a first name or family name by itself; names in small letters, and in another
script than the Latin one; an address without a house number, or in a street whose name has no
ending such as -straat; numbers in words; a place of work, an illness or anything else that only who
knows the person would recognise. What it marks and need not: the name of a colleague or an author,
an ordinary date before 2010, a number that happens to pass as a BSN. A page says that it can miss
things. Specification: product.md, idea 13.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from string import ascii_uppercase
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What a detail is."""

    EMAIL = "email"
    IBAN = "iban"
    BIRTH = "birth"  # a date of birth
    INITIALS = "initials"  # with a year of birth
    NAME = "name"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PHONE = "phone"
    BSN = "bsn"  # the Dutch citizen service number


# --- Patterns ------------------------------------------------------------------------------

# \w, \d, \s and \b are not the same in the two languages, so all signs are written out.
LETTER: Final = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
CAPITAL: Final = (
    r"A-Z\u00c0-\u00d6\u00d8-\u00de\u010c\u0130\u0141\u0150\u0158\u015a\u015e\u0160\u017b\u017d"
)
SPACE: Final = r"[ \u00a0]"
START: Final = f"(?<![{LETTER}0-9])"
END: Final = f"(?![{LETTER}0-9])"

TITLES: Final = (
    r"[Mm]evrouw|MEVROUW|[Mm]evr\.?|[Mm]w\.?"
    r"|[Mm]eneer|MENEER|[Mm]ijnheer|[Dd]hr\.?|[Dd]e heer|[Hh]r\."
    r"|Mr\.?|Mrs\.?|Ms\.?|Miss|Mx\.?|[Dd]rs?\.?|[Pp]rof\.?|[Dd]okter|[Dd]octor"
    r"|[Ff]amilie|[Ff]am\.|[Tt]ante|[Oo]om|[Oo]pa|[Oo]ma|[Jj]uf|[Mm]eester|[Zz]uster|[Bb]roeder"
    r"|[Bb]uurvrouw|[Bb]uurman|[Cc]li[e\u00eb]nte?|[Zz]oon|[Dd]ochter|[Ss]on|[Dd]aughter"
    r"|[Cc]ollega|[Bb]egeleid(?:er|ster)|[Tt]eamleider|[Hh]ulpverlener|[Vv]riend(?:in)?"
    r"|[Mm]oeder|[Vv]ader|[Bb]roer|[Zz]us|[Cc]olleague|[Ss]upervisor|[Ff]riend"
    r"|[Mm]other|[Ff]ather|[Bb]rother|[Ss]ister"
    r"|[Hh]eet|[Hh]eette|[Gg]enaamd|[Nn]aam is|[Nn]ame is|[Nn]amed"
)
PARTICLE: Final = (
    r"(?:(?:[Vv]an|[Dd]e|[Dd]en|[Dd]er|[Tt]en|[Tt]er|[Tt]e|het|in|op|'t|\u2019t|[Ee]l|[Aa]l|[Bb]en"
    rf"|[Bb]in|[Vv]on|[Dd]u|[Ll]a|[Ll]e|[Dd]i|[Dd]a|[Dd]os){SPACE})"
)
PARTICLES: Final = f"{PARTICLE}{{0,3}}"
ONE_NAME: Final = (
    rf"[{CAPITAL}](?:['\u2019][{CAPITAL}])?[{LETTER}]{{1,30}}(?:-[{LETTER}]{{2,30}}){{0,2}}"
)
INITIALS: Final = rf"[{CAPITAL}]\.(?:{SPACE}?[{CAPITAL}]\.){{0,3}}"
# After "mevrouw A." these begin a sentence, and are no family name.
BEGINNINGS: Final = (
    "Aan|Achteraf|Alle|Als|Bij|Daar|Daarna|Daarom|Dan|Dat|Deze|Die|Dit|Dus|Een|Eerst|Er|Haar|Had"
    "|Heeft|Het|Hij|Hoe|Hun|Ik|In|Is|Ja|Maar|Met|Mijn|Na|Nee|Niemand|Nu|Om|Omdat|Ook|Op|Over|Pas"
    "|Samen|Soms|Toch|Toen|Uit|Volgens|Voor|Waar|Waarom|Wanneer|Want|Was|Wat|We|Wel|Wie|Wij|Ze"
    "|Zelf|Zij|Zijn|Zo"
    "|After|And|At|Because|Before|But|For|From|He|Her|His|How|I|If|It|Later|My|No|Not|On|Our|She|So"
    "|That|The|Then|There|They|This|Though|To|We|What|When|Where|Who|Why|With|Yes"
)
NEW_SENTENCE: Final = rf"(?:(?:{BEGINNINGS}){END}|(?:De|Van){SPACE}[a-z])"
# What stands before the word that ends in -straat.
BEFORE_STREET: Final = (
    "(?:Lange|Korte|Oude|Nieuwe|Grote|Kleine|Hoge|Lage|Eerste|Tweede|Derde|Sint|Prins|Prinses"
    r"|Koning|Koningin|Burgemeester|Burg\.|Dokter|Dr\.|Professor|Prof\.|Jan|Johan|Van"
    rf"){SPACE}(?:(?:van|der|den|de){SPACE}){{0,2}}"
)
STREET: Final = (
    rf"(?:{BEFORE_STREET}){{0,2}}(?:[{LETTER}][{LETTER}'\u2019-]{{1,30}}(?:straat|laan|plein|gracht|kade|singel|steeg)"
    rf"|[{CAPITAL}][{LETTER}'\u2019-]{{0,30}}"
    "(?:weg|dreef|hof|pad|dijk|plantsoen|markt|park|erf|wal|burg|baan|ring|haven|stee|veld))"
)
# Where somebody works or lives is not a part of their name.
NO_NAME: Final = rf"(?:{PARTICLE}{{1,3}}[A-Z]{{2,6}}{END}|{PARTICLES}{STREET}{SPACE}[1-9])"
NAME: Final = (
    rf"(?:{INITIALS}{SPACE}?(?!{NEW_SENTENCE}))?"
    rf"{PARTICLES}{ONE_NAME}(?:{SPACE}(?!{NO_NAME}){PARTICLES}{ONE_NAME}){{0,2}}"
)

MONTHS: Final = (
    "[Jj]anuar[iy]|[Ff]ebruar[iy]|[Mm]aart|[Mm]arch|[Aa]pril|[Mm]ei|May|[Jj]un[ie]|[Jj]ul[iy]"
    "|[Aa]ugust(?:us)?|[Ss]eptember|[Oo][kc]tober|[Nn]ovember|[Dd]ecember"
)
DAY: Final = "(?:0?[1-9]|[12][0-9]|3[01])"
MONTH: Final = "(?:0?[1-9]|1[0-2])"


def _date(year: str) -> str:
    """A day, month and year in one of the orders that are in use."""
    return (
        rf"(?:{DAY}[./-]{SPACE}?{MONTH}[./-]{SPACE}?{year}"
        rf"|{year}-{MONTH}-{DAY}"
        rf"|{DAY}(?:st|nd|rd|th|e)?{SPACE}(?:{MONTHS}){SPACE}{year}"
        rf"|(?:{MONTHS}){SPACE}{DAY}(?:st|nd|rd|th)?,?{SPACE}{year})"
    )


ANY_YEAR: Final = r"(?:(?:19|20|'|\u2019)?[0-9]{2})"
LONG_AGO: Final = "(?:19[0-9]{2}|200[0-9])"  # a date of birth even when nothing says so
FULL_YEAR: Final = "(?:19|20)[0-9]{2}"
BORN: Final = (
    "[Gg]eboren|[Gg]eb\\.?|[Gg]eboortedatum|[Gg]eboortejaar|[Bb]orn|[Dd]ate of [Bb]irth|DOB|GEB"
)
SINCE: Final = rf"(?:(?:geboren|geb\.?|born|uit|\*){SPACE}?(?:in{SPACE})?)?"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to look for."""

    kind: Kind
    pattern: str  # for both languages, without flags of its own
    elfproef: bool = False  # count only what passes :func:`passes_elfproef`


# In order of who wins where two of the same length begin at the same place.
PATTERNS: Final = (
    Pattern(
        Kind.EMAIL,
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}"
        r"(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![A-Za-z0-9])",
    ),
    Pattern(
        Kind.IBAN,
        rf"{START}[A-Z]{{2}}[0-9]{{2}}{SPACE}?[A-Z0-9]{{4}}(?:{SPACE}?[0-9]{{4}}){{2,6}}"
        rf"(?:{SPACE}?[0-9]{{1,3}})?{END}",
    ),
    Pattern(
        Kind.BIRTH,
        rf"{START}(?:{BORN})(?:{SPACE}?[:(])?{SPACE}?(?:op{SPACE}|on{SPACE}|in{SPACE})?"
        rf"(?:{_date(ANY_YEAR)}|{FULL_YEAR}){END}",
    ),
    Pattern(Kind.BIRTH, rf"{START}{_date(LONG_AGO)}{END}"),
    Pattern(
        Kind.INITIALS,
        rf"{START}{INITIALS}(?:{SPACE}{PARTICLES}{INITIALS})?,?{SPACE}?"
        rf"(?:\({SPACE}?{SINCE}{FULL_YEAR}{END}\)?|{SINCE}{FULL_YEAR}{END})",
    ),
    Pattern(Kind.NAME, rf"{START}(?:{TITLES}){SPACE}{{1,2}}{NAME}{END}"),
    Pattern(
        Kind.ADDRESS,
        rf"{START}{STREET}{SPACE}[1-9][0-9]{{0,4}}(?:{SPACE}?-?{SPACE}?(?:[A-Za-z]|[0-9]{{1,4}}))?"
        rf"{END}",
    ),
    Pattern(
        Kind.ADDRESS,
        rf"{START}[1-9][0-9]{{0,4}}[A-Za-z]?{SPACE}(?:[{CAPITAL}][{LETTER}'\u2019-]{{1,30}}{SPACE})"
        rf"{{1,3}}(?:Street|Road|Avenue|Lane|Drive|Close|Square|Court|St|Rd|Ave){END}",
    ),
    Pattern(Kind.POSTCODE, rf"{START}[1-9][0-9]{{3}}{SPACE}?(?!S[ADS])[A-Z]{{2}}{END}"),
    Pattern(
        Kind.POSTCODE,
        rf"{START}[A-Z]{{1,2}}[0-9][A-Z0-9]?{SPACE}[0-9][A-Z]{{2}}{END}",
    ),
    Pattern(
        Kind.PHONE,
        r"(?<![0-9+])(?:\+31|0031|0)[ \u00a0-]?(?:\(0\)[ \u00a0-]?)?"
        r"[1-9](?:[ \u00a0-]?[0-9]){8}(?![0-9])",
    ),
    Pattern(Kind.PHONE, r"(?<![0-9+])\+(?!31)[1-9][0-9]{0,2}(?:[ \u00a0-]?[0-9]){7,12}(?![0-9])"),
    Pattern(
        Kind.BSN,
        rf"{START}(?:BSN|bsn|Bsn|[Bb]urgerservicenummer|[Ss]ofinummer)(?:-?nummer|-?nr\.?)?"
        rf"(?:{SPACE}is)?{SPACE}?:?{SPACE}?[0-9](?:[ \u00a0.-]?[0-9]){{7,8}}(?![0-9])",
    ),
    Pattern(
        Kind.BSN,
        r"(?<![0-9A-Za-z])[0-9](?:[ \u00a0.-]?[0-9]){8}(?![0-9A-Za-z])",
        elfproef=True,
    ),
)
COMPILED: Final = tuple((one, re.compile(one.pattern)) for one in PATTERNS)


def exported() -> list[dict[str, str | bool]]:
    """The patterns as data for a page, in order, so that the browser marks what the server marks.

    In JavaScript each is ``new RegExp(pattern, "gu")``; a match counts unless ``elfproef`` is true
    and its nine digits times 9, 8, ... 2 and -1 do not add up to a multiple of 11. Of matches that
    overlap the one that begins first stays, and of those the longest, and then the first pattern.
    """
    return [
        {"kind": str(one.kind), "pattern": one.pattern, "elfproef": one.elfproef}
        for one in PATTERNS
    ]


def exported_names() -> dict[str, str | list[str]]:
    """What :func:`pseudonyms` goes by as data for a page, so that the browser offers the same."""
    return {
        "title": f"^{TITLE.pattern}$",
        "initial": f"^{IS_INITIAL.pattern}$",
        "used": LETTERS_USED.pattern,
        "women": sorted(WOMEN | WOMEN_TOO),
        "men": sorted(MEN | MEN_TOO),
    }


# --- Finding -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A likely detail: ``start`` inclusive, ``end`` exclusive, in code points."""

    kind: Kind
    start: int
    end: int


def identifying(text: str) -> tuple[Span, ...]:
    """The likely details in ``text``, in its order, none of which overlap."""
    found = [
        Span(one.kind, *match.span())
        for one, pattern in COMPILED
        for match in pattern.finditer(text)
        if not one.elfproef or passes_elfproef(match[0])
    ]
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def passes_elfproef(text: str) -> bool:
    """Tell whether the digits in ``text`` can be a BSN: nine, not all 0, that pass the 11-test.

    One in eleven other numbers passes too.
    """
    digits = [int(sign) for sign in text if sign in "0123456789"]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    if len(digits) != len(weights) or not any(digits):
        return False
    return sum(w * digit for w, digit in zip(weights, digits, strict=True)) % 11 == 0


# --- Pseudonyms ----------------------------------------------------------------------------

TITLE: Final = re.compile(rf"((?:{TITLES}){SPACE}{{1,2}})(.+)")
IS_INITIAL: Final = re.compile(rf"[{CAPITAL}]\.?")
LETTERS_USED: Final = re.compile(rf"{START}([A-Z]{{1,2}})\.")
WOMEN: Final = {"mevrouw", "mevr", "mw", "mrs", "ms", "miss", "tante", "oma", "juf", "zuster"}
WOMEN_TOO: Final = {
    *("buurvrouw", "cliënte", "dochter", "daughter", "vriendin", "moeder", "mother"),
    *("zus", "sister", "begeleidster"),
}
MEN: Final = {"meneer", "mijnheer", "dhr", "de heer", "hr", "mr", "oom", "opa", "broeder"}
MEN_TOO: Final = {"buurman", "zoon", "son", "meester", "vader", "father", "broer", "brother"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A name and what may stand there instead."""

    start: int  # inclusive, in code points
    end: int  # exclusive
    person: str  # the same for each name of one person; for the list that a student keeps
    letter: str  # "A."
    pseudonym: str  # with the title as it was written: "mevrouw A."


def pseudonyms(text: str, known: Mapping[str, str] = MappingProxyType({})) -> tuple[Proposal, ...]:
    """A pseudonym for each name in ``text``, in its order; the same person gets the same.

    Who has the same family name and is spoken of as a woman, as a man, or as neither is the same
    person. ``known`` are letters given before, by person. A letter is never the one that a name
    begins with, nor one that the text uses already.
    """
    letters = dict(known)
    taken = set(known.values()) | {f"{one}." for one in LETTERS_USED.findall(text)}
    found: list[Proposal] = []
    for span in identifying(text):
        match = TITLE.fullmatch(text[span.start : span.end])
        if span.kind is not Kind.NAME or match is None:
            continue
        title, name = match.groups()
        person = _person(title, name)
        if person not in letters:
            letters[person] = _free(taken, name)
            taken.add(letters[person])
        found.append(
            Proposal(
                start=span.start,
                end=span.end,
                person=person,
                letter=letters[person],
                pseudonym=title + letters[person],
            )
        )
    return tuple(found)


def replaced(text: str, proposals: Sequence[Proposal]) -> str:
    """``text`` with pseudonyms for names; a dot of the sentence is not written twice."""
    parts: list[str] = []
    here = 0
    for one in sorted(proposals, key=lambda one: one.start):
        dot_follows = text[one.end : one.end + 1] == "."
        parts += [text[here : one.start], one.pseudonym[:-1] if dot_follows else one.pseudonym]
        here = one.end
    return "".join([*parts, text[here:]])


def _person(title: str, name: str) -> str:
    """Who is meant: "v:jansen" for mevrouw J. Jansen and for mw. Jansen."""
    word = title.strip(" .\u00a0").casefold()
    side = "v" if word in WOMEN | WOMEN_TOO else "m" if word in MEN | MEN_TOO else "x"
    family = [part for part in re.split(r"[ \u00a0]", name) if not IS_INITIAL.fullmatch(part)]
    return f"{side}:{family[-1].casefold()}"


def _free(taken: set[str], name: str) -> str:
    own = {part[:1].upper() for part in re.split(r"[ \u00a0-]", name)}
    for number in count():
        again, place = divmod(number, len(ascii_uppercase))
        letter = ascii_uppercase[place] + (str(again) if again else "")
        if f"{letter}." not in taken and letter[0] not in own:
            return f"{letter}."
    raise AssertionError("there is always a next letter")
