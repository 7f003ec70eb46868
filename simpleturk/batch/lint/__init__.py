"""What would keep workers from doing a page's task, found before the launch."""
