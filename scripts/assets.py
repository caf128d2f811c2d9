"""Install the browser packages that package-lock.json locks, and put into static/vendor/ the
files that scripts/assets.sha512 names. Without them the site still works, without JavaScript:
so a failure is a message, unless STRICT=1.

After a new lock, write the manifest again: `cd node_modules && sha512sum FILE… > the manifest`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from nodejs import ROOT, locked_npm, system_npm

LOCK = ROOT / "package-lock.json"
MANIFEST = ROOT / "scripts/assets.sha512"
MODULES = ROOT / "node_modules"
STAMP = MODULES / ".installed"
VENDOR = ROOT / "static/vendor"


def main() -> int:
    """Exit status: 0 unless STRICT=1 and something is missing."""
    try:
        if not installed():
            print("Installing the locked browser packages …", flush=True)
            install()
        publish()
    except (OSError, ValueError, subprocess.CalledProcessError) as problem:
        print(f"The browser packages could not be installed: {problem}", file=sys.stderr)
        print("Everything works without JavaScript; live updates are off.", file=sys.stderr)
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


def manifest() -> dict[str, str]:
    """The files to publish, by their path in node_modules, with their digests."""
    pairs = (line.split(maxsplit=1) for line in MANIFEST.read_text().splitlines())
    return {name: expected for expected, name in pairs}


def digest(file: Path) -> str:
    """The file's sha512, as sha512sum prints it."""
    return hashlib.sha512(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
