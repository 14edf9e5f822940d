"""The prepared document: page, styles, fonts and page number of GB/T 9704, made once with python-docx.

A document differs from it in its body and its properties alone, so that 89 of them cost what their text costs.
Fonts are named, with others in their place where an office lacks them; nothing is embedded.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import Any

SONG_TITLE, SONG, FANG, KAI, HEI = "方正小标宋简体", "宋体", "仿宋_GB2312", "楷体_GB2312", "黑体"
FALLBACKS = {
    SONG_TITLE: "方正小标宋_GBK,小标宋体,华文中宋,宋体",
    FANG: "仿宋,方正仿宋_GBK,FangSong",
    KAI: "楷体,方正楷体_GBK,KaiTi",
    HEI: "方正黑体_GBK,SimHei",
    SONG: "SimSun",
}
RED, LINE = "FF0000", 28
TIGHT = -5
"""Twentieths of a point between characters of 3号: 28 of them fill the 156 mm of a line."""
# Sizes in points: 2号, 3号, 4号, 小四, 五号.
TWO, THREE, FOUR, SMALL_FOUR, FIVE = 22, 16, 14, 12, 10.5
BODY, CORE = "word/document.xml", "docProps/core.xml"
# What python-docx's own template brings along and no reader misses.
_LEFT_OUT = (
    *("docProps/thumbnail.jpeg", "docProps/app.xml", "customXml/"),
    *("word/stylesWithEffects.xml", "word/numbering.xml", "word/webSettings.xml"),
)
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class Style:
    """One style: how its text is set; `level` of a heading in the navigation pane, `indent` in characters."""

    id: str
    name: str
    font: str = FANG
    size: float = THREE
    align: str = "both"
    indent: int = 0
    level: int | None = None
    exact: bool = True
    before: float = 0
    after: float = 0
    colour: str = ""
    right: int = 0
    keep: bool = False
    red_line: bool = False


STYLES = (
    Style("Masthead", "发文机关标志", SONG_TITLE, 44, "center", exact=False, before=99, after=40, colour=RED),
    Style("DocumentNumber", "发文字号", align="center", after=56, red_line=True),
    Style("Title", "Title", SONG_TITLE, TWO, "center", after=28, keep=True),
    Style("Heading1", "heading 1", HEI, indent=2, level=0, keep=True),
    Style("Heading2", "heading 2", KAI, indent=2, level=1, keep=True),
    Style("Heading3", "heading 3", FANG, indent=2, level=2, keep=True),
    Style("OfficialText", "公文正文", indent=2),
    Style("Attachments", "附件说明", align="left", indent=2),
    Style("Attachment", "附件", HEI, align="left", keep=True, level=0),
    Style("Signature", "署名", align="right", before=56, keep=True),
    Style("SignatureDate", "成文日期", align="right", right=4),
    Style("Measure", "表单位", size=FOUR, align="right", exact=False, keep=True),
    Style("TableCaption", "表题", HEI, FOUR, "center", exact=False, before=8, after=4, keep=True),
    Style("TableHead", "表头", HEI, FIVE, "center", exact=False, keep=True),
    Style("TableText", "表内文字", FANG, FIVE, "left", exact=False),
    Style("TableCentre", "表内居中", FANG, FIVE, "center", exact=False),
    Style("TableNumber", "表内数字", FANG, FIVE, "right", exact=False),
    Style("TableNote", "表注", FANG, FIVE, "both", exact=False, before=2),
    Style("AfterTable", "表后", size=2, exact=False),
    Style("PageNumber", "页码", SONG, FOUR, "right", exact=False),
)
FIGURE = "Figure"
CELL_MARGINS = '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>'


@cache
def prepared() -> dict[str, bytes]:
    """The parts of the prepared document by name, without body and properties; the same bytes every time."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    section.header_distance, section.footer_distance = Mm(15), Mm(22)
    _styles(document.styles.element)
    _page_number(section.footer, "right")
    _page_number(section.even_page_footer, "left")
    _grid(section._sectPr)
    held = io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as saved:
        parts = {name: saved.read(name) for name in saved.namelist() if not name.startswith(_LEFT_OUT)}
    parts["word/fontTable.xml"] = _fonts().encode()
    parts["word/settings.xml"] = _settings().encode()
    gone = b"thumbnail|image/jpeg|customXml|app\\.xml|stylesWithEffects|numbering|webSettings"
    for name in ("_rels/.rels", "word/_rels/document.xml.rels", "[Content_Types].xml"):
        parts[name] = re.sub(rb"<(?:Relationship|Override|Default) [^>]*(?:" + gone + rb")[^>]*/>", b"", parts[name])
    return parts


@cache
def frame() -> tuple[str, str]:
    """What stands before and after the body of a document: the root with its names, the section of the page."""
    text = prepared()[BODY].decode()
    start = text.index("<w:body>") + len("<w:body>")
    section = text[text.index("<w:sectPr", start) : text.index("</w:sectPr>") + len("</w:sectPr>")]
    return text[:start], section + "</w:body></w:document>"


