"""The workbooks in another office program: LibreOffice opens each without repair and prints it as the form says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.publish.step import publish_night
from pipelines.settings import load_policy
from tests.pipelines.publish.test_databases import NIGHT, told

PROGRAMS = ("libreoffice", "pdfinfo", "pdftotext")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        any(shutil.which(program) is None for program in PROGRAMS),
        reason=f"{', '.join(PROGRAMS)} are needed; `make test-full` installs them where it may",
    ),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every workbook of the province as PDF."""
    home = tmp_path_factory.mktemp("home")
    made = told()
    night = publish_night(made.engine, home, NIGHT, load_policy(None, NIGHT))
    made.engine.close()
    out = tmp_path_factory.mktemp("pdf")
    books = sorted(str(path) for path in (night / "reports").glob("*.xlsx"))
    profile = tmp_path_factory.mktemp("profile").as_uri()
    command = ["libreoffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(out), *books], check=True, capture_output=True, timeout=300)
    assert len(list(out.glob("*.pdf"))) == len(books) == 8
    return out


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_every_page_is_a4_across(pages: Path) -> None:
    for path in pages.glob("*.pdf"):
        lines = dict(line.split(":", 1) for line in output("pdfinfo", str(path)).splitlines() if ":" in line)
        width, height = (float(part) for part in lines["Page size"].split("pts")[0].split(" x "))
        assert (round(width), round(height)) == (842, 595), path.name


def test_every_page_carries_title_and_head(pages: Path) -> None:
    for path in pages.glob("*.pdf"):
        for number, page in enumerate(output("pdftotext", "-layout", str(path), "-").split("\f")[:-1]):
            text = page.replace(" ", "")
            assert "2025年9月10日" in text, (path.name, number)
            assert "县级图" in text or "填报单位：" in text, (path.name, number)
            assert "###" not in text, (path.name, number)
            assert "#NAME" not in text
            assert "#VALUE" not in text
