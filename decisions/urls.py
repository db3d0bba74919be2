from django.urls import path

from decisions.views import proposals, risks

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
    # Risks and opportunities
    path("risks/", risks.risk_list, name="risks"),
    path("risks/register.csv", risks.risk_list_csv, name="risks_csv"),
    path("risks/new/", risks.raise_risk, name="raise_risk"),
    path("risks/<int:number>/", risks.risk, name="risk"),
    path("risks/<int:number>/change/", risks.change_risk, name="change_risk"),
    path("risks/<int:number>/acceptance/", risks.accept_risk, name="accept_risk"),
    path("risks/<int:number>/closing/", risks.close_risk, name="close_risk"),
]
