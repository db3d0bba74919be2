"""The book as files that other programs open: what is taken out adds up to what the pages show.

`plain_text` is for accounting programs, `tables` for spreadsheets, `spend` for publishing (rule 41).
"""
