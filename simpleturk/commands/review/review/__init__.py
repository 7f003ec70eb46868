"""review: look at submitted work one by one, and decide about it."""
