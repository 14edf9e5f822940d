"""The report on a published night's data (数据质量报告): what was expected of its tables, and what did not hold.

Belongs here: running the suites on a night that is published, their results as JSON, the pages. Does not belong here:
what is expected (`quality.suites`, `quality.drift`), how Great Expectations is called (`quality.gx_runner`).
"""
