"""The marketplace's database."""
