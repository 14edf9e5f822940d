"""Nights that are killed: run by `make test-faults`."""
