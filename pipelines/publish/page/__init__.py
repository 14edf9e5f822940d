"""index.html (spec 6.2, item 11): a page of the province and one of each county that open offline, anywhere.

Belongs here: what each section shows, as parts bound to published cells (`zero`, `trend`, `change`, `rates`, `work`,
`trust`), its charts (`charts`), template, style and script as files, and how a written page is read back (`read`). Does
not belong here: computing a number.
"""

from pipelines.publish.page.read import read_page
from pipelines.publish.page.render import PAGE, write_pages

__all__ = ["PAGE", "read_page", "write_pages"]
