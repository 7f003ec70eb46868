"""The batches below a folder: their ids files, and how far each has come."""
