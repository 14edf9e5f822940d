"""Errors meant for the person who must act on them: one clear sentence, no trace."""


class KongchuoError(Exception):
    """Base of every error a user can cause or mend; the message is one sentence that says what to do."""


class TemporaryError(KongchuoError):
    """What may pass by itself: a landing folder that cannot be reached, a home that another run holds. Retry it."""


class HomeHeldError(TemporaryError):
    """Another run holds the home; the message names it."""


class WarehouseDamagedError(KongchuoError):
    """The warehouse file cannot be read; `kongchuo rebuild` makes it anew."""


class SettingsError(KongchuoError):
    """The policy file or a path given to the night cannot be used."""


class NightBlocked(KongchuoError):
    """A blocking check failed: nothing was published, `current` is as it was."""

    def __init__(self, message: str, outcomes: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.outcomes = outcomes


class ModelError(Exception):
    """A model cannot be run: a fault of the program, not of its user."""
