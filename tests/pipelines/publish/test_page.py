"""The pages as a browser reads them: what they say, that they need nothing from outside, that names stay names."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.listing import Column, Listing, Value
from pipelines.publish.page import PAGE, read_page, write_pages
from pipelines.publish.page.charts import MOST_BARS, lines, stacked_bars
from pipelines.publish.readback import Block, read_back
from pipelines.settings import load_policy

VOID = {"meta", "link", "br", "hr", "img", "input"}
COUNTY = Path("990101") / PAGE
Reports = tuple[Path, list[Block]]


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
        if inside in {"style", "script"}:
            return
        self.text.append(data)
        if inside == "caption":
            self._caption += data
        elif {"td", "th"} & set(self.open):
            self.tables[self._caption][-1][-1] += data
        elif inside in {"h1", "h2", "h3"}:
            self.headings.append((inside, data))


def outline(source: str) -> Outline:
    made = Outline()
    made.feed(source)
    made.close()
    assert made.open == []
    return made


def pages_of(reader: Any, as_of: date, folder: Path, policy: Mapping[str, Any] | None = None) -> list[Block]:
    return write_pages(ReportNight(reader, as_of, policy or load_policy(None, as_of)), folder)


def back(reports: Reports, reader: Any, as_of: date) -> int:
    folder, blocks = reports
    databases = {"published": reader, "quality": reader}
    return read_back(folder, blocks, databases, {".html": read_page}, as_of)


@pytest.fixture(scope="module")
def reports(reader: Any, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    folder = tmp_path_factory.mktemp("reports") / "new"
    return folder, pages_of(reader, as_of, folder)


@pytest.fixture(scope="module")
def source(reports: Reports) -> str:
    return (reports[0] / PAGE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Outline:
    return outline(source)


@pytest.fixture(scope="module")
def county(reports: Reports) -> Outline:
    return outline((reports[0] / COUNTY).read_text(encoding="utf-8"))


def test_a_page_of_the_province_and_one_of_each_county(reports: Reports, page: Outline, county: Outline) -> None:
    files = {path.relative_to(reports[0]).as_posix() for path in reports[0].rglob("*") if path.is_file()}
    assert files == {"index.html", "990101/index.html", "990190/index.html"}
    links = [str(attrs["href"]) for tag, attrs in page.tags if tag == "a"]
    others = {link for link in links if not link.startswith("#")}
    assert others == {"990101/index.html", "990190/index.html", "../expectations/index.html"}
    beside = [(attrs.get("rel"), attrs["href"]) for tag, attrs in county.tags if tag == "a" and attrs.get("rel")]
    assert beside == [("up", "../index.html"), ("next", "../990190/index.html")]


def test_chinese_headings_place_and_date(source: str, page: Outline, county: Outline) -> None:
    assert ("html", {"lang": "zh-CN"}) in page.tags
    titles = [
        *(
            "一览",
            "清零情况",
            "变化趋势",
            "与上次报告相比",
            "在册个案",
            "辍学率超限单位",
            "九年义务教育巩固率",
            "入学率",
        ),
        *("排名与较上月变化", "超期事项", "专项行动与重点季节", "资料来源", "数字是否可信", "校验结果"),
    ]
    assert [text for level, text in page.headings if level == "h2"] == titles
    assert [text for level, text in county.headings if level == "h2"] == titles[:-1]
    assert page.headings[0] == ("h1", "示例省控辍保学情况")
    assert county.headings[0] == ("h1", "=1+1控辍保学情况")
    assert "截至2025年9月20日" in "".join(page.text)
    assert "昨夜" not in source


def test_nothing_is_fetched(reports: Reports) -> None:
    for file in ("index.html", "990101/index.html", "990190/index.html"):
        source = (reports[0] / file).read_text(encoding="utf-8")
        page = outline(source)
        addresses = [str(v) for _, attrs in page.tags for name, v in attrs.items() if name in {"href", "src", "action"}]
        targets = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
        for address in addresses:
            if address.startswith("#"):
                assert address[1:] in targets
            elif address == "../expectations/index.html":
                assert file == "index.html"  # made after publication; the page says that it may not be there
            else:
                assert ((reports[0] / file).parent / address).resolve().is_file()
        assert not {"link", "img", "iframe", "form"} & {tag for tag, _ in page.tags}
        assert not re.search(r"https?:|url\((?!#)|@import|@font-face|fetch\(|XMLHttp|import\(", source)


def test_only_the_page_s_own_style_and_script_may_run(source: str, page: Outline) -> None:
    policy = next(str(attrs["content"]) for tag, attrs in page.tags if attrs.get("http-equiv"))
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not any(name == "style" or name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_every_table_has_a_caption_and_heads(page: Outline, county: Outline) -> None:
    for one in (page, county):
        tags = [tag for tag, _ in one.tags]
        assert tags.count("table") == tags.count("caption") == len(one.tables) > 15
        assert "" not in one.tables
        ids = [attrs["id"] for _, attrs in one.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        for tag, attrs in one.tags:
            if tag == "th":
                assert attrs["scope"] in {"col", "row"}
            for name in ("aria-labelledby", "aria-describedby"):
                assert set((attrs.get(name) or "").split()) <= set(ids)
        for rows in one.tables.values():
            assert {len(row) for row in rows} == {len(rows[0])}


def test_who_is_at_zero_and_since_when(page: Outline, county: Outline) -> None:
    rows = page.tables["清零情况（政府线，单位：人）"]
    assert rows[0] == ["单位", "清零", "清零起始", "已保持天数", "疑似", "辍学", "其中脱贫户", "超期"]
    assert rows[1:] == [
        ["示例省", "否", "", "", "5", "4", "2", "4"],
        ["示例市", "否", "", "", "5", "4", "2", "4"],
        ["=1+1", "否", "", "", "5", "4", "2", "4"],
        ["示例市市直", "是", "2025-08-25", "26", "0", "0", "0", "0"],
    ]
    assert [row[0] for row in county.tables["清零情况（政府线，单位：人）"]] == ["单位", "=1+1", "<b>河口&镇", "山口乡"]


def test_zero_at_a_glance(reports: Reports) -> None:
    place = read_page(reports[0] / PAGE)
    assert place("tiles") == [["否", "", "5", "4"], ["是", "2025-08-25", "0", "0"]]
    assert place("summary-counties") == [["2", "1", "1", "0"]]
    assert place("summary")[0] == ["否", "", "9", "5", "4", "2", "4", "是", "否", "94.00", "10"]


def test_the_trend_is_drawn_and_told(reports: Reports, page: Outline) -> None:
    rows = page.tables["示例省历次运行的在册个案（政府线，单位：人）"]
    assert rows[1:] == [
        ["2025-09-18", "5", "3", "2", "4", "否"],
        ["2025-09-19", "7", "4", "3", "4", "否"],
        ["2025-09-20", "9", "5", "4", "4", "否"],
    ]
    place = read_page(reports[0] / PAGE)
    assert place("c-trend") == [row[1:4] for row in rows[1:]]
    assert place("c-trend-ends") == [["9", "5", "4"]]
    paths = [attrs["d"] for tag, attrs in page.tags if tag == "path"]
    assert paths[0] == "M0.00 50.00L50.00 30.00L100.00 10.00"


def test_what_changed_since_the_last_report(page: Outline) -> None:
    rows = page.tables["示例省与以前相比（政府线，单位：人）"]
    assert rows[0] == ["项目", "现在", "上次（9月19日）", "增减", "一周前（9月13日）", "增减"]
    assert rows[1] == ["在册", "9", "7", "+2", "12", "-3"]
    below = page.tables["各单位与以前相比（政府线，单位：人）"]
    assert below[0] == ["单位", "在册", "较上次", "较一周前", "辍学", "较上次", "较一周前"]
    assert below[3] == ["=1+1", "9", "+2", "-3", "4", "+2", "-3"]


def test_open_cases_are_drawn_in_per_cent(reports: Reports, page: Outline) -> None:
    widths = [attrs["width"] for tag, attrs in page.tags if tag == "rect" and str(attrs.get("width")).endswith("%")]
    assert widths == ["55.56%", "44.44%", "100.00%"]
    assert read_page(reports[0] / PAGE)("c-open") == [["5", "4", "9"]]
    rows = page.tables["在册个案变动（政府线，单位：人）"]
    assert rows[3] == ["=1+1", "9", "2", "1", "3", "9", "5", "4", "3"]


def test_units_over_the_limit_in_the_headline_variant(page: Outline, county: Outline) -> None:
    rows = page.tables["辍学率超限单位（教育线，单位：人、%）"][1:]
    assert [row[0] for row in rows] == ["示例省", "示例市", "=1+1", "<b>河口&镇"]
    assert rows[2] == ["=1+1", "县级", "示例市", "小学", "7", "1000", "0.70", "0.60", "0.65", "是"]
    assert rows[3][1:3] == ["乡级", "=1+1"]
    assert [row[0] for row in county.tables["辍学率超限单位（教育线，单位：人、%）"][1:]] == ["=1+1", "<b>河口&镇"]


def test_gap_to_retention_in_children(page: Outline) -> None:
    rows = page.tables["九年义务教育巩固率与目标（教育线，单位：人、%）"][1:]
    assert rows == [
        ["示例省", "940", "1000", "94.00", "95.00", "否", "10", "3"],
        ["=1+1", "940", "1000", "94.00", "95.00", "否", "10", "3"],
        ["示例市市直", "6", "—", "—", "95.00", "—", "—", "3"],
    ]


def test_entry_rates_with_targets_and_blanks(page: Outline) -> None:
    rows = page.tables["示例省各项入学率与目标（政府线，单位：人、%）"]
    assert rows[1] == ["小学净入学率", "1000", "970", "97.00", "99.00", "否", "20"]
    assert rows[3] == ["义务教育入学率", "1000", "970", "97.00", "—", "—", "—"]
    below = page.tables["各单位入学率与距目标人数（政府线，单位：人、%）"]
    assert below[3][:5] == ["=1+1", "97.00", "20", "97.00", "0"]
    assert below[4][:3] == ["示例市市直", "", "—"]


def test_ranking_and_change_since_last_month(page: Outline, county: Outline) -> None:
    rows = page.tables["辍学率、巩固率的名次（单位：%、百分点）"]
    assert rows[1][:5] == ["=1+1", "示例市", "0.70", "1", "+0.12"]
    assert rows[2][:5] == ["示例市市直", "示例市", "0.70", "—", "—"]
    assert county.tables["=1+1各项指标在本市（州）的名次"][1] == ["小学辍学率", "0.70", "1", "1", "+0.12"]


def test_overdue_steps_campaigns_seasons(page: Outline, county: Outline) -> None:
    assert page.tables["示例省各项期限（单位：件、天）"][1:3] == [["核实", "5", "4", "13"], ["首次劝返", "0", "0", ""]]
    rows = page.tables["各单位超期（单位：件）"]
    assert [row[:2] for row in rows[1:]] == [["示例省", "4"], ["示例市", "4"], ["=1+1", "4"], ["示例市市直", "0"]]
    campaign = page.tables["专项行动（政府线，单位：人、%）"]
    assert campaign[1] == ["示例省", "秋季清零", "全部", "2025-10-31", "10", "6", "4", "60.00", "1"]
    season = county.tables["重点季节（最近一季至统计日，与上年同期）"]
    assert season[1] == ["=1+1", "虫草松茸季", "10", "11", "—", "12", "—", "13", "—", "14", "—"]


def test_state_of_the_sources(page: Outline, county: Outline) -> None:
    both = "缺失：全部2个单位"
    assert page.tables["各类资料状态（单位：个县级单位）"][1:] == [
        ["户籍", "2", "0", "0", "1", "1", "2025-05-01", "过期：=1+1；缺失：示例市市直"],
        ["学籍", "2", "1", "1", "0", "0", "2025-09-01至2025-09-10", "拒收：=1+1"],
        ["匹配裁定", "2", "0", "0", "0", "2", "—", both],
    ]
    assert page.tables["被拒收的资料"][1:] == [["=1+1", "学籍", "2025-09-10", "缺少必需的列 <学籍状态>"]]
    rows = county.tables["=1+1各类资料状态"][1:]
    assert rows[0] == ["户籍", "过期", "2025-05-01", "—", "—", "—"]


def test_whether_the_numbers_can_be_trusted(source: str, page: Outline, county: Outline) -> None:
    found = page.tables["示例省疑似核实率（最近三个立案月份，单位：人、%）"]
    assert [row[0] for row in found[1:]] == ["2025-09", "2025-08", "2025-07"]
    assert found[1] == ["2025-09", "失学", "8", "3", "1", "1", "3", "60.00"]
    restated = page.tables["示例省更正过的已发布数字（单位：个）"]
    assert restated[1] == ["动态清零情况表", "2", "2", "0", "0", "0", "0"]
    cells = county.tables["=1+1最近更正的数字（至多30个）"]
    assert cells[2] == [
        "2025-09-10",
        "动态清零情况表",
        "政府线（户籍）、全部",
        cells[2][3],
        "0",
        "1",
        "迟到的报送",
        "2025-09-18",
    ]
    assert [row[0] for row in page.tables["弄虚作假预警"][1:]] == ["=1+1", "<b>河口&镇"]
    assert page.tables["校验结果汇总（单位：项）"][1] == ["示例省", "3", "1", "1", "1"]
    waived, waits = page.tables["没有通过的校验"][1:]
    assert waived[1:4] == ["不通过", "停止发布", "1"]
    assert waived[6] == "省教育厅数据处：区划调整（至 2025-09-30）"
    assert waits[2:] == [
        "提示办理",
        "12",
        "有 12 名儿童待查询学籍。",
        "按查询途径办理。",
        "",
    ]
    assert "本次发布没有标记；豁免 1 项" in source
    assert "0123456789abcdef" not in source
    assert not any("校验" in caption for caption in county.tables)


def test_data_is_escaped(source: str, page: Outline) -> None:
    assert "&lt;b&gt;河口&amp;镇" in source
    assert "<b>河口" not in source
    assert "学籍状态" not in {tag for tag, _ in page.tags}


def test_nothing_of_villages_and_schools(reports: Reports) -> None:
    assert not any("秘密" in path.read_text(encoding="utf-8") for path in reports[0].rglob("*.html"))


def test_the_variant_told_is_the_variant_shown(reader: Any, as_of: date, tmp_path: Path) -> None:
    policy = {"rates": {"dropout_variant": "ledger", "retention_variant": "net"}}
    pages_of(reader, as_of, tmp_path, policy)
    text = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "不论何时发生" in text
    assert '<td class="n">8</td>' in text
    assert '<td class="n">111</td>' in text


def test_a_first_night_without_cases(
    tables: dict[str, pl.DataFrame],
    make_reader: Callable[[Mapping[str, pl.DataFrame]], Any],
    as_of: date,
    tmp_path: Path,
) -> None:
    """No case, no limit passed, nothing to hold the night against: sentences instead of empty charts and tables."""
    zero = tables["zeroing"].with_columns(suspected_open=pl.lit(0), verified_open=pl.lit(0), open_at_end=pl.lit(0))
    within = tables["dropout_rate"].with_columns(over_limit=pl.lit(value=False))
    reached = tables["retention"].with_columns(gap_children=pl.lit(0))
    first = tables["trend"].filter(pl.col("night") == as_of)
    names = ("change", "campaign", "seasonal", "yield", "integrity", "restatements", "enrolment_rate", "ranking")
    empty = {name: tables[name].clear() for name in names}
    changed = {"zeroing": zero, "dropout_rate": within, "retention": reached, "trend": first, **empty}
    reader = make_reader({**tables, **changed})
    blocks = pages_of(reader, as_of, tmp_path)
    text = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "<figure" not in text
    for sentence in ("各县均没有在册个案", "没有超限单位。", "只有一次运行", "没有更早的运行可以对比。", "没有预警。"):
        assert sentence in text
    assert "专项行动" not in text
    assert back((tmp_path, blocks), reader, as_of) > 100


def _listing(rows: list[tuple[object, ...]], names: str) -> Listing:
    columns = tuple(Column(name, "count", 0) for name in names)
    values = tuple(tuple(Value(one) for one in row) for row in rows)  # type: ignore[arg-type]
    return Listing("图", "人", columns, pl.DataFrame({"row": list(range(len(rows)))}), values)


def test_the_bars_keep_to_one_sheet_of_paper() -> None:
    chart = stacked_bars("c", "图", _listing([(f"县{number}", number, 0) for number in range(30)], "甲乙丙"), "ab")
    assert chart is not None
    assert [bar.label for bar in chart.bars[:2]] == ["县29", "县28"]
    assert chart.listing.rows["row"].to_list()[:2] == [29, 28]
    assert (len(chart.bars), chart.left_out) == (MOST_BARS, 9)
    assert stacked_bars("c", "图", _listing([("县", 0, None)], "甲乙丙"), "ab") is None


def test_labels_of_lines_that_end_together_stand_apart() -> None:
    nights = [(date(2025, 9, 1 + number), 7, 7) for number in range(20)]
    chart = lines("c", "图", _listing(nights, "夜甲乙"), "ab")
    assert chart is not None
    assert abs(chart.ends[0].top - chart.ends[1].top) >= 15
    assert [name for name, _ in chart.ticks] == ["0", "2", "4", "6", "8"]
    on_a_phone = [day.name for day in chart.days if not day.fine]
    assert on_a_phone[0] == "9月1日"
    assert on_a_phone[-1] == "9月20日"
    assert len(on_a_phone) <= 4 < len(chart.days) <= 12
    assert lines("c", "图", _listing(nights[:1], "夜甲乙"), "ab") is None


def test_every_figure_of_every_page_is_compared(reports: Reports, reader: Any, as_of: date) -> None:
    folder, blocks = reports
    figures = sum(
        len(block.listing.values) * sum(column.figure is not None for column in block.listing.columns)
        for block in blocks
    )
    assert back(reports, reader, as_of) == figures > 1000
    for file in ("index.html", "990101/index.html"):
        source = (folder / file).read_text(encoding="utf-8")
        assert set(re.findall(r'data-place="([^"]+)"', source)) == {b.place for b in blocks if b.file == file}


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        (PAGE, '<td class="n">1000</td>', '<td class="n">1001</td>', "t-dropout.*在校生数"),
        (PAGE, '<td class="day">2025-08-25</td>', '<td class="day">2025-08-26</td>', "t-zeroing.*清零起始"),
        (PAGE, '<td class="n alert">0.70</td>', '<td class="n alert">0.07</td>', "t-dropout.*'0.07', database '0.70'"),
        (PAGE, '<td class="n">+2</td>', '<td class="n">+3</td>', "t-change"),
        (PAGE, "清零：<b data-figure>是</b>", "清零：<b data-figure>否</b>", "tiles.*清零"),
        (PAGE, "<title data-figure>7</title>", "<title data-figure>6</title>", "c-trend"),
        (PAGE, "data-figure>9</tspan></text>", "data-figure>8</tspan></text>", "c-"),
        (PAGE, "<dd><span data-figure>4</span>", "<dd><span data-figure>5</span>", "summary"),
        (PAGE, "有 12 名儿童待查询学籍", "有 11 名儿童待查询学籍", r"t-checks\] row 2, 说明\. Run"),
        (COUNTY.as_posix(), '<td class="n">5</td>', '<td class="n">4</td>', "990101/index.html"),
        (PAGE, 'data-place="t-overdue"', 'data-place="t-overdone"', "t-overdue.*shows ''"),
    ],
)
def test_a_page_with_another_number_is_refused(
    reports: Reports, reader: Any, as_of: date, tmp_path: Path, file: str, old: str, new: str, named: str
) -> None:
    for path in reports[0].rglob("*.html"):
        copy = tmp_path / path.relative_to(reports[0])
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KongchuoError, match=named):
        back((tmp_path, reports[1]), reader, as_of)


def test_the_same_night_gives_the_same_bytes(reader: Any, as_of: date, reports: Reports, tmp_path: Path) -> None:
    pages_of(reader, as_of, tmp_path)
    for path in reports[0].rglob("*.html"):
        assert (tmp_path / path.relative_to(reports[0])).read_bytes() == path.read_bytes()


def test_a_night_that_was_not_computed_writes_nothing(reader: Any, tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="2024-01-01"):
        pages_of(reader, date(2024, 1, 1), tmp_path)
    assert list(tmp_path.iterdir()) == []
