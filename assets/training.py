"""`kongchuo train-matching`: weights of the probabilistic tier from a home's deliveries (docs/matching.md)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import typer

from pipelines.errors import KongchuoError


def train_and_write(landing: Path, home: Path, as_of: date, policy: Path | None, out: Path | None) -> None:
    """Run the night up to its persons, learn, and write the model beside the warehouse; nothing is published."""
    from pipelines.linkage import MODEL, read_model
    from pipelines.linkage_training import train
    from pipelines.night import open_night

    target = out or home / "matching_model.json"
    settings = read_model(MODEL)
    # Keys of children are made on the way and thrown away: no secret is needed.
    with open_night(as_of, landing, home, policy, b"") as night:
        night.policy["matching"]["probabilistic"] = False
        night.run_step("matching")
        trained = train(night.engine, settings)
    text = json.dumps(trained.settings, ensure_ascii=False, indent=1) + "\n"
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise KongchuoError(
            f"The model cannot be written to {target} ({error.strerror}); give another --out."
        ) from error
    typer.echo(f"model {target}: {trained.spoilt_pairs} spoilt pairs, {trained.number_pairs} pairs with spoilt numbers")
    typer.echo("Measure it (make bench-matching), then put it in data/reference/matching_model.json.")
