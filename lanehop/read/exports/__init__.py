"""Exports: what helpdesks themselves write, told by its content and read as a history; one folder per system."""
