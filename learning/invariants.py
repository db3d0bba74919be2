"""What the nightly self-check asks of learning."""

from collections.abc import Iterator

from alliance.core.invariants import invariant
from learning.models import Answer, Experiment, Review


@invariant("Every experiment that started had said yes at both gates.")
def _gates(alliance_id: int) -> Iterator[str]:
    started = Experiment.objects.filter(alliance_id=alliance_id, started_at__isnull=False)
    for experiment in started.with_gates():
        if experiment.waits_for:
            yield f"{experiment} started without a yes to {' and '.join(experiment.waits_for)}."


@invariant("Every review that was held answers its questions.")
def _answers(alliance_id: int) -> Iterator[str]:
    asked = {question for question in Answer.Question.values if question not in Answer.OPTIONAL}
    for review in Review.objects.filter(alliance_id=alliance_id).held().prefetch_related("answers"):
        if missing := asked - {one.question for one in review.answers.all()}:
            yield f"{review} does not answer {', '.join(sorted(missing))}."
