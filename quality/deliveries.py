"""Refused, ignored and unfinished deliveries of tonight as outcomes: the run goes on and says so (spec 2.5)."""

from __future__ import annotations

from collections.abc import Sequence

from quality.outcome import Outcome, judge

CHECKS = ("refused_deliveries", "ignored_files", "unfinished_files")


def delivery_outcomes(
    refused: Sequence[tuple[str, str]], ignored: Sequence[str], unfinished: Sequence[str]
) -> list[Outcome]:
    """Three outcomes that never block: refused new deliveries (delivery, reason), files that are no delivery, and files
    that were still being written and are left for a later run.
    """
    return [
        judge(
            "refused_deliveries",
            "landing.deliveries",
            len(refused),
            good="本次没有被退回的交付文件。",
            bad=f"本次有 {len(refused)} 个交付文件被退回，沿用原有数据。",
            action="按退回原因改正后重新交付。",
            blocking=False,
            sample=[f"{delivery}: {reason}" for delivery, reason in refused],
        ),
        judge(
            "ignored_files",
            "landing.deliveries",
            len(ignored),
            good="交付目录中没有无法识别的文件。",
            bad=f"交付目录中有 {len(ignored)} 个无法识别的文件，未读取。",
            action="文件名应为“类别_六位代码.扩展名”，放在以日期命名的目录中。",
            blocking=False,
            sample=list(ignored),
        ),
        judge(
            "unfinished_files",
            "landing.deliveries",
            len(unfinished),
            good="没有正在传输的交付文件。",
            bad=f"有 {len(unfinished)} 个交付文件正在传输，本次未读取，留待下次。",
            action="传输完成后自动读取；若文件名以 .part 或 .tmp 结尾，传完后应改为正式文件名。",
            blocking=False,
            sample=list(unfinished),
        ),
    ]
