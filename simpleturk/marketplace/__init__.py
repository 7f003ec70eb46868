"""A Mechanical Turk of your own: MTurk's API, and a site where workers find, do and submit HITs.

    web/  ─►  api/  ─►  notifications/  ─►  domain/  ─►  people/  ─►  questions/, store/

It is a program of its own: the rest of simpleturk uses it only over its API, in-process or through HTTP.
"""
