"""Work that is to be done again: a plan of new places, and what came of it."""
