"""New identifiers, in the form of Amazon's: 30 upper-case letters and digits that begin with 3."""

import secrets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id() -> str:
    """A new id. Its 29 random characters make an assignment's id impossible to guess."""
    return "3" + "".join(secrets.choice(ALPHABET) for _ in range(29))
