"""The parsed pieces of a bundle that rules ask for by name: each is parsed once, with positions."""
