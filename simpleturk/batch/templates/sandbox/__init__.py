"""Jinja for templates of strangers: nothing but the values of an input can be read, and a page's cost is bounded."""
