"""New identifiers, in the form of Amazon's: 30 upper-case letters and digits that begin with 3."""

import secrets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#: Random bytes below this number become characters, each of them with the same probability; the others are left out.
_EVEN = 256 // len(ALPHABET) * len(ALPHABET)
_CHARACTERS = (ALPHABET * 8).encode()[:256]
_LEFT_OUT = bytes(range(_EVEN, 256))


def new_id() -> str:
    """A new id. Its 29 random characters make an assignment's id impossible to guess."""
    characters = b""
    while len(characters) < 29:
        characters += secrets.token_bytes(32).translate(_CHARACTERS, _LEFT_OUT)
    return "3" + characters[:29].decode()
