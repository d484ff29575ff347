"""The settings: the table for operators in README.md holds each of them, and no others."""

import re

from course.config import Settings, variable
from tests.houses import ROOT


def test_the_readme_lists_exactly_the_settings_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _before, _header, rows = readme.partition("| setting |")
    table = rows.split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    assert listed == [variable(field) for field in Settings.model_fields]


def test_the_readme_tells_the_default_of_each_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", readme, flags=re.MULTILINE))
    for name, field in Settings.model_fields.items():
        if field.default and not field.is_required():
            assert told.get(variable(name)) == str(field.default), name
