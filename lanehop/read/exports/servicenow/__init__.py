"""ServiceNow: sys_audit, with incidents, groups and users beside it."""
