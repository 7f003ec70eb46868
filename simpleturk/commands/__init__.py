"""One module per thing a user does: read options, call batch/, show the outcome."""
