"""Question XML, and what workers may answer."""
