"""Cases to look at in tests, written short."""

from typing import Any, Final

from course.domain.branching import (
    Add,
    Case,
    Condition,
    Effect,
    Is,
    Kind,
    Node,
    Op,
    Option,
    Put,
    Variable,
)


def option(slug: str, target: str, *effects: Effect, **more: Any) -> Option:
    """An option with these effects."""
    return Option(slug=slug, target=target, effects=effects, **more)


def node(slug: str, *options: Option, kind: Kind = Kind.DECISION, **more: Any) -> Node:
    """A node with these options; without any, an end."""
    return Node(slug=slug, kind=kind if options else Kind.END, options=options, **more)


def number(name: str, maximum: int = 3, initial: int = 0, **more: Any) -> Variable:
    """A variable from 0."""
    return Variable(name=name, minimum=0, maximum=maximum, initial=initial, **more)


def at_least(variable: str, value: int) -> tuple[Condition, ...]:
    """The condition that a variable is this much."""
    return (Is(variable, Op.AT_LEAST, value),)


# The worked example of assessment.md 5.3: twelve nodes, and a bit of everything that can be wrong.
TWELVE: Final = Case(
    start="intake",
    variables=(
        number("trust"),
        number("closed", 1),
        number("told_manager", 1),
        number("unused", 1),
    ),
    nodes=(
        node(
            "intake",
            option("i1", "visit", Add("trust", 1), score=2),
            option("i2", "letter"),
        ),
        node(
            "letter",
            option("l1", "visit", score=1),
            option("l2", "letter"),
            option("l3", "close_early", Put("closed", 1)),
        ),
        node(
            "visit",
            option("v1", "plan", Add("trust", 1), score=2),
            option("v2", "plan", score=1),
            option("v3", "plan", conditions=at_least("trust", 3), score=3),
        ),
        node(
            "plan",
            option("p1", "review", Add("trust", 1), conditions=at_least("trust", 2), score=3),
            option("p2", "review", score=1),
            option("p3", "close_early", Put("closed", 1)),
        ),
        node(
            "review",
            option("r1", "good_end", Put("told_manager", 1), score=3),
            option("r2", "close_ok", Put("closed", 1), score=2),
        ),
        node(
            "close_early",
            option("c1", "returned", conditions=at_least("trust", 1)),
            option("c2", "lost", conditions=(Is("trust", Op.EQUAL, 0),)),
        ),
        node("close_ok"),
        node("good_end"),
        node("returned", option("x1", "limbo")),
        node("lost"),
        node("limbo", option("y1", "limbo")),
        node("orphan", option("o1", "good_end", score=5)),
    ),
)
