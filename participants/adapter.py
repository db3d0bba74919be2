"""Nobody signs up by themselves: people come by invitation."""

from allauth.account.adapter import DefaultAccountAdapter


class ByInvitation(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False
