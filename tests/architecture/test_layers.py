"""Who may import whom: the contracts of pyproject.toml, and that they cover everything."""

import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.houses import ROOT

COURSE = ROOT / "course"
# The names that a file inside a feature may have, from top to bottom.
FEATURE_FILES = {"cli", "views", "steps", "forms", "actions", "queries", "models"}


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, Any]]:
    """The contracts of import-linter."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_every_import_keeps_the_contracts() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_part_of_the_app_has_one_place_among_the_layers(
    contracts: list[dict[str, Any]],
) -> None:
    layers = contracts[0]["layers"]
    places = list(chain.from_iterable(layer.replace("|", " ").split() for layer in layers))
    assert len(places) == len(set(places))
    assert set(places) == {path.stem for path in COURSE.iterdir() if _is_code(path)}
    assert contracts[0]["exhaustive"] is True


def _is_code(path: Path) -> bool:
    if path.name.startswith("_"):
        return False
    return path.suffix == ".py" or (path / "__init__.py").exists()


def test_every_feature_keeps_the_order_of_its_files(contracts: list[dict[str, Any]]) -> None:
    (inside,) = (item for item in contracts if item["name"].startswith("Inside a feature"))
    features = {path.parent.name for path in COURSE.glob("*/models.py")}
    assert set(inside["containers"]) == {f"course.{name}" for name in features}
    assert {name.strip("()") for name in inside["layers"]} == FEATURE_FILES
