"""Make the vendored files again, from the packages that their VENDOR.toml names.

    python -m tests.tools.vendor

Fetches each package with ``npm pack`` (nothing of it is run), copies or trims its file, and writes
the new hashes into VENDOR.toml. Run it after raising a version there, and read the difference
before committing it.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.tools import govuk_css

ROOT = Path(__file__).parent.parent.parent
FOLDERS = (ROOT / "course/core/static/vendor", ROOT / "tests/vendor")

# Per file: what is done to the published text. A file that is not named here is copied as it is.
EDITS: dict[str, Callable[[str], str]] = {"govuk-frontend.min.css": govuk_css.trim}


def main() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("Making the vendored files again needs npm, to fetch the packages.")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in FOLDERS:
            remake(folder, npm, Path(scratch))


def remake(folder: Path, npm: str, scratch: Path) -> None:
    """Write each file that the VENDOR.toml of ``folder`` declares, and its hash."""
    declared = folder / "VENDOR.toml"
    text = declared.read_text()
    for entry in tomllib.loads(text)["file"]:
        package = fetch(npm, f"{entry['package']}@{entry['version']}", scratch)
        content = (package / entry["path"]).read_bytes()
        if edit := EDITS.get(entry["file"]):
            content = edit(content.decode()).encode()
        (folder / entry["file"]).write_bytes(content)
        for source, copy in zip(entry["licence_paths"], entry["licence_files"], strict=False):
            shutil.copyfile(package / source, folder / copy)

        digest = hashlib.sha256(content).hexdigest()
        print(f"{digest[:12]}  {len(content):>7,} bytes  {entry['file']} {entry['version']}")
        text = re.sub(
            rf'(?<=^file = "{re.escape(entry["file"])}"\nsha256 = ")\w*', digest, text, flags=re.M
        )
    declared.write_text(text)


def fetch(npm: str, package: str, scratch: Path) -> Path:
    """Unpack an npm package into ``scratch`` and return the folder of its files."""
    command = [npm, "pack", "--silent", "--ignore-scripts", package]
    archive = subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True)
    name = archive.stdout.split()[-1]
    target = scratch / name.removesuffix(".tgz")
    with tarfile.open(scratch / name) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


if __name__ == "__main__":
    main()
