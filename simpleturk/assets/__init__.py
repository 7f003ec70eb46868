"""Local files that a task's pages show: finding them, and where workers' browsers load them from."""
