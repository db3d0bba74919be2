"""Letters that participants' services asked for."""

import secrets

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.outbox import Run, errand


@errand("participants.send_invitation")
def send_invitation(run: Run) -> None:
    """The secret exists only in the letter: a second attempt makes a new one, and the first link stops working."""
    from participants.models import Invitation
    from participants.services import hash_of

    with run.step("Sending the invitation"):
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("alliance", "participant", "invited_by")
            .get(pk=run.payload["invitation_id"])
        )
        if invitation.sent_at or invitation.state != "Waiting":
            return
        token = secrets.token_urlsafe(32)
        invitation.token_hash, invitation.sent_at = hash_of(token), timezone.now()
        invitation.save(update_fields=["token_hash", "sent_at"])
        link = settings.BASE_URL + reverse("accept_invitation", args=[token])
        letter = {"invitation": invitation, "link": link}
        send_mail(
            subject=f"{invitation.invited_by} invites you to {invitation.alliance}",
            message=render_to_string("participants/letters/invitation.txt", letter),
            from_email=None,
            recipient_list=[invitation.email],
        )
