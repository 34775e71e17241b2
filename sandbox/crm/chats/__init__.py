"""The CRM side of chats: sources, links of chats and contacts, talks, templates."""
