"""All forms that are workbooks, in the order of spec 6.2."""

from __future__ import annotations

from pipelines.publish.forms.checks import CHECKS, COUNTY_CHECKS
from pipelines.publish.forms.dropout import DROPOUT
from pipelines.publish.forms.entry import ENTRY
from pipelines.publish.forms.form import Form
from pipelines.publish.forms.lists import LISTS
from pipelines.publish.forms.monthly import MONTHLY
from pipelines.publish.forms.placement import PLACEMENT
from pipelines.publish.forms.retention import RETENTION
from pipelines.publish.forms.three_way import THREE_WAY

FORMS: tuple[Form, ...] = (MONTHLY, PLACEMENT, RETENTION, ENTRY, DROPOUT, THREE_WAY, LISTS, CHECKS, COUNTY_CHECKS)
