from django.urls import path

from decisions.views import (
    deadlocks,
    deliberation,
    drafting,
    files,
    positions,
    proposals,
    register,
    reviews,
    risks,
    wordings,
)

app_name = "decisions"
urlpatterns = [
    path("", register.register, name="register"),
    path("<int:number>/", proposals.decision, name="decision"),
    path("proposals/<int:number>/", proposals.proposal, name="proposal"),
    path("proposals/<int:number>/position/", proposals.take_position, name="take_position"),
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
    # Deliberation
    path("proposals/<int:number>/conversation/", deliberation.conversation, name="conversation"),
    path(
        "proposals/<int:number>/objections/<int:objection>/steward/",
        deliberation.name_steward,
        name="name_steward",
    ),
    path("proposals/<int:number>/amendments/new/", deliberation.offer_amendment, name="offer_amendment"),
    path("proposals/<int:number>/amendments/<int:amendment>/", deliberation.amendment, name="amendment"),
    path(
        "proposals/<int:number>/amendments/<int:amendment>/settlement/",
        deliberation.settle_amendment,
        name="settle_amendment",
    ),
    path(
        "proposals/<int:number>/amendments/<int:amendment>/retraction/",
        deliberation.take_back_amendment,
        name="take_back_amendment",
    ),
    # The ladder out of a deadlock
    path("proposals/<int:number>/deadlock/", deadlocks.declare_deadlock, name="declare_deadlock"),
    path("proposals/<int:number>/deadlock/statement/", deadlocks.make_statement, name="make_statement"),
    path("proposals/<int:number>/deadlock/independent/", deadlocks.name_independent, name="name_independent"),
    path("proposals/<int:number>/deadlock/account/", deadlocks.record_independent, name="record_independent"),
    # The case: drafts in steps, wordings, files, superseding, looking back
    path("proposals/new/", drafting.propose, name="propose"),
    path("proposals/<int:number>/draft/<slug:step>/", drafting.draft_step, name="draft_step"),
    path("proposals/<int:number>/discard/", drafting.discard_draft, name="discard_draft"),
    path("proposals/<int:number>/opening/", drafting.open_proposal, name="open_proposal"),
    path("proposals/<int:number>/wording/", wordings.change_wording, name="change_wording"),
    path("proposals/<int:number>/wordings/<int:version>/", wordings.wording, name="wording"),
    path(
        "proposals/<int:number>/wordings/<int:version>/bytes/", wordings.wording_bytes, name="wording_bytes"
    ),
    path("proposals/<int:number>/files/<int:file>/", files.attachment, name="attachment"),
    path("proposals/<int:number>/files/<int:file>/removal/", files.take_out_file, name="take_out_file"),
    path("<int:number>/successor/", drafting.supersede, name="supersede"),
    path("<int:number>/review/", reviews.review_decision, name="review_decision"),
    path("<int:number>/review-day/", reviews.plan_review, name="plan_review"),
    # Answers that are taken back or recorded on behalf, and the seal that waited for them
    path("proposals/<int:number>/position/withdrawal/", positions.take_back, name="take_back"),
    path("proposals/<int:number>/position/on-behalf/", positions.record_on_behalf, name="record_on_behalf"),
    path("proposals/<int:number>/positions/<int:position>/evidence/", positions.evidence, name="evidence"),
    path("proposals/<int:number>/seal/", positions.seal, name="seal"),
]
