import pytest

from course.curriculum import figures
from course.curriculum.figures import figure_in


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("33.000 mensen", "33.000"),
        ("33,000 people", "33,000"),
        ("ongeveer 70% niet", "70%"),
        ("8 % van de mensen", "8 %"),
        ("8 procent", "8 procent"),
        ("8 per cent", "8 per cent"),
        ("een 8,7 voor hulp", "8,7"),
        ("in 2024", "2024"),
        ("19 jaar", "19"),
        ("10-15 bezoeken", "10"),
        ("€ 57", "57"),
        ("1.234.567,89", "1.234.567,89"),
        ("Wmo 2015 sinds 2015", "2015"),
        ("om 14:06 waren er 48", "48"),
        ("9.30", "9.30"),
    ],
)
def test_sees_a_figure(text: str, figure: str) -> None:
    assert figure_in(text) == figure


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drieëndertigduizend",
        "1 op de 6",
        "stap 3 van 7",
        "W1, W2, W3, W4 en W5",
        "om 14:06",
        "om 9.30 uur",
        "covid-19",
        "de Wmo 2015",
        "24/7 bereikbaar",
        "A4",
        "zie H264",
    ],
)
def test_lets_pass_what_is_no_figure(text: str) -> None:
    assert figure_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Er zijn 33.000 mensen [@cbs-2025].",
        "Er zijn 33.000 mensen\nzonder huis [@cbs-2025, p. 21].",
        "Je hebt 48 dossiers {fictief}.",
        "- 33.000 mensen [@cbs-2025]\n- niemand",
        "| a | b |\n|---|---|\n| 33.000 | [@cbs-2025] |\n| 12 | 13 |",
        "::: case Jayden, 19\nHij is 19.\n\n- En 20.\n\n| 12 |\n|---|\n| 13 |\n:::",
        "1. een\n2. twee\n10. tien",
        "Zie [de site](https://example.org/2024/12).",
        "Wat er staat [@van-doorn-2019, p. 21-23].",
        "Met [[wmo-2015|een wet]].",
    ],
)
def test_a_figure_with_its_source_or_label_may_stand(text: str) -> None:
    assert figures.check(text, "a.md") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twee.\n\nEr zijn\n33 mensen.", "4: paragraph: '33'"),
        ("Er zijn 33 mensen.\n\nEcht waar [@cbs-2025].", "1: paragraph: '33'"),
        ("## 33 mensen", "1: heading: '33'"),
        ("- Een [@cbs-2025]\n- En 33", "2: list item: '33'"),
        ("- Een 33\n  - Twee [@cbs-2025]", "1: list item: '33'"),
        ("- Een [@cbs-2025]\n  - Twee 33", "2: list item: '33'"),
        ("> Er zijn 33.", "1: paragraph: '33'"),
        ("| a | b |\n|---|---|\n| 33 | c |", "3: table: '33'"),
        ("::: agreement De 48\nx\n:::", "1: title: '48'"),
        ("::: note\nEr zijn 33.\n:::", "2: paragraph: '33'"),
        ("::: case\nHij is 19.\n:::\nEn 33.", "4: paragraph: '33'"),
        ("Een **33** mensen.", "1: paragraph: '33'"),
        ("De `33`.", "1: paragraph: '33'"),
        ("[[waakvlam|na 12 weken]]", "1: paragraph: '12'"),
        ("Een [33](https://example.org).", "1: paragraph: '33'"),
    ],
)
def test_a_figure_without_source_or_label_is_reported(text: str, expected: str) -> None:
    message = "has no source: add [@source], or {fictief} when invented"
    assert [str(problem) for problem in figures.check(text, "a.md")] == [
        f"a.md:{expected} {message}"
    ]


def test_each_block_is_reported_once() -> None:
    assert len(figures.check("12 en 13\nen 14\n\n15", "a.md")) == 2
