"""The one door: every check and every test, in order, stopping at the first that fails.

People, editors and CI call this same file (``make test`` installs and then runs it).

    python tests/check.py                       everything
    python tests/check.py --fast                everything but the journeys in a browser
    python tests/check.py --search              what no run has met: other examples, other orders
    python tests/check.py -x tests/domain -k …  the other arguments go to pytest

With ``REQUIRE_ALL=1`` in the environment a skipped test is a failure.
"""

import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
# import-linter has no `python -m` form, so it is called by its script beside the interpreter.
LINT_IMPORTS = str(Path(PYTHON).with_name("lint-imports"))

# The quickest come first, so that a slip in the layout is told within a second.
CHECKS = [
    [PYTHON, "-m", "ruff", "format", "--check", "."],
    [PYTHON, "-m", "ruff", "check", "."],
    [LINT_IMPORTS, "--no-logo"],
    [PYTHON, "-m", "djlint", "--lint", "--quiet", "course"],
    [PYTHON, "-m", "course.curriculum", "check"],
]
# Takes as long as all of those together, on one core, so it runs beside them.
TYPES = [PYTHON, "-m", "mypy"]
PYTEST = [PYTHON, "-m", "pytest", "-p", "tests.plugins.nothing_skipped"]
# An order that nobody thought of, but the same one each time: a failure is then about the change.
SAME = "--randomly-seed=20260302"
JOURNEYS = "tests/journeys"
# Two workers, for two cores; a class or module stays on one, so its fixtures are made once.
TESTS = [*PYTEST, f"--ignore={JOURNEYS}", "-m", "not benchmark", "-n", "2", "--dist", "loadscope"]
# Three browsers on two cores: a browser spends half of its time waiting for a page.
BROWSERS = [*PYTEST, "-n", "3"]

NO_TESTS = 5  # pytest's exit status when it found nothing to run.


def run(command: list[str]) -> int:
    """Run one command, tell what it was and how long it took, and return its exit status."""
    _announce(command)
    start = time.perf_counter()
    return _told(subprocess.run(command, cwd=ROOT, check=False).returncode, start)


def _announce(command: list[str]) -> None:
    words = [Path(command[0]).name, *command[1:]]
    print(f"\n$ {shlex.join(words)}", flush=True)


def _told(status: int, start: float) -> int:
    said = "ok" if status == 0 else f"exit status {status}"
    print(f"  {said}, {time.perf_counter() - start:.1f} s", flush=True)
    return status


def run_checks() -> int:
    """Run all that needs no test; return the first exit status that is not 0, or 0."""
    start = time.perf_counter()
    with subprocess.Popen(TYPES, cwd=ROOT, stdout=subprocess.PIPE, text=True) as types:
        for command in CHECKS:
            if status := run(command):
                types.kill()
                return status
        _announce(TYPES)
        print(types.communicate()[0], end="")
    return _told(types.returncode, start)


def main(arguments: list[str]) -> int:
    chosen = [argument for argument in arguments if argument not in {"--fast", "--search"}]
    if "--search" in arguments:
        return run([*TESTS, "--hypothesis-profile=search", *chosen])

    if status := run_checks():
        return status

    runs = [[*TESTS, SAME, *chosen]]
    if "--fast" not in arguments:
        # By folder where there is a choice of nothing, so that the others are not even imported.
        runs.append([*BROWSERS, SAME, *(["-m", "journey", *chosen] if chosen else [JOURNEYS])])
    for command in runs:
        status = run(command)
        # A choice of tests may leave some of the runs empty; without a choice, an empty run
        # means that tests were lost.
        if status and not (chosen and status == NO_TESTS):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
