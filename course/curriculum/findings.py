"""What is said about a panel: one sentence for each thing that was found, for whoever reads it.

The check of the content and the commands say it in English, as it stands here; pages look the
sentence up in the language of the reader first. Which item or option it is about stands in front.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from course.domain.weighing.panels import Code, Finding


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in English; ``%(num)s`` is what was counted, and ``%(of)s`` of how many."""

    one: str
    many: str = ""  # where another number than one says it otherwise

    def filled(self, *, num: int, of: int) -> str:
        """The sentence with its numbers."""
        return (self.many if self.many and num != 1 else self.one) % {"num": num, "of": of}


# Named as the functions of course.core.i18n, by which the texts for translators are collected. Here
# they only keep the text: whoever reads content has no language yet.
_ = Sentence
_n = Sentence

_SENTENCES: Final[Mapping[Code, Sentence]] = {
    Code.NO_ANSWERS: _(
        "No answer of a panel counts here, so there is no key, and nobody can be shown how others "
        "weighed it."
    ),
    Code.FEW_MEMBERS: _n(
        "%(num)s answer, and %(of)s are needed before it may count: until then it is shown as "
        "provisional.",
        "%(num)s answers, and %(of)s are needed before it may count: until then it is shown "
        "as provisional.",
    ),
    Code.UNANIMOUS: _(
        "Everybody gives the same answer. Then it is not a weighing: make the fact less clear, "
        "or ask it as a question."
    ),
    Code.SPLIT: _("The panel is divided into two camps: it is shown, and not scored."),
    Code.MEAN_OF_SPLIT: _(
        "The panel is divided into two camps: a mean would pay for what nobody argued."
    ),
    Code.FEW_RESPONSES: _n(
        "It rates %(num)s response; give it at least %(of)s.",
        "It rates %(num)s responses; give it at least %(of)s.",
    ),
    Code.FEW_POOR: _n(
        "The panel finds %(num)s response of %(of)s poor, and 40%% or more is advised: rating what "
        "not to do tells most.",
        "The panel finds %(num)s responses of %(of)s poor, and 40%% or more is advised: rating "
        "what not to do tells most.",
    ),
    Code.NEAR_TIE: _("Two responses lie so close that both orders earn everything."),
    Code.FIXED_TOLERANCE: _n(
        "%(num)s answer is too few to derive from the panel how far apart is still fine: it takes "
        "%(of)s, and until then 15 points in a hundred are.",
        "%(num)s answers are too few to derive from the panel how far apart is still fine: it "
        "takes %(of)s, and until then 15 points in a hundred are.",
    ),
    Code.UNBALANCED_SETS: _("Not every consideration is shown as often as the others."),
    Code.NO_DIFFERENCE: _(
        "The considerations all weigh the same to this panel, so every choice earns everything."
    ),
    Code.MIDDLE_TOO_OFTEN: _n(
        "The panel chooses the middle in %(num)s item of %(of)s, and 10%% at most is advised: who "
        "always answers “no different” would do well.",
        "The panel chooses the middle in %(num)s items of %(of)s, and 10%% at most is advised: who "
        "always answers “no different” would do well.",
    ),
    Code.ENDS_TOO_SELDOM: _n(
        "The panel chooses an end of the scale in only %(num)s item of %(of)s, and 25%% or more is "
        "advised: let some facts weigh more.",
        "The panel chooses an end of the scale in only %(num)s items of %(of)s, and 25%% or more "
        "is advised: let some facts weigh more.",
    ),
}
# A response on which a panel is split keeps its credits, see course.domain.weighing.sjt_rate.
_SPLIT_RESPONSE: Final = _(
    "On this response the panel is divided into two camps, and in which of them the key falls is "
    "chance: better leave it out."
)


def sentence(finding: Finding) -> Sentence:
    """What is said about a finding."""
    if finding.code is Code.SPLIT and finding.options:
        return _SPLIT_RESPONSE
    return _SENTENCES[finding.code]


def in_english(finding: Finding) -> str:
    """What is said about a finding, with its numbers."""
    return sentence(finding).filled(num=finding.count, of=finding.of)
