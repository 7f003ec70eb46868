"""Characters that XML, UTF-8 or Amazon's service cannot hold, as compiled patterns."""

import re

#: Characters that XML 1.0 cannot hold, not even as a reference: most control characters, surrogates, U+FFFE, U+FFFF.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Half of a UTF-16 pair. JSON can escape it ("\ud800"), but it is no character and UTF-8 cannot encode it.
SURROGATE = re.compile("[\ud800-\udfff]")

#: Characters outside of the first plane, such as emoji. Amazon's service refused them in questions, except as
#: references ("&#128578;").
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
