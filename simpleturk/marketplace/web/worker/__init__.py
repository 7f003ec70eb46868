"""The worker site: people find, do and get paid for HITs."""
