"""Everything that must hold besides the tests, each check with its verdict."""

import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

BIN = Path(sys.executable).parent
CODE = ("models", "schema", "web", "seeds", "bench", "scripts", "migrations", "tests", "examples")
TYPED = CODE[:6]
SDL = Path("schema/schema.graphql")


def main() -> int:
    """Exit status: 0 if every check holds. All of them run, so that one round shows everything."""
    checks = {
        "format": lambda: tool("ruff", "format", "--check", "--quiet", *there(CODE)),
        "lint": lambda: tool("ruff", "check", "--quiet", *there(CODE)),
        "types": lambda: tool("mypy", "--no-error-summary", *there(TYPED)),
        "templates": lambda: tool("djlint", "--lint", "--quiet", "templates"),
        "schema": check_schema,
        "migrations": lambda: tool("python", "-m", "web", "migration", "--check"),
    }
    failed = []
    for name, holds in checks.items():
        good = holds()
        print(f"{'ok    ' if good else 'FAILED'} {name}", flush=True)
        if not good:
            failed.append(name)
    if failed:
        print(f"\n{', '.join(failed)}: look above. `make fix` repairs format and some of lint.")
    return 1 if failed else 0


def there(folders: tuple[str, ...]) -> list[str]:
    """Those of the folders that exist."""
    return [folder for folder in folders if Path(folder).is_dir()]


def tool(name: str, *arguments: str) -> bool:
    """Whether a tool of the virtual environment is content; what it says is printed if not."""
    done = subprocess.run(
        [str(BIN / name), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


def check_schema() -> bool:
    """Whether the committed SDL is what the code says."""
    command = [str(BIN / "python"), "-m", "web", "schema"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr)
        return False
    committed = SDL.read_text().splitlines() if SDL.exists() else []
    difference = unified_diff(committed, done.stdout.splitlines(), str(SDL), "code", lineterm="")
    lines = list(difference)
    print(*lines, sep="\n", end="\n" if lines else "")
    return not lines


if __name__ == "__main__":
    sys.exit(main())
