"""Limits of the service: durations, lengths, ranges, sizes, ids and reserved names.

Sources: the API reference's pages on CreateHIT, CreateHITType and QualificationRequirement, and botocore's model of the
service. Where Amazon publishes no limit, or the marketplace of simpleturk has another one, the comment says so.
"""

import re

#: Durations in seconds.
WEEK = 7 * 24 * 3600
MONTH = 30 * 24 * 3600
YEAR = 365 * 24 * 3600

#: The largest question, in UTF-8 bytes. simpleturk's own marketplace allows more, because pages have grown.
AMAZON_MAX_QUESTION_BYTES = 65_535
MAX_QUESTION_BYTES = 1024 * 1024

#: The highest reward in USD. Amazon published no limit, but the sums in a database have one.
MAX_REWARD = 1_000_000

MAX_ASSIGNMENTS = 1_000_000_000

#: The balance in USD of an account without limit on simpleturk's marketplace, which the API cannot express: more than
#: the price of any batch, so that clients that compare the two go on. Amazon's sandbox always returned 10000.00.
UNLIMITED_BALANCE = 1_000_000_000

#: The highest number in MaxPerWorker and MaxConcurrent: the annotation that carries them has room for nine digits.
MAX_PER_WORKER_LIMIT = 999_999_999

#: The highest EditMinutes: after 30 days work is approved in any case.
MAX_EDIT_MINUTES = 30 * 24 * 60

#: The most characters in each text of a HIT.
HIT_TEXT_LENGTHS = {"Title": 128, "Description": 2000, "Keywords": 1000, "RequesterAnnotation": 255}

#: The lowest and highest value of each number of a HIT.
HIT_NUMBER_RANGES = {
    "AssignmentDurationInSeconds": (30, YEAR),
    "LifetimeInSeconds": (30, YEAR),
    "AutoApprovalDelayInSeconds": (0, MONTH),
    "MaxAssignments": (1, MAX_ASSIGNMENTS),
}

#: The height of a HIT's frame in pixels; 0 fits the frame to its content.
FRAME_HEIGHT_RANGE = (0, 100_000)

#: Qualification requirements of a HIT, and values in one requirement.
MAX_REQUIREMENTS = 10
MAX_INTEGER_VALUES = 15
MAX_LOCALE_VALUES = 30

#: A qualification's value is an integer of 32 bits.
MIN_INTEGER = -(2**31)
MAX_INTEGER = 2**31 - 1

#: Worker ids. On simpleturk's own marketplace workers choose their ids; Amazon's pattern is narrower.
WORKER_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")
AMAZON_WORKER_ID = re.compile(r"A[A-Z0-9]{1,63}")

#: Parameters of a HIT's frame. A page may send them back as form fields: with the frame's value they are not answers.
#: Source: the developer guide's page on external questions.
RESERVED_FIELDS = frozenset({"assignmentId", "hitId", "workerId", "turkSubmitTo"})

#: Bounds of a submitted answer. Amazon publishes none. Each field may become a column of the results of all workers, so
#: their number and the length of their names are bounded; a page stores its large data as the JSON of one field.
MAX_ANSWER_FIELDS = 2000
MAX_FIELD_NAME_BYTES = 1000
MAX_ANSWER_BYTES = 16 * 1024 * 1024
