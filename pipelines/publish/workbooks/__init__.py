"""Workbooks for officials (spec 6.2): native Excel, opened by WPS and Excel alike, bytes the same for the same night.

Belongs here: layout of forms, their heads, feet and footnotes. Does not belong here: computing a number.
"""

from pipelines.publish.workbooks.monthly import MONTHLY_REPORT, write_monthly_report
from pipelines.publish.workbooks.returns import write_returns

__all__ = ["MONTHLY_REPORT", "write_monthly_report", "write_returns"]
