"""Pictures of the pages of a published night with their parts numbered, for `docs/reports` (`make pictures`).

Needs Chromium and poppler. A part is found by its place in the page, so that a picture cannot number what is not there.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = 64
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update")
FLAGS += ("disable-sync", "no-first-run")
COUNTY = "990121/index.html"
PARTS = (
    *("h1", ".contents", ".find", "#summary", ".tiles", "[data-place=t-zeroing]", "[data-place=c-trend]"),
    *("[data-place=t-trend]", "#change", "#open", "#dropout", "#retention", "#entry", "#ranking", "#deadlines"),
    *("#campaigns", "#sources", "#trust", "#checks"),
)
"""What has a number on the picture of the province: in the order of docs/reports/page.md."""

NUMBER = """([selector, number]) => {
  const one = document.querySelector(selector), box = (one.closest(".scroll, .plot") || one).getBoundingClientRect();
  const mark = document.createElement("b");
  mark.textContent = number;
  for (const [name, value] of Object.entries({
    position: "absolute", left: Math.max(2, box.left - 30) + "px", top: box.top + window.scrollY + 2 + "px",
    width: "26px", height: "26px", borderRadius: "50%", color: "#fff", background: "#1F4E9E", textAlign: "center",
    lineHeight: "26px", fontSize: "14px", zIndex: 3,
  })) mark.style[name] = value;
  document.body.append(mark);
}"""


def save(picture: Image.Image, path: Path) -> None:
    """Few colours: text and lines stay sharp, the file small."""
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def shot(page: Any, top: int, height: int) -> Image.Image:
    """A strip of the page from `top` on."""
    width = page.viewport_size["width"]
    clip = {"x": 0, "y": top, "width": width, "height": height}
    return Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip)))


def beside(pictures: Sequence[Image.Image], gap: int = 24) -> Image.Image:
    """Pictures side by side on grey."""
    width = sum(one.width for one in pictures) + gap * (len(pictures) + 1)
    whole = Image.new("RGB", (width, max(one.height for one in pictures) + 2 * gap), "#888")
    left = gap
    for one in pictures:
        whole.paste(one, (left, gap))
        left += one.width + gap
    return whole


def printed(page: Any, sheets: int) -> list[Image.Image]:
    """The first sheets of the page on paper."""
    with tempfile.TemporaryDirectory() as folder:
        page.pdf(path=f"{folder}/page.pdf", prefer_css_page_size=True)
        command = ["pdftoppm", "-r", "70", "-l", str(sheets), "-png", f"{folder}/page.pdf", f"{folder}/sheet"]
        subprocess.run(command, check=True, timeout=120)
        return [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("*.png"))]


def main(reports: Path, out: Path) -> None:
    """Take all pictures of the pages under `reports`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        flags = [f"--{flag}" for flag in FLAGS]
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        desk = browser.new_page(viewport={"width": 1000, "height": 900})
        desk.goto((reports / "index.html").resolve().as_uri())
        desk.evaluate("document.body.style.paddingLeft = '40px'")
        for number, selector in enumerate(PARTS, start=1):
            desk.evaluate(NUMBER, [selector, number])
        height = desk.evaluate("document.documentElement.scrollHeight")
        strip = -(-height // 6)
        for picture in range(3):
            strips = [top * strip for top in (2 * picture, 2 * picture + 1)]
            shown = [shot(desk, top, min(strip, height - top)) for top in strips]
            save(beside(shown), out / f"page-province-{picture + 1}.png")
        phone = browser.new_page(viewport={"width": 360, "height": 800})
        phone.goto((reports / COUNTY).resolve().as_uri())
        save(beside([shot(phone, top * 1500, 1500) for top in range(4)]), out / "page-county-phone.png")
        paper = browser.new_page()
        paper.goto((reports / "index.html").resolve().as_uri())
        save(beside(printed(paper, 3)), out / "page-print.png")
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/reports"))
    arguments = parser.parse_args()
    main(arguments.reports, arguments.out)
