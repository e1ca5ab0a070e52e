"""Run by Alembic, with the connection that webapp/store/migrate.py has opened and will commit."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
