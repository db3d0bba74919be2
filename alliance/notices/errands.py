"""Letters that were asked for. Each goes out in a transaction of its own; what is no longer needed is dropped."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from alliance.core.outbox import Run, errand
from alliance.notices.letters import KINDS, NOT_YET, preferences_url
from alliance.notices.models import Notice


@errand("notices.send")
def send_notices(run: Run) -> None:
    waiting = Notice.objects.waiting().filter(alliance_id=run.alliance_id, **run.payload["about"])
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with run.step("Writing letters"):
            _send(pk)


def _send(pk: int) -> None:
    """The row is locked and marked before the letter leaves: two workers send one."""
    locked = Notice.objects.waiting().filter(pk=pk).select_for_update(skip_locked=True)
    if not locked.exists():
        return
    notice = Notice.objects.select_related("alliance", "person").get(pk=pk)
    kind = KINDS[notice.kind]
    letter = kind.write(notice) if notice.person.is_active else None
    if letter is NOT_YET:
        return
    if letter is None:
        notice.dropped_at = timezone.now()
        notice.save(update_fields=["dropped_at"])
        return
    notice.sent_at = timezone.now()
    notice.save(update_fields=["sent_at"])
    page = {
        "notice": notice,
        "letter": letter,
        "why": kind.why,
        "link": settings.BASE_URL + letter.url,
        "preferences": settings.BASE_URL + preferences_url(notice.alliance),
    }
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split())[:200],
        body=render_to_string("notices/letters/notice.txt", page),
        to=[notice.person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("notices/letters/notice.html", page), "text/html")
    message.send()
