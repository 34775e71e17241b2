"""Files that pass through: signed links, careful fetching, a place for what visitors send."""
