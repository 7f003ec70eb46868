"""launch: create the HITs of a batch."""
