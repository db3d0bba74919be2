from django.db.backends.postgresql import base, operations

from alliance.core.postgresql.saying import Cursor, Words


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "alliance.core.postgresql.compiler"

    def last_executed_query(self, cursor, sql, params):
        """In its own words, under whatever name it was asked."""
        if isinstance(sql, Words):
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_connection_params(self):
        return super().get_connection_params() | {"cursor_factory": Cursor}
