"""Everything that writes people, staff, branches and the ways in."""

from __future__ import annotations

from yinuo.core.people.commands.access import (
    ClientNameTaken,
    KeyUsedForAnotherRequest,
    claim_idempotency_key,
    close_api_client,
    create_api_client,
    record_access,
    record_access_many,
    record_export,
    remember_answer,
)
from yinuo.core.people.commands.branches import BranchCodeTaken, create_branch
from yinuo.core.people.commands.codes import (
    CodeNotGood,
    WaitForTheCode,
    check_sign_in_code,
    issue_sign_in_code,
)
from yinuo.core.people.commands.forgetting import Forgotten, forget_old_ways_in
from yinuo.core.people.commands.persons import (
    SET_LIMIT,
    BranchUnknown,
    CleanPerson,
    NotAnEmail,
    TooManyPeople,
    clean_person,
    queue_for,
    register_many,
    register_person,
    store_many,
    update_person,
)
from yinuo.core.people.commands.staff import (
    CompetenceNotShorter,
    NotYourOwnRoles,
    PasswordTooWeak,
    UsernameTaken,
    change_staff,
    end_competence,
    grant_competence,
    hire_staff,
)

__all__ = [
    "SET_LIMIT",
    "BranchCodeTaken",
    "BranchUnknown",
    "CleanPerson",
    "ClientNameTaken",
    "CodeNotGood",
    "CompetenceNotShorter",
    "Forgotten",
    "KeyUsedForAnotherRequest",
    "NotAnEmail",
    "NotYourOwnRoles",
    "PasswordTooWeak",
    "TooManyPeople",
    "UsernameTaken",
    "WaitForTheCode",
    "change_staff",
    "check_sign_in_code",
    "claim_idempotency_key",
    "clean_person",
    "close_api_client",
    "create_api_client",
    "create_branch",
    "end_competence",
    "forget_old_ways_in",
    "grant_competence",
    "hire_staff",
    "issue_sign_in_code",
    "queue_for",
    "record_access",
    "record_access_many",
    "record_export",
    "register_many",
    "register_person",
    "remember_answer",
    "store_many",
    "update_person",
]
