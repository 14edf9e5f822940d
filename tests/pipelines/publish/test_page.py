"""The page as a browser reads it: what it says, that it needs nothing from outside, that no name can become markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.page import PAGE, write_page
from pipelines.publish.page.chart import MOST_BARS, stacked_bars

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(HTMLParser):
    """Tags with their attributes, tables as rows of texts, headings; unclosed tags are an error of the test."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.headings: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._caption = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._caption = ""
        if tag == "tr":
            self.tables.setdefault(self._caption, []).append([])
        if tag in {"td", "th"}:
            self.tables[self._caption][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "style":
            return
        self.text.append(data)
        if inside == "caption":
            self._caption += data
        elif inside in {"td", "th"}:
            self.tables[self._caption][-1][-1] += data
        elif inside in {"h1", "h2", "h3"}:
            self.headings.append((inside, data))


@pytest.fixture(scope="module")
def path(reader: Any, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(reader, as_of, tmp_path_factory.mktemp("reports") / "new")


@pytest.fixture(scope="module")
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Outline:
    outline = Outline()
    outline.feed(source)
    outline.close()
    assert outline.open == []
    return outline


def test_chinese_headings_place_and_date(path: Path, source: str, page: Outline) -> None:
    assert path.name == PAGE == "index.html"
    assert ("html", {"lang": "zh-CN"}) in page.tags
    assert page.headings == [
        ("h1", "示例省控辍保学情况"),
        ("h2", "一览"),
        ("h2", "清零情况"),
        ("h2", "在册个案"),
        ("h2", "辍学率超限单位"),
        ("h2", "九年义务教育巩固率"),
        ("h2", "超期事项"),
        ("h2", "资料来源"),
    ]
    assert "截至2025年9月20日" in "".join(page.text)
    assert "昨夜" not in source


def test_nothing_is_fetched(source: str, page: Outline) -> None:
    addresses = [value for _, attrs in page.tags for name, value in attrs.items() if name in {"href", "src", "action"}]
    assert addresses
    assert all(str(value).startswith("#") for value in addresses)
    targets = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert {str(value)[1:] for value in addresses} <= targets
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not re.search(r"https?:|url\(|@import|@font-face", source)
    assert "default-src 'none'" in source


def test_every_table_has_a_caption_and_heads(page: Outline) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") == len(page.tables) == 8
    assert "" not in page.tables
    for tag, attrs in page.tags:
        if tag == "th":
            assert attrs["scope"] in {"col", "row"}
    for rows in page.tables.values():
        assert {len(row) for row in rows} == {len(rows[0])}


def test_who_is_at_zero_and_since_when(page: Outline) -> None:
    rows = page.tables["各市县清零情况（政府线，单位：人）"]
    assert rows[0] == ["单位", "清零", "清零起始", "已保持天数", "疑似", "辍学", "其中脱贫户", "超期"]
    assert rows[1:] == [
        ["示例省", "否", "", "", "5", "4", "2", "4"],
        ["示例市", "否", "", "", "5", "4", "2", "4"],
        ["=1+1", "否", "", "", "5", "4", "2", "4"],
        ["示例市市直", "是", "2025-08-25", "26", "0", "0", "0", "0"],
    ]


def test_the_chart_is_told_in_words_and_drawn_in_per_cent(source: str, page: Outline) -> None:
    assert [attrs["width"] for tag, attrs in page.tags if tag == "rect"] == ["55.56%", "44.44%"]
    assert "=1+1疑似5人、辍学4人" in "".join(page.text)
    rows = page.tables["各市县在册个案变动（政府线，单位：人）"]
    assert rows[3] == ["=1+1", "9", "2", "1", "3", "9", "5", "4", "3"]


def test_units_over_the_limit_in_the_headline_variant(page: Outline) -> None:
    rows = page.tables["辍学率超限单位（教育线，单位：人、%）"][1:]
    assert [row[0] for row in rows] == ["示例省", "示例市", "=1+1", "<b>河口&镇"]
    assert rows[2] == ["=1+1", "县级", "示例市", "小学", "7", "1000", "0.70", "0.60", "0.65", "是"]
    assert rows[3][1:3] == ["乡级", "=1+1"]


def test_gap_to_retention_in_children(page: Outline) -> None:
    rows = page.tables["九年义务教育巩固率与目标（教育线，单位：人、%）"][1:]
    assert rows == [
        ["示例省", "940", "1000", "94.00", "95.00", "否", "10", "3"],
        ["=1+1", "940", "1000", "94.00", "95.00", "否", "10", "3"],
        ["示例市市直", "6", "—", "—", "95.00", "—", "—", "3"],
    ]


def test_overdue_steps(page: Outline) -> None:
    assert page.tables["示例省各项期限（单位：件、天）"][1:3] == [["核实", "5", "4", "13"], ["首次劝返", "0", "0", ""]]
    rows = page.tables["各市县超期（单位：件）"]
    assert rows[0] == ["单位", "核实", "首次劝返", "敦促或限期复学通知书", "行政处罚决定书", "提起诉讼", "每月跟踪"]
    assert [row[:2] for row in rows[1:]] == [["示例省", "4"], ["示例市", "4"], ["=1+1", "4"], ["示例市市直", "0"]]


def test_state_of_the_sources(page: Outline) -> None:
    assert page.tables["各类资料状态"][1:] == [
        ["户籍", "0/2", "2025-05-01", "", "=1+1", "示例市市直"],
        ["学籍", "1/2", "2025-09-01至2025-09-10", "=1+1", "", ""],
        ["匹配裁定", "0/2", "", "", "", "全部2个单位"],
    ]
    assert page.tables["被拒收的资料"][1:] == [["学籍", "=1+1", "2025-09-10", "缺少必需的列 <学籍状态>"]]


def test_data_is_escaped(source: str, page: Outline) -> None:
    assert "&lt;b&gt;河口&amp;镇" in source
    assert "<b>" not in source
    assert not any(tag in {"b", "学籍状态"} for tag, _ in page.tags)


def test_nothing_of_villages_and_schools(source: str) -> None:
    assert "秘密" not in source


def test_the_variant_told_is_the_variant_shown(reader: Any, as_of: date, tmp_path: Path) -> None:
    text = write_page(reader, as_of, tmp_path, dropout_variant="ledger", retention_variant="net").read_text(
        encoding="utf-8"
    )
    assert "不论何时发生" in text
    assert ">8</td>" in text
    assert ">111</td>" in text


def test_zero_everywhere_draws_no_chart(
    tables: dict[str, pl.DataFrame],
    make_reader: Callable[[Mapping[str, pl.DataFrame]], Any],
    as_of: date,
    tmp_path: Path,
) -> None:
    zero = tables["zeroing"].with_columns(suspected_open=pl.lit(0), verified_open=pl.lit(0), open_at_end=pl.lit(0))
    within = tables["dropout_rate"].with_columns(over_limit=pl.lit(value=False))
    reader = make_reader({**tables, "zeroing": zero, "dropout_rate": within})
    text = write_page(reader, as_of, tmp_path).read_text(encoding="utf-8")
    assert "<svg" not in text
    assert "各县均没有在册个案" in text
    assert "没有超限单位。" in text


def test_the_chart_keeps_to_one_sheet_of_paper() -> None:
    chart = stacked_bars("图", ("甲", "乙"), [(f"县{number}", number, 0) for number in range(30)])
    assert chart is not None
    assert [bar.label for bar in chart.bars[:2]] == ["县29", "县28"]
    assert (len(chart.bars), chart.left_out) == (MOST_BARS, 9)
    assert stacked_bars("图", ("甲", "乙"), [("县", 0, 0)]) is None


def test_the_same_night_gives_the_same_bytes(reader: Any, as_of: date, path: Path, tmp_path: Path) -> None:
    assert write_page(reader, as_of, tmp_path).read_bytes() == path.read_bytes()


def test_a_night_that_was_not_computed_writes_nothing(reader: Any, tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="2024-01-01"):
        write_page(reader, date(2024, 1, 1), tmp_path)
    assert list(tmp_path.iterdir()) == []
