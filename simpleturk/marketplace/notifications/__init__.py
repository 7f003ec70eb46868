"""Notifications: where they may go, their document, and their delivery."""
