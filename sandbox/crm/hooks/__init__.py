"""CRM hooks: subscriptions, bodies, delivery with retries."""
