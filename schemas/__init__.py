"""What does every extract, table and column mean?

Belongs here: contracts (columns, tables, allowed values), code lists, units, sources, and what is made from the
contracts alone: DDL, comments, Pandera models, the dictionary. Does not belong here: anything that reads a delivery or
a database; this package imports none of the others.
"""
