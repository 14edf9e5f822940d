"""How is each table made? Polars for files, SQL for rules, an engine to run it, the night.

Belongs here: settings, reading of deliveries, SQL models, engines, publication, the night as plain function calls.
Does not belong here: Dagster, the clock, the environment (see `assets`), and what a table means (see `schemas`).
"""
