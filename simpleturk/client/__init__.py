"""One Mechanical Turk endpoint: which one, connecting, operations, retries. Only this room calls MTurk's API."""
