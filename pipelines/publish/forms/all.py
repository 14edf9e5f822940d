"""All forms that are workbooks, in the order of spec 6.2."""

from __future__ import annotations

from pipelines.publish.forms.form import Form
from pipelines.publish.forms.monthly import MONTHLY

FORMS: tuple[Form, ...] = (MONTHLY,)
