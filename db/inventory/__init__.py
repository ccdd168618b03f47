"""Who may read what of the database, by its own catalog and grants."""
