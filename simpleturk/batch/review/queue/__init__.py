"""What waits for review: the assignments of a batch, their order, their workers, and the decisions so far."""
