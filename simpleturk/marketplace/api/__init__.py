"""MTurk's API."""
