"""Decisions about work → a plan → effects, each once: approvals, rejections, bonuses, qualifications, blocks."""
