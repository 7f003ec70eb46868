"""Commands that create a batch and work on it."""
