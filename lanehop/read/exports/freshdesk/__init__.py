"""Freshdesk: ticket activities, with tickets, groups and agents beside them."""
