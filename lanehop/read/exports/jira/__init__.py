"""Jira and Jira Service Management: changelogs, with issues and statuses beside them."""
