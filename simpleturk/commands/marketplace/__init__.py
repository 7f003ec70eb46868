"""Commands to run a marketplace."""
