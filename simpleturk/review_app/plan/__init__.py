"""The plan of the decisions of a review, and carrying it out."""
