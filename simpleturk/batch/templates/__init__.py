"""Template + input → the question of a HIT."""
