"""The contest of `make bench-ledger` with two thousand lines, so that it works when it is wanted."""

import pytest

from tests.bench.bench_ledger import contest, postgres, told

__all__ = ["postgres"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_thousand_lines_into_the_book_and_into_programs(cast, postgres, owner_connection, tmp_path):
    results = contest(cast, postgres, owner_connection, tmp_path, 2_000, 2_000, with_others=False)
    assert [one.name for one in results] == [
        "bare COPY", "COPY with the book's key", "Concordat, returns", "Concordat, two at a time", "Concordat, in bulk",
        "Beancount", "hledger",
    ]  # fmt: skip
    assert [one.lines for one in results if "COPY with" not in one.name][:4] == [2_000] * 4
    assert all(one.took.peak < 300 << 20 for one in results if "Concordat" in one.name)
    assert told(results).count("\n") == 1 + len(results)
