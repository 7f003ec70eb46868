"""New identifiers, in the form of Amazon's: 30 upper-case letters and digits that begin with 3."""

import secrets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id() -> str:
    """A fresh id; 29 random characters, so that nobody guesses an assignment's."""
    return "3" + "".join(secrets.choice(ALPHABET) for _ in range(29))
