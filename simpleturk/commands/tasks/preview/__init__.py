"""render-template --preview: a task as workers will see it."""
