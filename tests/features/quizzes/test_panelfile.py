"""A file with what a panel answered: what is read, and the message for each thing that is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.weighing import (
    BestWorst,
    Format,
    PanelAnswer,
    Points100,
    Sct,
    SjtRank,
    SjtRate,
    Slider,
)
from course.quizzes.panelfile import ITEMS, PanelFileError, read
from tests.features.quizzes.panelfiles import panel_file, written

File = dict[str, Any]
Change = Callable[[File], object]


def problems(change: Change) -> list[str]:
    """What is wrong with the file after this change."""
    data = panel_file()
    change(data)
    with pytest.raises(PanelFileError) as refused:
        read(written(data))
    return list(refused.value.problems)


# --- What is read --------------------------------------------------------------------------


def test_a_file_holds_a_panel_with_an_item_of_each_format() -> None:
    panel = read(written(panel_file())).panel
    assert (panel.version, panel.min_n) == (2, 2)
    assert [item.question for item in panel.items] == [
        Sct(),
        SjtRate(options=("bellen", "gaan", "wachten", "afsluiten")),
        SjtRank(options=("bellen", "gaan", "wachten")),
        Points100(options=("afspraak", "risico")),
        Slider(),
        BestWorst(options=("afspraak", "risico", "tijd", "vertrouwen")),
    ]
    assert [item.question.format for item in panel.items] == list(Format)
    assert panel.items[0].answers == (
        PanelAnswer(member="m01", answer=-2),
        PanelAnswer(member="m02", answer=-1),
    )


def test_what_may_be_left_out_has_a_value() -> None:
    data = panel_file()
    del data["min_n"], data["composition"]
    assert read(written(data)).panel.min_n == 10


def test_a_scale_can_be_set() -> None:
    data = panel_file()
    data["items"][0] |= {"points": 5, "trim": 2, "collapse": True}
    assert read(written(data)).panel.items[0].question == Sct(trim=2, collapse=True)


def test_considerations_can_come_in_sets() -> None:
    data = panel_file()
    sets = [["afspraak", "risico", "tijd"], ["risico", "tijd", "vertrouwen"]]
    data["items"][5] |= {"sets": sets}
    for answer in data["items"][5]["answers"]:
        answer["answer"] = [{"best": "risico", "worst": "tijd"}] * 2
    question = read(written(data)).panel.items[5].question
    assert question == BestWorst(
        options=("afspraak", "risico", "tijd", "vertrouwen"),
        sets=(("afspraak", "risico", "tijd"), ("risico", "tijd", "vertrouwen")),
    )


def test_an_excluded_answer_keeps_its_reason() -> None:
    data = panel_file()
    data["items"][0]["answers"][1] |= {"excluded": True, "reason": "kende de casus"}
    assert read(written(data)).panel.items[0].answers[1].excluded == "kende de casus"


def test_roles_consent_and_reasons_are_kept_beside_the_panel() -> None:
    file = read(written(panel_file()))
    assert file.head.members["m01"].role == "wijkteamwerker, 12 jaar"
    assert file.head.members["m01"].consent_show_text
    assert not file.head.members["m02"].consent_show_text
    assert file.items[0].answers[0].justification == "Niemand ziet haar nog."


def test_a_mark_of_byte_order_is_no_part_of_the_file() -> None:
    assert read(b"\xef\xbb\xbf" + written(panel_file())).head.panel == "wijkteams"


# --- What is wrong in the file as a whole --------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Line 1, character 1, is not JSON: Expecting value."),
        (b'{"panel":\n  wijkteams}', "Line 2, character 3, is not JSON: Expecting value."),
        (b'{\n"panel": "\xff"}', "Line 2 is not UTF-8: save the file as UTF-8."),
        (b"[]", 'The file must hold one object: {"panel": …, "items": […]}.'),
        (b'{"panel": "a1", "panel": "a2"}', "'panel' stands twice in one object: remove one."),
        (b'{"version": NaN}', "NaN is not a number: write a whole number."),
        (b'{"version": -Infinity}', "-Infinity is not a number: write a whole number."),
        (b"[" * 100_000, "Lists stand in lists too deeply: this is no panel."),
        (b" " * 5_000_001, "The file is larger than 5 MB: split it."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(PanelFileError) as refused:
        read(content)
    assert refused.value.problems == (message,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.pop("version"), "version: is missing: add it"),
        (lambda f: f.update(version=0), "version: 0 is too low: write 1 or more"),
        (
            lambda f: f.update(min_n="10"),
            'min_n: "10" is not a whole number: write digits, without quotes',
        ),
        (
            lambda f: f.update(panel="Wijkteams"),
            "panel: 'Wijkteams' must be 2 to 40 small letters, digits and hyphens, a letter first",
        ),
        (lambda f: f.update(panel=7), "panel: 7 is no text: put it between quotes"),
        (lambda f: f.update(items=[]), "items: is empty: add one"),
        (lambda f: f.update(items={}), "items: must be a list: write it between [ and ]"),
        (lambda f: f.update(items=[5]), "item 1: must be an object: write it between { and }"),
        (lambda f: f.update(year=2026), "year: is not known: remove it"),
        (lambda f: f.update(member={}), "member: is not known: did you mean 'members'?"),
        (
            lambda f: f.update(composition="x" * 5_001),
            "composition: has 5001 characters: shorten it to 5000",
        ),
    ],
)
def test_a_wrong_head_is_told(change: Change, message: str) -> None:
    assert message in problems(change)


# --- What is wrong with a member -----------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": None}, "member 'm02': role: null is no text: put it between quotes"),
        ({"role": " "}, "member 'm02': role: is empty: write a text"),
        ({"name": "Bo"}, "member 'm02': name: is not known: remove it"),
        (
            {"consent_show_text": True},
            "member 'm02': has consent_show_text without a consent_date: add that day",
        ),
        (
            {"consent_show_text": "yes"},
            "member 'm02': consent_show_text: \"yes\" is neither true nor false: write one, "
            "without quotes",
        ),
        (
            {"consent_date": "2 maart"},
            "member 'm02': consent_date: '2 maart' is not a day: write it as 2026-03-02",
        ),
        (
            {"consent_date": 20260302},
            "member 'm02': consent_date: 20260302 is not a day: write it as 2026-03-02",
        ),
    ],
)
def test_a_wrong_member_is_named(change: File, message: str) -> None:
    assert problems(lambda file: file["members"]["m02"].update(change)) == [message]


def test_a_label_is_no_name() -> None:
    (told,) = problems(lambda file: file["members"].update({"Bo": file["members"]["m01"]}))
    assert told.startswith("member 'Bo': 'Bo' must be 2 to 40 small letters")


# --- What is wrong with an item or an answer -----------------------------------------------

FORMATS = "sct, sjt_rate, sjt_rank, points100, slider, bestworst"


@pytest.mark.parametrize(
    ("item", "change", "message"),
    [
        (0, {"format": "sjt"}, f"format: 'sjt' is not known: choose one of {FORMATS}"),
        (0, {"format": ["sct"]}, f"format: ['sct'] is not known: choose one of {FORMATS}"),
        (0, {"options": ["aa"]}, "options: is not known: did you mean 'points'?"),
        (4, {"middle": 50}, "middle: is not known: remove it"),
        (0, {"points": 4}, "points=4 must be 5 or 3: change it"),
        (0, {"points": 3.0}, "points: 3.0 is not a whole number: write digits, without quotes"),
        (0, {"trim": 0}, "trim=0 must be >= 1: change it"),
        (0, {"answers": {}}, "answers: must be a list: write it between [ and ]"),
        (2, {"options": ["bellen"]}, "options=['bellen'] must be 3 to 8: change it"),
        (
            3,
            {"options": ["risico", "risico"]},
            "options=['risico', 'risico'] must differ: change it",
        ),
        (3, {"options": None}, "options: must be a list: write it between [ and ]"),
        (
            5,
            {"sets": [["afspraak", "tijd"]]},
            "options=['afspraak', 'tijd'] must be 3 to 8: change it",
        ),
    ],
)
def test_a_wrong_item_is_named(item: int, change: File, message: str) -> None:
    slug = panel_file()["items"][item]["item"]
    told = problems(lambda file: file["items"][item].update(change))
    assert told == [f"item '{slug}': {message}"]


def test_an_item_needs_a_format() -> None:
    assert problems(lambda file: file["items"][0].pop("format")) == [
        f"item 'de-buurvrouw-is-weg': format: is missing: add one of {FORMATS}"
    ]


def test_an_item_without_a_slug_has_a_number() -> None:
    assert problems(lambda file: file["items"][4].pop("item")) == [
        "item 5: item: is missing: add it"
    ]


def test_items_differ() -> None:
    told = problems(lambda file: file["items"].append(file["items"][4]))
    assert told == ["item 'waar-sta-je': stands twice: rename one, or put them together"]


@pytest.mark.parametrize(
    ("item", "answer", "message"),
    [
        (0, -3, "answer=-3 must be a whole number from -2 to 2"),
        (0, 1.0, "answer=1.0 must be a whole number from -2 to 2"),
        (0, None, "answer=None must be a whole number from -2 to 2"),
        (1, {"bellen": 1}, "must also hold ['gaan', 'wachten', 'afsluiten']"),
        (
            1,
            {"bellen": 1, "gaan": 0, "wachten": 3, "afsluiten": 4},
            "gaan=0 must be a whole number from 1 to 4",
        ),
        (
            2,
            {"bellen": 1, "gaan": 1, "wachten": 3},
            "must give each rank from 1 to 3 once",
        ),
        (3, {"afspraak": 31, "risico": 70}, "must add up to 100, not 101"),
        (4, 101, "answer=101 must be a whole number from 0 to 100"),
        (5, [{"best": "tijd", "worst": "tijd"}], "best='tijd' and worst='tijd' must differ"),
        (5, [], "must be a list with one choice for each of 1 sets"),
    ],
)
@pytest.mark.parametrize("excluded", [False, True])
def test_a_wrong_answer_is_named_by_item_and_member_also_when_excluded(
    item: int, answer: object, message: str, excluded: bool
) -> None:
    wrong: File = {"answer": answer}
    if excluded:
        wrong |= {"excluded": True, "reason": "kende de casus"}
    slug = panel_file()["items"][item]["item"]
    (told,) = problems(lambda file: file["items"][item]["answers"][1].update(wrong))
    assert told.startswith(f"item '{slug}': member 'm02': ")
    assert message in told
    assert told.endswith(": change it")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"member": "m1"}, "member 'm1': is not among the members: did you mean 'm01'?"),
        ({"member": "zz9"}, "member 'zz9': is not among the members: add the member"),
        ({"member": "m01"}, "member 'm01': answered twice: remove one"),
        ({"member": 2}, "member 2: member: 2 is no text: put it between quotes"),
        ({"excluded": True}, "member 'm02': is excluded without a reason: add one"),
        ({"excluded": True, "reason": " "}, "member 'm02': is excluded without a reason: add one"),
        (
            {"reason": "kende de casus"},
            "member 'm02': has a reason and is not excluded: remove it, or write excluded",
        ),
        (
            {"excluded": 1},
            "member 'm02': excluded: 1 is neither true nor false: write one, without quotes",
        ),
        (
            {"justifcation": "Niemand."},
            "member 'm02': justifcation: is not known: did you mean 'justification'?",
        ),
    ],
)
def test_what_is_wrong_beside_an_answer_is_named_by_member(change: File, message: str) -> None:
    told = problems(lambda file: file["items"][0]["answers"][1].update(change))
    assert told == [f"item 'de-buurvrouw-is-weg': {message}"]


def test_an_answer_without_a_member_has_a_number() -> None:
    assert problems(lambda file: file["items"][0]["answers"][1].pop("member")) == [
        "item 'de-buurvrouw-is-weg': answer 2: member: is missing: add it"
    ]


def test_all_that_is_wrong_is_told_at_once_up_to_twenty() -> None:
    def spoil(file: File) -> None:
        file["version"] = 0
        del file["members"]["m01"]["role"]
        file["items"][0]["answers"][0]["answer"] = 9
        file["items"][4]["answers"][0]["answer"] = 900

    assert problems(spoil) == [
        "version: 0 is too low: write 1 or more",
        "member 'm01': role: is missing: add it",
        "item 'de-buurvrouw-is-weg': member 'm01': answer=9 must be a whole number from -2 to 2: "
        "change it",
        "item 'waar-sta-je': member 'm01': answer=900 must be a whole number from 0 to 100: "
        "change it",
    ]
    assert str(PanelFileError(*"abc")) == "a\nb\nc"
    assert str(PanelFileError(*["wrong"] * 23)).splitlines() == ["wrong"] * 20 + ["and 3 more."]


# --- Whatever comes in ---------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3)
    ),
    max_leaves=6,
)


def paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a value."""
    inside = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return [here, *(path for step, held in inside for path in paths(held, (*here, step)))]


PLACES = [path for path in paths(panel_file()) if path]


@given(st.sampled_from(PLACES), json_values)
def test_any_value_in_any_place_is_read_or_refused_with_a_message(
    path: tuple[str | int, ...], value: object
) -> None:
    data = panel_file()
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    told: tuple[str, ...]
    try:
        told = (read(written(data)).head.panel,)
    except PanelFileError as refused:
        told = refused.problems
    assert told
    assert all(told)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_with_a_message(content: bytes) -> None:
    with pytest.raises(PanelFileError):
        read(content)


def test_each_format_can_be_written() -> None:
    assert set(ITEMS) == set(Format)
