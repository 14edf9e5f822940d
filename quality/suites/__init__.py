"""Suites for the readers of a published night: what is expected of its tables, in sentences.

Belongs here: what an expectation is, the suites made from contracts, those written by hand. Does not belong here: how
they are run (`quality.gx_runner`), what a night is held against (`quality.drift`), how the report looks (`pipelines`).
"""
