"""Everything PostgreSQL: the embedded server, connections, errors, migrations, and each job's SQL with its store.

A statement that decides is the set form of a rule declared in `mappers`, bears its name, and a property test holds the
two together (docs/explanation/house.md).
"""
