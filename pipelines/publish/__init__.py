"""What leaves the warehouse: database files, workbooks, the page, and the folder of a night that appears in one step.

Belongs here: writing and moving files. Does not belong here: any rule that makes a number (see `pipelines/models`).
"""
