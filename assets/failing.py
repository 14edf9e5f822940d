"""What becomes of an error in Dagster: tried again only where that can help, and told without a trace where it is meant
for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from assets.faults import as_fault
from assets.resources import NightResource
from pipelines.errors import KongchuoError, TemporaryError

KIND = "error"
"""Where a failure says which of our errors it was: an alert may repeat the sentence of those, and of no others."""


@contextmanager
def failing(context: dg.AssetExecutionContext | dg.OpExecutionContext, night: NightResource) -> Iterator[None]:
    """Ask for another try of a step where an error may pass by itself, each after twice the wait of the one before.

    The night is closed meanwhile, so that nobody waits for the warehouse. Every other error is final, a night that a
    check has blocked above all: the same deliveries would be blocked again.
    """
    try:
        yield
    except TemporaryError as error:
        night.close()
        if context.retry_number >= night.retries:
            raise as_failure(error) from error
        context.log.warning("%s", error)
        wait = night.first_wait * 2**context.retry_number
        raise dg.RetryRequested(max_retries=night.retries, seconds_to_wait=wait) from error
    except KongchuoError as error:
        raise as_failure(error) from error
    except (dg.Failure, dg.RetryRequested, dg.DagsterError):
        raise
    except Exception as error:
        # Dagster keeps the text of an error and shows it to everyone: of a fault it gets what may be told.
        raise as_fault(error) from None


def as_failure(error: KongchuoError) -> dg.Failure:
    """The sentence of an error, as Dagster's page shows it."""
    return dg.Failure(description=str(error), metadata={KIND: type(error).__name__}, allow_retries=False)
