"""The same lines of cost into ledgers of every kind, each by its own quickest way; what bench_ledger.py prints."""
