"""Commands about workers: accounts, invitations, blocks."""
