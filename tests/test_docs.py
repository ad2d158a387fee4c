"""ARCHITECTURE.md and the README speak of what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_architecture_names_every_folder_of_the_server() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = [
        path.relative_to(ROOT).as_posix() + "/"
        for path in (ROOT / "src" / "vedette" / "server").iterdir()
        if path.is_dir() and path.name not in ("__pycache__", "static")
    ]
    assert [folder for folder in folders if f"`{folder}`" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_readme_starts_with_the_two_commands() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    assert "make demo" in first_screen
    assert "make test" in first_screen
