"""Should anyone believe it?

Belongs here: checks on what a reader hands them: contracts, invariants, the publication screen; all return `Outcome`.
Does not belong here: how a table is made (`pipelines`), when a check runs and what a failure stops (`assets`).
"""
