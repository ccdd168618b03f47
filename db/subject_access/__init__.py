"""Everything that is kept about one person, gathered for themselves."""
