"""The rules of HITs, assignments and money."""
