from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    label = "ledger"
    verbose_name = "Open book"

    def ready(self):
        from ledger import (  # noqa: F401  (each registers what it holds)
            effects,
            errands,
            errands_year_end,
            invariants,
            invariants_year_end,
            lifecycle,
        )
