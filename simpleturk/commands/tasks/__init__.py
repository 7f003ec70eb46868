"""Commands to write a task: begin, look at it, check it."""
