"""Changes: histories of (ticket, time, field, old, new), made into one row per save."""
