"""Who loads numpy: the commands and pages that need its figures, when they need them.

It takes ten megabytes of each web worker, and most never show a figure.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.houses import ROOT

WITH_NUMPY = {"course/domain/agreement.py", "course/domain/statistics.py"}
MODULES = {"course.domain.agreement", "course.domain.statistics"}


def imports(statements: list[ast.stmt]) -> Iterator[str]:
    """The modules that these statements load, and what may be one in a package."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "course").rglob("*.py")):
        yield _name(path), ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_only_figures_of_many_attempts_use_numpy() -> None:
    found = {
        name
        for name, source in sources()
        for node in ast.walk(source)
        if isinstance(node, ast.stmt)
        for module in imports([node])
        if module.partition(".")[0] == "numpy"
    }
    assert found == WITH_NUMPY


def test_nothing_loads_these_figures_with_itself() -> None:
    found = {
        name
        for name, source in sources()
        if MODULES & set(imports(source.body)) and name not in WITH_NUMPY
    }
    assert found == set()


def test_a_web_worker_starts_without_numpy() -> None:
    program = "import sys, course.app; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
