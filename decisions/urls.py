from django.urls import path

from decisions.views import proposals

app_name = "decisions"
urlpatterns = [
    path("", proposals.register, name="register"),
    path("<int:number>/", proposals.decision, name="decision"),
    path("proposals/new/", proposals.propose, name="propose"),
    path("proposals/<int:number>/", proposals.proposal, name="proposal"),
    path("proposals/<int:number>/draft/", proposals.edit_draft, name="edit_draft"),
    path("proposals/<int:number>/discard/", proposals.discard_draft, name="discard_draft"),
    path("proposals/<int:number>/opening/", proposals.open_proposal, name="open_proposal"),
    path("proposals/<int:number>/position/", proposals.take_position, name="take_position"),
    path("proposals/<int:number>/wording/", proposals.change_wording, name="change_wording"),
    path("proposals/<int:number>/wordings/<int:version>/", proposals.wording, name="wording"),
    path(
        "proposals/<int:number>/wordings/<int:version>/bytes/", proposals.wording_bytes, name="wording_bytes"
    ),
    path(
        "proposals/<int:number>/objections/<int:objection>/resolution/",
        proposals.resolve_objection,
        name="resolve_objection",
    ),
    path("proposals/<int:number>/deadline/", proposals.give_more_time, name="give_more_time"),
    path("proposals/<int:number>/withdrawal/", proposals.withdraw_proposal, name="withdraw_proposal"),
]
