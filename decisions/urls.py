from django.urls import path

from decisions import views

app_name = "decisions"
urlpatterns = [
    path("", views.register, name="register"),
    path("<int:number>/", views.decision, name="decision"),
    path("proposals/new/", views.propose, name="propose"),
    path("proposals/<int:number>/", views.proposal, name="proposal"),
    path("proposals/<int:number>/draft/", views.edit_draft, name="edit_draft"),
    path("proposals/<int:number>/discard/", views.discard_draft, name="discard_draft"),
    path("proposals/<int:number>/opening/", views.open_proposal, name="open_proposal"),
    path("proposals/<int:number>/position/", views.take_position, name="take_position"),
    path("proposals/<int:number>/wording/", views.change_wording, name="change_wording"),
    path("proposals/<int:number>/wordings/<int:version>/", views.wording, name="wording"),
    path("proposals/<int:number>/wordings/<int:version>/bytes/", views.wording_bytes, name="wording_bytes"),
    path(
        "proposals/<int:number>/objections/<int:objection>/resolution/",
        views.resolve_objection,
        name="resolve_objection",
    ),
    path("proposals/<int:number>/deadline/", views.give_more_time, name="give_more_time"),
    path("proposals/<int:number>/withdrawal/", views.withdraw_proposal, name="withdraw_proposal"),
]
