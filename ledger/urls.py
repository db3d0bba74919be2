"""The open book's addresses, below the alliance's."""

from django.urls import path

from ledger.views import book, entry, evidence, mending, pool, queries, returns, scenario

app_name = "ledger"
urlpatterns = [
    path("", book.book, name="book"),
    path("totals.csv", book.totals_csv, name="totals_csv"),
    path("lines/", book.lines, name="lines"),
    path("lines.csv", book.lines_csv, name="lines_csv"),
    path("journals/", book.journals, name="journals"),
    path("journals/<int:number>/", book.journal, name="journal"),
    path("journals/<int:number>/reversal/", book.reversal, name="reversal"),
    path("returns/", returns.returns, name="returns"),
    path("returns/new/", returns.send_return, name="send_return"),
    path("returns/typed/", entry.type_return, name="type_return"),
    path("returns/nothing/", entry.state_nothing, name="state_nothing"),
    path("returns/template.xlsx", returns.template, name="template"),
    path("returns/<int:number>/", returns.cost_return, name="return"),
    path("returns/<int:number>/columns/", returns.columns, name="columns"),
    path("returns/<int:number>/sheet/", mending.sheet, name="sheet"),
    path("returns/<int:number>/names/", mending.names, name="names"),
    path("returns/<int:number>/fixes/", mending.fix, name="fix"),
    path("returns/<int:number>/confirmation/", returns.confirm, name="confirm"),
    path("returns/<int:number>/withdrawal/", returns.withdraw, name="withdraw"),
    path("returns/<int:number>/another-try/", returns.another_try, name="another_try"),
    path("returns/<int:number>/file/", returns.file, name="file"),
    path("returns/<int:number>/problems.csv", returns.problems_csv, name="problems_csv"),
    path("returns/<int:number>/rows/<int:row>/", returns.row, name="row"),
    path("returns/<int:number>/evidence/new/", evidence.add_evidence, name="add_evidence"),
    path("returns/<int:number>/evidence/<int:file>/", evidence.evidence, name="evidence"),
    path("queries/", queries.queries, name="queries"),
    path("queries.csv", queries.queries_csv, name="queries_csv"),
    path("queries/<int:number>/", queries.query, name="query"),
    path("queries/<int:number>/replies/", queries.reply, name="reply"),
    path("journals/<int:number>/lines/<int:line>/query/", queries.ask, name="ask"),
    path("budget/", pool.budget, name="budget"),
    path("budget/new/", pool.new_year, name="new_year"),
    path("budget/<slug:year>/receipts/new/", pool.receipt, name="receipt"),
    path("months/", pool.periods, name="periods"),
    path("months/<slug:month>/close/", pool.close, name="close"),
    path("scenario/", scenario.scenario, name="scenario"),
]
