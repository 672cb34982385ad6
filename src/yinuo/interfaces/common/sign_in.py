"""How allauth treats our staff: accounts are given by an administrator, never taken."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from yinuo.core.people.models import Staff


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffSignIn(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Reads who is signed in together with the branch, which every page of the desk needs."""

    def get_user(self, user_id: int) -> Staff | None:
        user = Staff.objects.select_related("branch").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
