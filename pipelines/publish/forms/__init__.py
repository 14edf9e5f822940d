"""What each form for officials says (spec 6.2): its columns bound to published tables, its rows, its footnotes.

Belongs here: one module a form, as data. Does not belong here: how a file is written (`workbooks`, `bulletin`, `page`),
computing a number.
"""
