"""Which program this is: written down with every run, and the version of the distribution."""

PROGRAM = "0.1.0"
