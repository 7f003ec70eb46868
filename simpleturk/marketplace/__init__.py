"""A Mechanical Turk of your own: MTurk's API and a site where workers find, do and submit HITs.

    protocol.py  ─►  operations/  ─►  lifecycle.py  ─►  store.py
    site.py      ──────────────────►

It is a program of its own: the rest of simpleturk meets it over its API, in-process or through HTTP.
"""
