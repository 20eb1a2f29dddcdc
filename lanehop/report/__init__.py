"""What happened, for people to read: in the terminal, and as files."""
