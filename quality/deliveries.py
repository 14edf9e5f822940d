"""Refused and ignored deliveries of tonight as outcomes: the run goes on and says so (spec 2.5)."""

from __future__ import annotations

from collections.abc import Sequence

from quality.outcome import Outcome, judge


def delivery_outcomes(refused: Sequence[tuple[str, str]], ignored: Sequence[str]) -> list[Outcome]:
    """Two outcomes that never block: refused new deliveries (delivery, reason), and files that are no delivery."""
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
    ]
