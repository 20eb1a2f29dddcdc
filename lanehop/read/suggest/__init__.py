"""Suggesting a dialect for an export that nobody has described yet."""
