"""When, in what order, with which resources? Dagster and the command line.

Belongs here: definitions, partitions, resources, schedule, asset checks made from outcomes, the command `kongchuo`.
Does not belong here: how a table is made (`pipelines`), what it means (`schemas`), whether to believe it (`quality`).
Each asset calls the same step of the night that `kongchuo run --plain` calls.
"""
