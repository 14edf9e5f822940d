"""The bulletin as its reader opens it: layout of GB/T 9704, sentences, tables; no other number than the database's."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import duckdb
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish.documents import read_document, write_bulletins
from pipelines.publish.documents.document import PROSE, Document
from pipelines.publish.documents.read import meant
from pipelines.publish.documents.shown import as_change, came, shown, some
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.listing import Column, Value, figure
from pipelines.publish.readback import Block, read_back
from pipelines.publish.step import publish_night
from pipelines.settings import load_policy
from tests.pipelines.publish.test_databases import NIGHT, told

FILE = "控辍保学工作通报.docx"
POLICY = load_policy(None, NIGHT)
HEADINGS = ["清零情况", "台账变动", "辍学率超限单位", "巩固率和入学率", "排名", "逾期事项", "资料与数据质量"]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published night of a province with four children, of whom one dropped out."""
    made = told()
    try:
        return publish_night(made.engine, tmp_path_factory.mktemp("home"), NIGHT, POLICY)
    finally:
        made.engine.close()


@pytest.fixture(scope="module")
def bulletin(night: Path) -> Any:
    return docx.Document(str(night / "reports" / FILE))


@pytest.fixture
def written(night: Path, tmp_path: Path) -> Iterator[tuple[Path, list[Block], dict[str, Snapshot]]]:
    """The bulletins of the night written anew, with the databases that they are held against."""
    with Snapshot(night / "report.duckdb") as report, Snapshot(night / "cases.duckdb") as cases:
        blocks = write_bulletins(ReportNight(report, NIGHT, POLICY), tmp_path)
        yield tmp_path, blocks, {"published": report, "quality": cases, "restricted": cases}


def texts(document: Any, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def back(written: tuple[Path, list[Block], dict[str, Snapshot]]) -> int:
    folder, blocks, databases = written
    return read_back(folder, blocks, databases, {".docx": read_document}, NIGHT)


def figures(document: Any) -> list[Any]:
    """The runs of sentences that are figures."""
    return [run for paragraph in document.paragraphs for run in paragraph.runs if run.style.name == "数据"]


def test_the_province_and_every_county_have_one(night: Path) -> None:
    with duckdb.connect(str(night / "report.duckdb"), read_only=True) as report:
        query = "select distinct unit_code[:6] from published.zeroing where unit_level = 'county'"
        counties = {code for (code,) in report.execute(query).fetchall()}
    assert {path.parent.name for path in (night / "reports").rglob(FILE)} == {"reports", *counties}


def test_the_page_is_that_of_the_standard(bulletin: Any) -> None:
    [section] = bulletin.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(Mm(0).mm + margin.mm) for margin in margins] == [37, 28, 26, 35]
    body = bulletin.styles["公文正文"].paragraph_format
    assert body.line_spacing == Pt(28)
    # 22 lines of 28 points stand in the 225 mm of the type area, a 23rd does not.
    assert 22 * 28 <= (297 - 37 - 35) / 25.4 * 72 < 23 * 28
    indent = bulletin.styles["公文正文"].element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    assert indent.get(qn("w:firstLineChars")) == "200"


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("公文正文", "仿宋_GB2312", 16),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("页码", "宋体", 14),
    ],
)
def test_fonts_and_sizes(bulletin: Any, style: str, font: str, size: float) -> None:
    found = bulletin.styles[style]
    fonts = found.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    assert {fonts.get(qn(f"w:{script}")) for script in ("eastAsia", "ascii", "hAnsi")} == {font}
    assert found.font.size == Pt(size)


def test_fonts_that_an_office_lacks_have_others_in_their_place(night: Path) -> None:
    with zipfile.ZipFile(night / "reports" / FILE) as archive:
        fonts = archive.read("word/fontTable.xml").decode()
        assert not [name for name in archive.namelist() if "font" in name.lower() and name != "word/fontTable.xml"]
    assert re.findall(r'w:name="([^"]+)"><w:altName w:val="([^",]+)', fonts)[0] == ("方正小标宋简体", "方正小标宋_GBK")


def test_page_numbers_stand_outside(bulletin: Any) -> None:
    [section] = bulletin.sections
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        [paragraph] = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert "PAGE" in paragraph._p.xml
        assert paragraph._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
    assert bulletin.settings.odd_and_even_pages_header_footer


def test_parts_and_headings(bulletin: Any) -> None:
    assert texts(bulletin, "发文机关标志") == ["控辍保学工作通报"]
    assert texts(bulletin, "发文字号") == ["〔2025〕　　号"]
    assert texts(bulletin, "Title")[0] == "示例省\n2025年9月10日控辍保学工作通报"
    expected = [f"{order}、{title}" for order, title in zip("一二三四五六七", HEADINGS, strict=True)]
    assert texts(bulletin, "Heading 1") == expected
    assert texts(bulletin, "Heading 2")[:2] == ["（一）总体情况", "（二）所辖单位"]
    assert texts(bulletin, "署名") == ["示例省"]
    assert texts(bulletin, "成文日期") == ["2025年9月10日"]
    # Attachments are named after the text and follow it in the same order.
    assert [text[3:] for text in texts(bulletin, "附件说明")] == [
        f"{number}.{title}" for number, title in enumerate(texts(bulletin, "Title")[1:], start=1)
    ]


def test_every_table_repeats_its_head_and_divides_no_row(bulletin: Any) -> None:
    assert len(bulletin.tables) >= 3
    for table in bulletin.tables:
        head, *rows = table._tbl.tr_lst
        assert head.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))
        assert sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) == 8845  # 156 mm


