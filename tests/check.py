"""The one door: every check and every test, in order, stopping at the first that fails.

People, editors and CI call this same file (``make test`` installs and then runs it).

    python tests/check.py                       everything
    python tests/check.py --fast                everything but the journeys in a browser
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
    [PYTHON, "-m", "mypy"],
    [LINT_IMPORTS, "--no-logo"],
    [PYTHON, "-m", "djlint", "--lint", "--quiet", "course"],
    [PYTHON, "-m", "course.curriculum", "check"],
]
PYTEST = [PYTHON, "-m", "pytest", "-p", "tests.plugins.nothing_skipped"]
# Two workers, for two cores; a class or module stays on one, so its fixtures are made once.
TESTS = [*PYTEST, "-m", "not journey and not benchmark", "-n", "2", "--dist", "loadscope"]
# Two browsers at once: whoever waits on a page waits for what it shows, and not for a while.
BROWSERS = [*PYTEST, "-m", "journey", "-n", "2"]

NO_TESTS = 5  # pytest's exit status when it found nothing to run.


def run(command: list[str]) -> int:
    """Run one command, tell what it was and how long it took, and return its exit status."""
    words = [Path(command[0]).name, *command[1:]]
    print(f"\n$ {shlex.join(words)}", flush=True)
    start = time.perf_counter()
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    said = "ok" if status == 0 else f"exit status {status}"
    print(f"  {said}, {time.perf_counter() - start:.1f} s", flush=True)
    return status


def main(arguments: list[str]) -> int:
    fast = "--fast" in arguments
    chosen = [argument for argument in arguments if argument != "--fast"]

    for command in CHECKS:
        if status := run(command):
            return status

    for command in [TESTS] if fast else [TESTS, BROWSERS]:
        status = run([*command, *chosen])
        # A choice of tests may leave some of the runs empty; without a choice, an empty run
        # means that tests were lost.
        if status and not (chosen and status == NO_TESTS):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
