"""OAuth as Kommo does it: consent, one-use codes, rotating tokens, one-time tokens for widgets."""
