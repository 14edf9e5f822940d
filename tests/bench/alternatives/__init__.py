"""What a user would reach for instead: the core of the night in pandas, in plain Polars and in local Spark.

What belongs here: the job, said once, and one process a way. What does not: rules that the pipeline takes from here.
"""
