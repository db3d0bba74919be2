"""The open book's addresses, below the alliance's."""

from django.urls import path

from ledger.views import book, entry, exports, mending, pool, returns, scenario

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
    path("budget/", pool.budget, name="budget"),
    path("budget/new/", pool.new_year, name="new_year"),
    path("budget/<slug:year>/receipts/new/", pool.receipt, name="receipt"),
    path("months/", pool.periods, name="periods"),
    path("months/<slug:month>/close/", pool.close, name="close"),
    path("scenario/", scenario.scenario, name="scenario"),
    path("exports/", exports.exports, name="exports"),
    path("exports/accounts/", exports.accounts_file, name="accounts_file"),
    path("exports/table/", exports.table, name="table_file"),
    path("lines.xlsx", exports.lines_xlsx, name="lines_xlsx"),
    path("spend/", exports.spend, name="spend"),
    path("spend/file/", exports.spend_file, name="spend_file"),
    path("spend/supplier/", exports.mark_supplier, name="mark_supplier"),
    path("adds-up/", exports.explain, name="explain"),
]
