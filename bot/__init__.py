"""The edge: HTTP front, Bot Framework, understanding, delivery, helpdesk pages. The only importer of botbuilder."""
