"""Forms in JSON or YAML, which become pages without any HTML."""
