"""What learning's forms have in common."""

WORDS_AT_MOST = 10_000
