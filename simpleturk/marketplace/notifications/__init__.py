"""Notifications of events to requesters."""
