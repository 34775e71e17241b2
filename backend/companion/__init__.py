"""The API for own mobile and desktop apps, and a small web app that uses it: leads, a conversation, calls, news."""
