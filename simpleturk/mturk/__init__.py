"""Mechanical Turk's vocabulary: questions, answers, HITs, limits. Pure: no input or output."""
