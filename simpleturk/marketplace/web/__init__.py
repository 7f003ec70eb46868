"""The marketplace over HTTP: the API, the worker site, the frames in which HITs run."""
