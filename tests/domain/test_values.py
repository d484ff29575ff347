import dataclasses
import importlib
import pkgutil

import pytest

import course.domain

VALUES = {
    value
    for module in pkgutil.iter_modules(course.domain.__path__, "course.domain.")
    for value in vars(importlib.import_module(module.name)).values()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
}


def test_there_are_values_to_look_at() -> None:
    assert {"Balance", "Score"} <= {value.__name__ for value in VALUES}


@pytest.mark.parametrize("value", sorted(VALUES, key=str))
def test_a_value_never_changes_and_holds_nothing_undeclared(value: type[object]) -> None:
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]  # not in typeshed
    assert "__slots__" in vars(value)
