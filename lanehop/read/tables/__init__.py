"""Tables: files and frames of rows, one module per kind, each read into the common form of ``rows``."""
