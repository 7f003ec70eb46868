"""One module or folder for each thing that a user does, in the groups of `simpleturk --help`; common/ is shared."""
