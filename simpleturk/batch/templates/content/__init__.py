"""What models and people wrote → harmless HTML: Markdown, and conversations."""
