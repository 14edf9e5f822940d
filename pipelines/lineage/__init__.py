"""Column lineage: from which columns each column is made, read from the SQL of the models and from the contracts.

Belongs here: reading SQL with sqlglot (`expressions`, `relations`), what no model makes (`unmodelled`), the way down to
the header of an extract (`closure`), and the command that writes it all down (`python -m pipelines.lineage`). Does not
belong here: showing it. A night reads no SQL for it: the result is two files (`schemas.lineage`).

Kinds of origin (`how`):

`value`      the value flows into the column: copied, added up, compared, handed to a function or macro.
`condition`  only decides: between values that come from columns (`case`, `filter`, the order of a window), or which row
             it is (a comparison of identifiers).
`rows`       of the column `*` of a table: what lets its rows in (`where`, `having`, `qualify`, a join that is no
             equation, a set operation) and the tables whose rows they are.
`given`      the end of the way: a header of an extract, a number of policy, the program's own records.
`constant`   made from no column: a word of the model, a parameter of the night.

A word or a date of the night that a `case` chooses tells nothing: its condition is then the value. A count is told by
its filter; without one, or with one of dates and policy alone, by what lets the rows in, as are `exists` and the
question whether an outer join found a row. In a part of a union a word is told by what lets the rows of that part in,
beside an extract by the extract.

Left out: the equations of joins (a key does not tell a value), `group by` but for counts that nothing filters,
`order by`. In the layers `core` and `matching` rows are those of the extracts: neither which delivery is in force nor
which rows are one child says what a number is made of.
"""
