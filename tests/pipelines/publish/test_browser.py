"""The pages in a browser as officials open them: from a folder, on a phone, at a desk, by keyboard, on paper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.publish.forms.night import ReportNight
from pipelines.publish.page import write_pages
from pipelines.settings import load_policy

CHROMIUM = shutil.which("chromium")
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update")
FLAGS += ("disable-sync", "no-first-run")
PAGES = ("index.html", "990101/index.html", "990190/index.html")
PHONE, DESK = 360, 1440

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is needed; make installs it")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is needed; `make test-full` installs it where it may"),
]


@pytest.fixture(scope="module")
def folder(reader: Any, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    write_pages(ReportNight(reader, as_of, load_policy(None, as_of)), made)
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=[f"--{flag}" for flag in FLAGS])
        yield launched
        launched.close()


class Visit:
    """An open page, what the browser asked for, and what it complained of."""

    def __init__(self, browser: Any, address: str, width: int, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(address)


@pytest.fixture
def visit(browser: Any, folder: Path) -> Iterator[Any]:
    made: list[Visit] = []

    def visited(file: str = PAGES[0], width: int = DESK, **options: Any) -> Visit:
        made.append(Visit(browser, (folder / file).as_uri(), width, **options))
        return made[-1]

    yield visited
    for one in made:
        one.context.close()


@pytest.mark.parametrize("file", PAGES)
def test_it_opens_without_a_complaint_and_asks_for_nothing(visit: Any, folder: Path, file: str) -> None:
    one = visit(file)
    assert one.said == []
    assert one.asked == [(folder / file).as_uri()]
    assert "控辍保学情况" in one.page.title()


# Whatever a reader cannot see whole: text beyond the window's edge, in a box that is too small, or upon other text.
CUT = """() => {
  const cut = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) cut.push("the page scrolls sideways");
  const name = (one) => one.tagName + ": " + one.textContent.trim().slice(0, 30);
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("[hidden], .skip, .defs, title, desc, script") || !one.getClientRects().length) continue;
    const own = Array.from(one.childNodes).some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own) continue;
    const box = one.getBoundingClientRect();
    if (!one.closest(".scroll") && (box.left < -0.5 || box.right > wide + 0.5)) cut.push("outside " + name(one));
    if (!one.closest("svg") && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
      cut.push("cut " + name(one));
  }
  for (const group of document.querySelectorAll("svg[role=img], svg.ends")) {
    const texts = Array.from(group.querySelectorAll("text")).filter((one) => one.getClientRects().length);
    texts.forEach((a, place) => texts.slice(place + 1).forEach((b) => {
      const x = a.getBoundingClientRect(), y = b.getBoundingClientRect();
      const across = Math.min(x.right, y.right) - Math.max(x.left, y.left);
      const down = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      if (across > 0.5 && down > 6) cut.push(name(a) + " lies upon " + name(b));
    }));
  }
  return cut;
}"""


@pytest.mark.parametrize("width", [PHONE, 768, DESK])
@pytest.mark.parametrize("file", PAGES)
def test_no_text_is_cut_and_nothing_scrolls_sideways(visit: Any, file: str, width: int) -> None:
    assert visit(file, width).page.evaluate(CUT) == []


def test_what_is_cut_would_be_found(visit: Any) -> None:
    page = visit(width=PHONE).page
    page.evaluate("document.querySelector('h2').style.cssText = 'width: 1em; white-space: nowrap; overflow: hidden'")
    page.evaluate("document.querySelector('.lead').style.cssText = 'width: 800px; max-width: none'")
    found = page.evaluate(CUT)
    assert any(one.startswith("cut H2") for one in found)
    assert "the page scrolls sideways" in found


def column(page: Any, caption: str, order: int) -> list[str]:
    rows = page.locator("table", has=page.locator("caption", has_text=caption)).locator("tbody tr")
    return [row.locator("th, td").nth(order).inner_text() for row in rows.all()]


def test_tables_sort_with_the_mouse(visit: Any) -> None:
    page = visit("990101/index.html").page
    table = page.locator("table", has=page.locator("caption", has_text="清零情况（"))
    suspected = table.get_by_role("button", name="疑似")
    head = table.locator("thead th").nth(4)
    assert column(page, "清零情况（", 4) == ["5", "5", "0"]
    suspected.click()
    assert (head.get_attribute("aria-sort"), column(page, "清零情况（", 4)) == ("descending", ["5", "5", "0"])
    suspected.click()
    # The county's own row is the sum of the others and stays above them.
    assert (head.get_attribute("aria-sort"), column(page, "清零情况（", 4)) == ("ascending", ["5", "0", "5"])
    table.get_by_role("button", name="单位").click()
    assert head.get_attribute("aria-sort") is None
    assert column(page, "清零情况（", 0) == ["=1+1", "<b>河口&镇", "山口乡"]
    suspected.click()
    suspected.click()
    suspected.click()
    assert (head.get_attribute("aria-sort"), column(page, "清零情况（", 4)) == (None, ["5", "5", "0"])


def test_tables_sort_with_the_keyboard(visit: Any) -> None:
    page = visit().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    focused = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{focused}.outlineStyle") == "solid"
    assert float(page.evaluate(f"parseFloat({focused}.outlineWidth)")) >= 2
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"


def test_numbers_sort_as_numbers_and_blanks_come_last(visit: Any) -> None:
    page = visit().page
    caption = "更正过的已发布数字"
    assert column(page, caption, 0)
    page.evaluate(
        """() => {
          const body = document.querySelector("[data-place=t-trend]");
          ["9", "—", "10"].forEach((shown, row) => { body.rows[row].cells[1].textContent = shown; });
        }"""
    )
    head = page.locator("table", has=page.locator("caption", has_text="历次运行")).get_by_role("button", name="期末")
    head.click()
    assert column(page, "历次运行", 1) == ["10", "9", "—"]
    head.click()
    assert column(page, "历次运行", 1) == ["9", "10", "—"]


def test_units_are_found_by_name(visit: Any) -> None:
    page = visit().page
    rows = page.locator("[data-place=t-zeroing] tr:visible")
    assert rows.count() == 4
    page.get_by_label("查找单位").fill("市直")
    assert rows.all_inner_texts()[0].startswith("示例市市直")
    assert rows.count() == 1
    assert page.locator("[data-place=tiles] li:visible").count() == 1
    # Tables without units are left alone.
    assert page.locator("[data-place=t-trend] tr:visible").count() == 3
    page.get_by_label("查找单位").fill("无此单位")
    assert rows.count() == 0
    assert page.locator(".find output").inner_text() == "没有这一单位"
    page.get_by_label("查找单位").fill("")
    assert rows.count() == 4


def test_everything_can_be_read_without_a_script(visit: Any) -> None:
    bare, full = visit(java_script_enabled=False).page, visit().page
    assert bare.locator("button").count() == 0
    assert not bare.locator(".find").is_visible()
    texts = [page.locator("main").inner_text().split() for page in (bare, full)]
    assert texts[0] == texts[1]


def test_from_the_province_to_a_county_and_back(visit: Any, folder: Path) -> None:
    one = visit(width=PHONE)
    one.page.locator(".tiles a").first.click()
    assert one.page.url == (folder / "990101/index.html").as_uri()
    one.page.get_by_role("link", name="示例市市直").click()
    assert one.page.url == (folder / "990190/index.html").as_uri()
    one.page.get_by_role("link", name="示例省").click()
    assert one.page.url == (folder / "index.html").as_uri()


# Contrast of every visible text with what lies behind it (WCAG 2.2, 1.4.3), order of headings, names of what has one.
FAULTS = """() => {
  const faults = [];
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => {
    for (let box = one; box; box = box.parentElement) {
      const colour = parse(getComputedStyle(box).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("title, desc, script") || !one.getClientRects().length) continue;
    const own = Array.from(one.childNodes).some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own) continue;
    const style = getComputedStyle(one), size = parseFloat(style.fontSize);
    const [a, b] = [light(parse(one.closest("svg") ? style.fill : style.color)), light(ground(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) faults.push("contrast " + contrast.toFixed(2) + " " + one.textContent.trim());
    if (size < 12) faults.push("small " + one.textContent.trim());
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) faults.push("heading " + heading.textContent);
    level = next;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("one h1");
  for (const [landmark, most] of [["header", 1], ["main", 1], ["footer", 1]])
    if (document.querySelectorAll("body > " + landmark).length !== most) faults.push("landmark " + landmark);
  const named = (one) => one.getAttribute("aria-label")
    || (one.getAttribute("aria-labelledby") || "").split(" ").every((id) => id && document.getElementById(id));
  for (const one of document.querySelectorAll("nav, section, [role=region], [role=img]"))
    if (!named(one)) faults.push("no name " + one.outerHTML.slice(0, 60));
  for (const one of document.querySelectorAll("svg:not([role=img])"))
    if (!one.parentElement.closest("svg") && one.getAttribute("aria-hidden") !== "true")
      faults.push("svg without role");
  for (const one of document.querySelectorAll("input"))
    if (!document.querySelector("label[for=" + one.id + "]")) faults.push("no label " + one.id);
  for (const one of document.querySelectorAll("table"))
    if (!one.caption || !one.querySelector("th[scope]") && one.tHead) faults.push("table " + one.textContent);
  for (const one of document.querySelectorAll("button, .pages a, .contents a"))
    if (one.getClientRects().length && one.getBoundingClientRect().height < 20) faults.push("low " + one.textContent);
  return faults;
}"""


@pytest.mark.parametrize("file", PAGES)
def test_everybody_can_read_it(visit: Any, file: str) -> None:
    assert visit(file).page.evaluate(FAULTS) == []


def test_what_nobody_can_read_would_be_found(visit: Any) -> None:
    page = visit().page
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    page.evaluate("document.querySelector('h2').outerHTML = '<h4>一览</h4>'")
    found = page.evaluate(FAULTS)
    assert any(one.startswith("contrast 1.9") for one in found)
    assert "heading 一览" in found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is needed")
@pytest.mark.parametrize("file", PAGES)
def test_it_prints_on_a4_with_heads_on_every_sheet(visit: Any, tmp_path: Path, file: str) -> None:
    page = visit(file).page
    # A table of more than one sheet.
    page.evaluate(
        """() => {
          const body = document.querySelector("[data-place=t-trend]");
          for (let n = 0; n < 120; n++) body.append(body.rows[0].cloneNode(true));
        }"""
    )
    printed = tmp_path / "page.pdf"
    page.pdf(path=str(printed), prefer_css_page_size=True)

    def said(*command: str | Path) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    told = said("pdfinfo", printed)
    assert "(A4)" in next(line for line in told.splitlines() if line.startswith("Page size"))
    text = said("pdftotext", "-layout", printed, "-")
    sheets = text.split("\f")[:-1]
    assert len(sheets) >= 4
    assert all(len(sheet.split()) > 10 for sheet in sheets)
    with_trend = [sheet for sheet in sheets if sheet.count("2025-09-18") > 10]
    assert len(with_trend) >= 2
    assert all("运行日期" in sheet for sheet in with_trend)
    assert "查找单位" not in text
