"""How alembic reaches the store: on the connection it is given."""

from alembic import context

from plancraft.stores.migrating import VERSION_TABLE
from plancraft.stores.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
