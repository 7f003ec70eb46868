"""Commands to review work and pay for it."""
