"""lanehop: process mining on helpdesk tickets."""
