"""Zendesk: ticket audits and ticket events, with tickets, groups and users beside them."""
