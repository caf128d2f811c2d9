"""Install the browser packages that package-lock.json locks, and put into static/vendor/ the
files that scripts/assets.sha512 names and the explorer, which scripts/bundle.mjs puts together.
Without them the site still works, without JavaScript and without the explorer: so a failure is a
message, unless STRICT=1.

What is copied is checked by its digest. What is bundled is checked by its inputs: npm checks every
package against the lock, and the same inputs give the same bytes (a test bundles twice).

After a new lock, write the manifest again: `cd node_modules && sha512sum FILE… > the manifest`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs import ROOT, locked_npm, node, system_npm

LOCK = ROOT / "package-lock.json"
MANIFEST = ROOT / "scripts/assets.sha512"
MODULES = ROOT / "node_modules"
STAMP = MODULES / ".installed"
VENDOR = ROOT / "static/vendor"
BUNDLER = ROOT / "scripts/bundle.mjs"
EXPLORER = VENDOR / "explorer"
BUNDLED_FROM = (LOCK, BUNDLER, ROOT / "static/explorer.js", ROOT / "static/explorer.css")


def main() -> int:
    """Exit status: 0 unless STRICT=1 and something is missing."""
    try:
        if not installed():
            print("Installing the locked browser packages …", flush=True)
            install()
        publish()
        if not bundled():
            bundle()
    except (OSError, ValueError, subprocess.CalledProcessError) as problem:
        print(f"The browser packages could not be installed: {problem}", file=sys.stderr)
        print(
            "Pages work without JavaScript; live updates and the API explorer are off.",
            file=sys.stderr,
        )
        return 1 if os.environ.get("STRICT") == "1" else 0
    return 0


def installed() -> bool:
    """Whether node_modules holds exactly what the lock says."""
    return STAMP.exists() and STAMP.read_text() == digest(LOCK)


def install() -> None:
    """Run `npm ci`, which checks every package against the lock; scripts of packages do not run."""
    npm = system_npm() or locked_npm()
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    # Trust whom the machine trusts, not only whom Node does: there may be a proxy of its own.
    settings = {"PATH": path, "NODE_USE_SYSTEM_CA": "1"}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(
        [*npm, "ci", *quiet],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    STAMP.write_text(digest(LOCK))


def publish() -> None:
    """Copy the manifest's files, each only if it is what the manifest says."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, expected in manifest().items():
        source, target = MODULES / name, VENDOR / Path(name).name
        if target.exists() and digest(target) == expected:
            continue
        if digest(source) != expected:
            raise ValueError(f"{name} is not the file that {MANIFEST.name} names")
        shutil.copyfile(source, target)


def inputs() -> str:
    """What the explorer is made from, as the stamp in its folder says it."""
    return "\n".join(digest(file) for file in BUNDLED_FROM)


def bundled() -> bool:
    """Whether the explorer that is there was made from what is here."""
    stamp = EXPLORER / ".inputs"
    return stamp.exists() and stamp.read_text() == inputs()


def bundle() -> None:
    """Make the explorer anew. It appears whole or not at all: a server may be running."""
    made_from = inputs()
    with tempfile.TemporaryDirectory(dir=VENDOR) as folder:
        new = Path(folder) / "new"
        subprocess.run(
            [str(node()), str(BUNDLER), str(new)], cwd=ROOT, stdin=subprocess.DEVNULL, check=True
        )
        (new / ".inputs").write_text(made_from)
        if EXPLORER.exists():
            EXPLORER.rename(Path(folder) / "old")
        new.rename(EXPLORER)


def manifest() -> dict[str, str]:
    """The files to publish, by their path in node_modules, with their digests."""
    pairs = (line.split(maxsplit=1) for line in MANIFEST.read_text().splitlines())
    return {name: expected for expected, name in pairs}


def digest(file: Path) -> str:
    """The file's sha512, as sha512sum prints it."""
    return hashlib.sha512(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