def test_no_clock_and_the_same_bytes_twice(night: Path, written: Any, bulletin: Any) -> None:
    folder, _, _ = written
    properties = bulletin.core_properties
    assert properties.created.date() == properties.modified.date() == NIGHT
    assert properties.title == "示例省2025年9月10日控辍保学工作通报"
    for path in folder.rglob("*.docx"):
        assert path.read_bytes() == (night / "reports" / path.relative_to(folder)).read_bytes()
    with zipfile.ZipFile(folder / FILE) as archive:
        assert {part.date_time for part in archive.infolist()} == {(NIGHT.year, NIGHT.month, NIGHT.day, 0, 0, 0)}


def test_every_figure_is_compared(written: Any, bulletin: Any) -> None:
    _, blocks, _ = written
    expected = sum(
        len(block.listing.values) * sum(column.figure is not None for column in block.listing.columns)
        for block in blocks
    )
    assert back(written) == expected > 100
    [prose] = [block for block in blocks if block.file == FILE and block.place == PROSE]
    assert len(figures(bulletin)) == len(prose.listing.columns) > 20


def test_no_number_of_a_sentence_stands_beside_a_figure(bulletin: Any) -> None:
    """What is no figure in the body holds no number but dates, years and the numbers of attachments."""
    for paragraph in bulletin.paragraphs:
        if paragraph.style.name == "公文正文" and not paragraph.text.startswith(("所用资料", "资料缺陷")):
            said = "".join("" if run.style.name == "数据" else run.text for run in paragraph.runs)
            said = re.sub(r"\d{4}年\d+月\d+日|\d{4}—\d{4}学年|附件\d", "", said)
            assert not re.search(r"\d", said), paragraph.text


@pytest.mark.parametrize(("like", "other"), [(r"\d+", "77"), ("没有", "77"), (r"2025年9月\d+日", "2025年8月25日")])
def test_another_figure_in_a_sentence_is_found(written: Any, like: str, other: str) -> None:
    path = written[0] / FILE
    document = docx.Document(str(path))
    next(run for run in figures(document) if re.fullmatch(like, run.text)).text = other
    document.save(str(path))
    with pytest.raises(KongchuoError, match=r"figure\(s\) in the files differ from the database"):
        back(written)


def test_another_figure_in_a_table_is_found(written: Any) -> None:
    folder, _, _ = written
    path = folder / FILE
    document = docx.Document(str(path))
    cell = document.tables[-1].rows[-1].cells[1]
    cell.paragraphs[0].runs[0].text = "33.33"
    document.save(str(path))
    with pytest.raises(KongchuoError, match=r"33\.33"):
        back(written)


def test_a_tampered_document_stops_the_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Document.write

    def tampering(self: Document, path: Path) -> None:
        real(self, path)
        if path.parent.name == "reports":
            document = docx.Document(str(path))
            run = next(run for run in figures(document) if run.text.isdigit())
            run.text = str(int(run.text) + 1)
            document.save(str(path))

    monkeypatch.setattr(Document, "write", tampering)
    made = told()
    try:
        with pytest.raises(KongchuoError, match=rf"nothing was published: {FILE} \[{PROSE}\]"):
            publish_night(made.engine, tmp_path, NIGHT, POLICY)
    finally:
        made.engine.close()
    assert not (tmp_path / "published" / "current").exists()
    assert not list((tmp_path / "published").glob("2025-*"))


def _shown(raw: int | dt.date | None, kind: Any = "count") -> Any:
    one = figure("zeroing", "opened", unit_code="1", line="household", group_="all")
    return shown(Column("x", kind, 0, one), Value(raw))


def said(pieces: Any) -> str:
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


def test_none_one_and_many_are_said_as_people_say_them() -> None:
    assert said(some(_shown(0), "逾期未办的个案")) == "没有逾期未办的个案"
    assert said(some(_shown(3), "逾期未办的个案")) == "逾期未办的个案有3人"
    assert said(came("新增", _shown(0))) == "没有新增"
    assert said(came("新增", _shown(1))) == "新增1人"
    assert [as_change(_shown(number)).text for number in (3, -3, 0)] == ["增加3", "减少3", "持平"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("没有", "0"),
        ("持平", "0"),
        ("增加3", "3"),
        ("减少3", "-3"),
        ("12", "12"),
        ("2025年9月1日", dt.date(2025, 9, 1)),
    ],
)
def test_words_are_taken_back_to_numbers(text: str, value: object) -> None:
    assert meant(text) == value


@pytest.mark.full
def test_a_word_processor_opens_it(night: Path, tmp_path: Path) -> None:
    """LibreOffice sets the pages: text, tables and page numbers are there, attachments begin a page."""
    office, reader = shutil.which("lowriter"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("lowriter (LibreOffice Writer) or pdftotext is not installed; `make test-full` installs them")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(night / "reports" / FILE)], check=True, capture_output=True, timeout=300)
    pdf = tmp_path / "控辍保学工作通报.pdf"
    text = subprocess.run([reader, "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    pages = [re.sub(r"\s", "", page) for page in text.rstrip("\f").split("\f")]
    assert 4 <= len(pages) <= 12
    assert pages[0].startswith("控辍保学工作通报〔2025〕号示例省2025年9月10日控辍保学工作通报")
    for number, page in enumerate(pages, start=1):
        assert page.endswith(f"—{number}—")
    assert [page[:3] for page in pages if page.startswith("附件")] == ["附件1", "附件2"]
    assert all(title in "".join(pages) for title in HEADINGS)
