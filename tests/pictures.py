"""Pictures of the forms of a published night with their parts numbered, for `docs/reports` (`make pictures`).

Needs LibreOffice and poppler. Parts are found by their words on the printed page, so that a picture cannot number what
is not there.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

DPI = 110
COLOURS = 96
CIRCLE = "#1F4E9E"
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the workbook or document, words of its page, the words beside which numbers stand."""

    name: str
    book: str
    page: str
    parts: tuple[str, ...]
    suffix: str = "xlsx"


FORM = ("年10月12日", "填报单位", "单位：人、%", "单位", "甲")
FOOT = ("填报人", "注：1.", "页，共")

# Of restricted workbooks only the copies for meetings are shown.
ROSTER, LISTS = "990221/restricted/失学辍学学生花名册_会议用", "990221/restricted/四张清单_会议用"
LIST = ("年10月12日", "填报单位", "序号")
ROSTER_PAGES = (
    (
        *("suspected", "花名册（疑似）"),
        (*LIST, "姓名", "身份证号", "出生年份", "乡镇", "类别", "立案日期", "原因"),
    ),
    ("due", "应办事项", ("姓名", "脱贫户", "乡镇长", "师长", "劝返次数", "应办事项", "办理期限", "已逾期")),
    ("closed", "安置方式", ("姓名", "销号日期", "销号原因", "安置方式", "反弹")),
)
LIST_PAGES = (
    ("tasks", "任务清单", ("责任线", "责任单位", "责任人", "姓名", "应办事项", "办理期限", "剩余天数", "逾期")),
    ("overdue", "整改清单", ("责任单位", "未办事项", "逾期天数", "整改措施及完成时间")),
    ("closed", "销号清单", ("销号日期", "销号原因", "佐证", "佐证文件", "填报人", "注：1.")),
    ("accountability", "问责清单", ("清单", "单位", "事项", "指标", "数值", "限值")),
)
PICTURES = (
    Picture("monthly", "控辍保学情况月报表", "石门县", (*FORM, "其中：脱贫户", "否", *FOOT)),
    Picture("monthly-chart", "控辍保学情况月报表", "县级图", ("年10月12日", "期末在册个案", "云岭区", "期末")),
    Picture("placement", "劝返安置情况统计表", "合计", (*FORM, "合计", "其中", *FOOT)),
    Picture("retention", "义务教育巩固率监测表", "石门县", (*FORM, "应有人数", "需动员返校人数", *FOOT)),
    Picture("entry", "入学率统计表", "入学率统计表", (*FORM, "小学净入学率", "其中残疾：比率", *FOOT)),
    Picture("dropout", "辍学率监测表", "石门县", (*FORM, "超限", "连续两年超限", *FOOT)),
    Picture("three-way", "三统一核对表", "三方一致", (*FORM, "三方一致", "仅台账", *FOOT)),
    Picture("lists", "四张清单", "任务清单", (*FORM, "核实", "每月跟踪", *FOOT)),
    Picture("trust", "校验表", "可信度一览", (*FORM, "通过（项）", "累计立案（人）", *FOOT)),
    *(Picture(f"roster-{name}", ROSTER, page, parts) for name, page, parts in ROSTER_PAGES),
    *(Picture(f"lists-{name}", LISTS, page, (*LIST, *parts)) for name, page, parts in LIST_PAGES),
    Picture(
        *("bulletin-1", "控辍保学工作通报", "现将有关情况通报如下"),
        ("控辍保学工作通报", "〔2025〕", "示例省", "2025", "截至", "—"),
        "docx",
    ),
    Picture(
        *("bulletin-2", "控辍保学工作通报", "清零情况"),
        (
            "一、清零情况",
            "示例省未清零",
            "个县级单位",
            "二、台账变动",
            "自上次运行",
            "与一周前",
            "三、辍学率超限单位",
            "—",
        ),
        "docx",
    ),
    Picture(
        *("bulletin-3", "控辍保学工作通报", "超限单位如下"),
        ("辍学率超限单位", "连续两年", "四、巩固率和入学率", "九年义务教育巩固率为", "五、排名", "六、逾期事项", "—"),
        "docx",
    ),
    Picture(
        *("bulletin-4", "控辍保学工作通报", "示例省动态清零情况表\n单位"),
        ("附件", "示例省动态清零情况表", "单位：人", "单位", "示例省", "逾期", "注：", "—"),
        "docx",
    ),
    Picture("sources", "校验表", "校验表：资料状态", (*FORM, "送达日期", "退回原因", "页，共")),
)


def main() -> None:
    """Write every picture, and the list of its parts to paste into docs/reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, required=True, help="the folder reports/ of a published night")
    parser.add_argument("--out", type=Path, default=Path("docs/reports"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        books = sorted({str(given.reports / f"{picture.book}.{picture.suffix}") for picture in PICTURES})
        profile = Path(work, "profile").as_uri()
        convert = ["libreoffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
        subprocess.run([*convert, work, *books], check=True, capture_output=True)
        for picture in PICTURES:
            printed = Path(work, f"{Path(picture.book).name}.pdf")
            if not printed.exists():
                raise SystemExit(
                    f"{picture.book}.{picture.suffix} was not printed; LibreOffice Calc and Writer are needed."
                )
            found = draw(picture, printed, given.out / f"{picture.name}.png")
            print(picture.name, *(f"{number} {part}" for number, part in found))  # noqa: T201 - a command's output


def draw(picture: Picture, pdf: Path, out: Path) -> list[tuple[int, str]]:
    """One page with numbered circles left of the words of its parts; a part that is not on the page stops it."""
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = [number for number, one in enumerate(text.split("\f"), start=1) if picture.page in one.split("注：")[0]]
    if not pages:
        raise SystemExit(f"{picture.name}: no page of {pdf.name} shows {picture.page!r}.")
    page = ["-f", str(pages[0]), "-l", str(pages[0])]
    base = pdf.with_suffix("")
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", "-singlefile", *page, str(pdf), str(base)], check=True)
    boxes = subprocess.run(["pdftotext", "-bbox", *page, str(pdf), "-"], check=True, capture_output=True, text=True)
    words = [(float(x), float(y), float(bottom), text) for x, y, _, bottom, text in _WORD.findall(boxes.stdout)]
    image = Image.open(base.with_suffix(".png")).convert("RGB")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=15)
    numbered = list(enumerate(picture.parts, start=1))
    for (number, _), (x, y, bottom) in zip(numbered, _places(picture, words), strict=True):
        centre = (x * DPI / 72 - 12, (y + bottom) / 2 * DPI / 72)
        pen.ellipse([centre[0] - 11, centre[1] - 11, centre[0] + 11, centre[1] + 11], fill=CIRCLE)
        pen.text(centre, str(number), fill="white", font=font, anchor="mm")
    image.quantize(COLOURS).save(out, optimize=True)
    return numbered


def _places(picture: Picture, words: list[tuple[float, float, float, str]]) -> Iterator[tuple[float, float, float]]:
    taken: set[tuple[float, float]] = set()
    for part in picture.parts:
        first = part.split("（")[0][:8]
        for x, y, bottom, text in words:
            if (text.startswith(first) or (part == FORM[0] and part in text)) and (x, y) not in taken:
                taken.add((x, y))
                yield x, y, bottom
                break
        else:
            raise SystemExit(f"{picture.name}: its page does not show {part!r}.")


if __name__ == "__main__":
    main()