def _element(text: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(text)


def _font(name: str, size: float, colour: str = "", tight: int = 0) -> str:
    fonts = f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'
    tint = f'<w:color w:val="{colour or "000000"}"/>'
    half = round(size * 2)
    return (
        f'<w:rPr>{fonts}<w:b w:val="0"/><w:i w:val="0"/>{tint}<w:spacing w:val="{tight}"/><w:kern w:val="0"/>'
        f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'
    )


def _paragraph(style: Style) -> str:
    """The paragraph properties in the order that the schema asks for."""
    keep = "<w:keepNext/><w:keepLines/>" if style.keep else ""
    border = ""
    if style.red_line:
        border = f'<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="11" w:color="{RED}"/></w:pBdr>'
    before, after = round(style.before * 20), round(style.after * 20)
    line = f'w:line="{LINE * 20}" w:lineRule="exact"' if style.exact else 'w:line="240" w:lineRule="auto"'
    size = round(style.size * 20)
    indent = (
        f'<w:ind w:left="0" w:right="{style.right * size}" w:rightChars="{style.right * 100}" '
        f'w:firstLine="{style.indent * size}" w:firstLineChars="{style.indent * 100}"/>'
    )
    level = f'<w:outlineLvl w:val="{style.level}"/>' if style.level is not None else ""
    grid = '<w:snapToGrid w:val="0"/>' if not style.exact else ""
    return (
        f'<w:pPr>{keep}<w:widowControl w:val="0"/>{border}{grid}'
        f'<w:spacing w:before="{before}" w:after="{after}" {line}/>{indent}<w:contextualSpacing w:val="0"/>'
        f'<w:jc w:val="{style.align}"/>{level}</w:pPr>'
    )


def _styles(root: Any) -> None:
    """Put our styles in the place of the template's own; the rest of its many styles goes."""
    from docx.oxml.ns import qn

    for style in root.findall(qn("w:style")):
        root.remove(style)
    defaults = root.find(qn("w:docDefaults"))
    root.replace(
        defaults,
        _element(
            f'<w:docDefaults xmlns:w="{MAIN}"><w:rPrDefault><w:rPr>'
            f'<w:rFonts w:ascii="{FANG}" w:hAnsi="{FANG}" w:eastAsia="{FANG}" w:cs="{FANG}"/>'
            '<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
            "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        ),
    )
    normal = Style("Normal", "Normal")
    for style in (normal, *STYLES):
        based = "" if style is normal else '<w:basedOn w:val="Normal"/>'
        default = ' w:default="1"' if style is normal else ""
        tight = TIGHT if style.size == THREE else 0
        following = '<w:next w:val="OfficialText"/>' if style.level is not None else ""
        root.append(
            _element(
                f'<w:style xmlns:w="{MAIN}" w:type="paragraph"{default} w:styleId="{style.id}">'
                f'<w:name w:val="{style.name}"/>{based}{following}<w:qFormat/>'
                f"{_paragraph(style)}{_font(style.font, style.size, style.colour, tight)}</w:style>"
            )
        )
    root.append(
        _element(
            f'<w:style xmlns:w="{MAIN}" w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
            '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        )
    )
    # How a figure looks is the paragraph's: the style only says that it is one.
    root.append(
        _element(
            f'<w:style xmlns:w="{MAIN}" w:type="character" w:customStyle="1" w:styleId="{FIGURE}">'
            '<w:name w:val="数据"/><w:basedOn w:val="DefaultParagraphFont"/></w:style>'
        )
    )
    root.append(
        _element(
            f'<w:style xmlns:w="{MAIN}" w:type="table" w:default="1" w:styleId="TableNormal">'
            '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
            f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/>{CELL_MARGINS}</w:tblPr></w:style>'
        )
    )


def _page_number(footer: Any, side: str) -> None:
    """— 1 — on the outer side, one character from the edge of the text."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]._p
    for child in list(paragraph):
        paragraph.remove(child)
    edge = "right" if side == "right" else "left"
    paragraph.append(
        _element(
            f'<w:pPr xmlns:w="{MAIN}"><w:pStyle w:val="PageNumber"/>'
            f'<w:ind w:{edge}="280" w:{edge}Chars="100"/><w:jc w:val="{side}"/></w:pPr>'
        )
    )
    for piece in (
        "<w:t>— </w:t>",
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
        "<w:t> —</w:t>",
    ):
        text = piece.replace("<w:t>", '<w:t xml:space="preserve">')
        paragraph.append(_element(f'<w:r xmlns:w="{MAIN}">{text}</w:r>'))


def _grid(section: Any) -> None:
    """22 lines a page. No grid of characters: programs disagree about it; `TIGHT` gives the 28 of a line."""
    from docx.oxml.ns import qn

    for old in section.findall(qn("w:docGrid")):
        section.remove(old)
    section.append(_element(f'<w:docGrid xmlns:w="{MAIN}" w:type="lines" w:linePitch="579"/>'))


def _fonts() -> str:
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, others in FALLBACKS.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{MAIN}">{listed}</w:fonts>'


def _settings() -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:settings xmlns:w="{MAIN}">'
        '<w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/>'
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
        "<w:doNotExpandShiftReturn/><w:useFELayout/>"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        "</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )
