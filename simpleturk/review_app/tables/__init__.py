"""The tables of a review: assignments, workers, HITs; figures; and what is seen as a file."""
