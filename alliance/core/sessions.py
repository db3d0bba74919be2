"""Django's sessions in the database, whose question is put into words once: settings' SESSION_ENGINE."""

from django.contrib.sessions.backends import db
from django.utils import timezone

from alliance.core.questions import Question


def _fresh(key: str, now):
    return SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)


_session = Question(_fresh)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        found = _session.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found
