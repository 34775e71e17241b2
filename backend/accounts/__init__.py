"""Who installed us, with which tokens, and who is asking."""
