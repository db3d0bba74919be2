from django.urls import path

from learning.views import experiments, links, measures, overview, reviews

app_name = "learning"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reviews/", reviews.review_list, name="reviews"),
    path("reviews/new/", reviews.prepare, name="prepare_review"),
    path("reviews/<int:number>/", reviews.review, name="review"),
    path("reviews/<int:number>/draft/", reviews.draft, name="draft"),
    path("reviews/<int:number>/holding/", reviews.hold, name="hold_review"),
    path("reviews/<int:number>/calling-off/", reviews.call_off, name="call_off_review"),
    path("actions/", reviews.action_list, name="actions"),
    path("actions/<int:number>/", reviews.action, name="action"),
    path("experiments/", experiments.experiment_list, name="experiments"),
    path("experiments/new/", experiments.propose, name="propose_experiment"),
    path("experiments/<int:number>/", experiments.experiment, name="experiment"),
    path("experiments/<int:number>/revision/", experiments.revise, name="revise_experiment"),
    path("experiments/<int:number>/gates/<str:gate>/", experiments.gate, name="gate"),
    path("experiments/<int:number>/start/", experiments.start, name="start_experiment"),
    path("experiments/<int:number>/ending/", experiments.end, name="end_experiment"),
    path("experiments/<int:number>/withdrawal/", experiments.withdraw, name="withdraw_experiment"),
    path("experiments/<int:number>/risks/", links.tie_risks, name="tie_risks"),
    path("measures/", measures.measure_list, name="measures"),
    path("measures/new/", measures.define, name="define_measure"),
    path("measures/<int:number>/", measures.measure, name="measure"),
    path("measures/<int:number>/figures.csv", measures.figures_csv, name="figures_csv"),
    path("measures/<int:number>/figures/new/", measures.observe, name="observe"),
    path("measures/<int:number>/figures/many/", measures.observe_many, name="observe_many"),
    path("measures/<int:number>/figures/<str:month>/", measures.correct, name="correct_observation"),
    path("measures/<int:number>/notes/new/", measures.annotate, name="annotate"),
    path("measures/<int:number>/limits/new/", measures.rebase, name="rebase"),
]
