"""review --browser: decide about a batch's work in a browser on this computer."""
