"""Documents in the official layout (GB/T 9704): the bulletin, its short forms, the reports of the four cycles.

Here are the layout, the sentences and the reading back of what was written. Numbers come from listings and facts that
are bound to cells of the published tables; nothing is computed here.
"""

from pipelines.publish.documents.bulletin import write_bulletins
from pipelines.publish.documents.read import read_document

__all__ = ["read_document", "write_bulletins"]
