"""The sections of the report, one module each: a function from a view to a section, or to None where it has nothing to say."""
