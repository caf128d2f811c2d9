"""What the documents say is so."""

from pathlib import Path

from web.cli.documenting import settings_table

ROOT = Path(__file__).parent.parent.parent


def test_every_setting_is_documented() -> None:
    assert settings_table() == (ROOT / "docs" / "settings.md").read_text(), (
        "docs/settings.md is behind models/settings.py: python -m web docs"
    )


def test_readme_names_what_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    for word in ("make run", "make test", "DATABASE_URL", "docs/settings.md", "CONTRIBUTING.md"):
        assert word in text
    import re

    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / path).exists(), path


def test_the_operators_guide_names_settings_that_exist() -> None:
    import re

    from models.settings import Settings

    text = (ROOT / "docs" / "operating.md").read_text()
    named = set(re.findall(r"`([A-Z][A-Z_]+[A-Z])(?:=[^`]*)?`", text))
    named -= {"OPEN", "APPROVAL", "OFF"}
    assert named
    assert {name.lower() for name in named} <= Settings.model_fields.keys()
