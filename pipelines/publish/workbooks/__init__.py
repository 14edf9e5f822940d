"""Workbooks for officials (spec 6.2): native Excel, opened by WPS and Excel alike, bytes the same for the same night.

Belongs here: layout of forms, their heads, feet and charts. Does not belong here: what a form says (`forms`), computing
a number.
"""

from pipelines.publish.workbooks.name_list import write_name_files
from pipelines.publish.workbooks.returns import write_returns
from pipelines.publish.workbooks.write import write_form, write_forms

__all__ = ["write_form", "write_forms", "write_name_files", "write_returns"]
