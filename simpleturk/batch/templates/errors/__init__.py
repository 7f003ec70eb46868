"""What is wrong in a template, in plain words: the messages of Jinja and of Python → sentences and hints."""
