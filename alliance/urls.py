"""The addresses. One include per app; everything inside an alliance carries the alliance's name."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import TemplateView

from alliance import views
from alliance.core.guide import guide
from alliance.core.kept_post import what_you_typed
from ledger.views.scenario import scenario_for_all
from participants import views as people

inside = [
    path("", views.alliance_home, name="alliance_home"),
    path("record/", views.the_record, name="record"),
    path("record/export/", views.record_export, name="record_export"),
    path("record/verifier/", views.record_verifier, name="record_verifier"),
    path("decisions/", include("decisions.urls")),
    path("book/", include("ledger.urls")),
    path("learning/", include("learning.urls")),
    path("assurance/", include("alliance.assurance.urls")),
    path("people/", include("participants.urls")),
    path("letters/", include("alliance.notices.urls")),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("alliances/", views.choose, name="choose"),
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("alliances/<slug:alliance>/", include(inside)),
    path("invitations/<str:token>/", people.accept_invitation, name="accept_invitation"),
    path("account/", include("allauth.urls")),
    path("scenario/", scenario_for_all, name="scenario"),
    path("what-you-typed/", what_you_typed, name="what_you_typed"),
    path("help/glossary/", views.glossary, name="glossary"),
    path(
        "help/accessibility/",
        TemplateView.as_view(template_name="help/accessibility.html"),
        name="accessibility",
    ),
    path("help/checking/", TemplateView.as_view(template_name="help/checking.html"), name="verify"),
]
if settings.DEMO:
    urlpatterns += [
        path("sign-in-as/", views.sign_in_as, name="sign_in_as"),
        path("guide/", guide, name="guide"),
    ]

handler404 = "alliance.views.not_found"
