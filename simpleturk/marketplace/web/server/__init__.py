"""What any web server has: host names, limits of connections, metrics, threads."""
