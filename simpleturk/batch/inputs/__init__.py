"""The inputs of a batch: JSON Lines or CSV, one value for each HIT."""
