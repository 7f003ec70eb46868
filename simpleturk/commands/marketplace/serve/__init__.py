"""serve: the marketplace over HTTP."""
