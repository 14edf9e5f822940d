"""index.html (spec 6.2, item 11): one page that opens offline, on a phone, on a desk, on paper.

Belongs here: what the page shows (`sections`), its charts (`chart`), its template and style as files. Does not belong
here: computing a number.
"""

from pipelines.publish.page.render import PAGE, write_page

__all__ = ["PAGE", "write_page"]
