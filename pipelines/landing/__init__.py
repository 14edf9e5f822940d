"""Deliveries as agencies send them → clean tables (spec 2).

Belongs here: what lies in the landing folder, readers by format, the header map, cleaning of cells, judging of rows and
files, the record of deliveries. Does not belong here: which delivery is in force at a date and what rows mean together
(see `pipelines/models/core`).
"""

from pipelines.landing.scan import LandingError
from pipelines.landing.step import IngestResult, Refusal, ingest

__all__ = ["IngestResult", "LandingError", "Refusal", "ingest"]
