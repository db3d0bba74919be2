from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    label = "ledger"
    verbose_name = "Open book"

    def ready(self):
        from ledger import effects, errands, invariants, invariants_record, lifecycle  # noqa: F401  (each registers what it holds)
