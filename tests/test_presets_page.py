"""docs/presets.md and the README list the presets as they are; where they do not, the command is told."""

import re
from pathlib import Path

from tui_trainer.cli.reference import COMMAND, overview, page
from tui_trainer.core.presets import GROUPS, Library, shipped_folder

PROJECT = Path(__file__).resolve().parents[1]
LIBRARY = Library.load((shipped_folder(),))


def test_the_page_is_what_the_files_say() -> None:
    written = (PROJECT / "docs" / "presets.md").read_text("utf-8")
    assert written == page(LIBRARY), f"docs/presets.md is stale: {COMMAND}"


def test_the_readme_lists_all_of_them() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    listed = re.search(r"^\| group \|.*\n(\|.*\n)+", readme, re.MULTILINE)
    assert listed is not None
    assert listed[0].rstrip() == overview(LIBRARY), (
        f"the README's table of presets is stale: {COMMAND}, and copy the first table of that page"
    )


def test_the_page_explains_each_with_its_settings() -> None:
    text = page(LIBRARY)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(GROUPS)
    headings = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert headings == [preset.name for group in GROUPS for preset in LIBRARY.group(group)]
    assert (
        "| `optimizer.momentum` | γ | `0.9` | `momentum` | How much of the last velocity is kept. |" in text
    )
    assert "in the course: `v ← γv + ηg, θ ← θ - v`" in text
    assert "- against: saturates on both sides" in text


def test_no_cell_breaks_its_table() -> None:
    for line in page(LIBRARY).splitlines():
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)
            assert len(cells) in (4, 5, 7), line
