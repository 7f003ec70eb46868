"""demo: a whole batch on the local marketplace."""
