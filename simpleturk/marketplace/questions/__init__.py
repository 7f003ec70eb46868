"""Questions: their XML, the forms in it, and the rules for answers."""
