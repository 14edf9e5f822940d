"""The benchmark: a fast maker of clean deliveries, the floor beneath any loader, and the measured night.

What belongs here: code that makes a province of any size, times DuckDB merely reading it, and times the night.
What does not: the sample province (``data/sample``) and anything that the pipeline itself imports.
"""
