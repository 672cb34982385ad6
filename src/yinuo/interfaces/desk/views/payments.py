"""The cashier's page: what is ready, files for the bank, its answers, what came back."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.core.cases import queries as cases
from yinuo.core.payments import commands, queries
from yinuo.core.payments.models import Payment, PaymentBatch
from yinuo.interfaces.common import labels, money_doors
from yinuo.interfaces.common.fields import FieldKind, FieldState, bind
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Filter,
    Money,
    Pager,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.interfaces.desk.sheets.claim_frame import loss_name
from yinuo.overview import worklists
from yinuo.overview.worklists import Listed

M = TypeVar("M", bound=Model)

SHOWN = 50
_ROLES = ("cashier", "manager")
_TABS = {
    "ready": (Payment.Status.READY,),
    "under-way": (
        Payment.Status.BATCHED,
        Payment.Status.HANDED_OVER,
        Payment.Status.UNDER_WAY,
    ),
    "returned": (Payment.Status.RETURNED,),
    "arrived": (Payment.Status.ARRIVED,),
}
FINDINGS = {
    "unknown_payment": gettext_noop("It speaks of a payment that we do not know"),
    "unknown_batch": gettext_noop("It speaks of a file that we did not send"),
    "unknown_status": gettext_noop("It holds a state that we do not know"),
    "contradiction": gettext_noop("It says the opposite of an earlier answer"),
    "duplicate": gettext_noop("It names a payment twice"),
    "amount_differs": gettext_noop("Its amount differs from ours"),
    "count_differs": gettext_noop("Its number of payments differs from ours"),
    "not_answered": gettext_noop("It says nothing about a payment of the file"),
    "bank_answer_too_large": gettext_noop("The file is too large to be an answer"),
    "bank_answer_unreadable": gettext_noop("The file cannot be read"),
}


@desk(*_ROLES)
def payments(request: HttpRequest) -> HttpResponse:
    return _page(request, error="", status=200)


def _page(request: HttpRequest, *, error: str, status: int) -> HttpResponse:
    actor, at = actor_of(request), now()
    tab = request.GET.get("show", "ready")
    tab = tab if tab in _TABS else "ready"
    seen = cases.visible_to(actor)
    listed = _part(request, _ordered(queries.payments_in(seen, *_TABS[tab]), tab))
    found = listed.rows
    files = _part(request, queries.batches(), "files")
    accounts = worklists.accounts_to_confirm(actor, page=page_number(request, "accounts"))
    decided, decided_pager = _decided(request)
    record(request, what="desk.payments", count=len(found))
    answer = FieldState(
        name="file",
        label=_("Answer of the bank (pain.002)"),
        kind=FieldKind.FILE,
        accept=".xml,application/xml,text/xml",
        required=True,
    )
    context = {
        "now": at,
        "decided": decided,
        "decided_pager": decided_pager,
        "accounts": accounts.rows,
        "accounts_pager": pager_of(request, more=accounts.more, name="accounts"),
        "table": _payments(found, tab),
        "tab": tab,
        "filters": _filters(tab),
        "pager": pager_of(request, more=listed.more),
        "batches": _batches(files.rows),
        "files_pager": pager_of(request, more=files.more, name="files"),
        "findings": _findings(),
        "form": bind([answer], {}, {"file": error} if error else {}),
        "ready": bool(queries.currencies_ready()),
    }
    return render(request, "desk/sheets/payments.html", context, status=status)


def _ordered(found: QuerySet[Payment], tab: str) -> QuerySet[Payment]:
    """What still has to leave with the oldest first, what is done with the newest."""
    return found.order_by("-made_at", "-pk") if tab in ("arrived", "returned") else found


def _part(request: HttpRequest, found: QuerySet[M], name: str = "page") -> Listed[M]:
    """The page of this list that the address asks for."""
    start = page_number(request, name) * SHOWN
    rows = list(found[start : start + SHOWN + 1])
    return Listed(rows[:SHOWN], len(rows) > SHOWN)


def _findings() -> list[dict[str, object]]:
    return [
        {
            "file": one.file_name,
            "at": one.read_at,
            "lines": [
                {**line, "title": labels.word(FINDINGS, line["kind"])} for line in one.findings
            ],
        }
        for one in queries.answers_to_look_at()[:SHOWN]
    ]


def _filters(tab: str) -> tuple[Filter, ...]:
    names = {
        "ready": _("Ready"),
        "under-way": _("Under way"),
        "returned": _("Came back"),
        "arrived": _("Arrived"),
    }
    here = reverse("desk:payments")
    return tuple(
        Filter(name, f"{here}?show={key}", current=key == tab) for key, name in names.items()
    )


def _decided(request: HttpRequest) -> tuple[Table | None, Pager | None]:
    """Losses that are decided and wait for somebody to instruct the bank."""
    at = now()
    language = get_language() or "en"
    listed = worklists.losses_at(
        actor_of(request),
        ("decided", "returned"),
        language=language,
        at=at,
        page=page_number(request, "decided"),
    )
    pager = pager_of(request, more=listed.more, name="decided")
    if not listed.rows:
        return None, pager
    columns = (
        Column(_("Claim")),
        Column(_("Customer")),
        Column(_("Loss")),
        Column(_("Amount"), numeric=True),
    )
    lines = []
    for row in listed.rows:
        case = row.loss.claim.case
        returned = row.loss.stage == "returned"
        noun = "account" if returned else "payment-instruction"
        url = sheet_url(case.number, noun)
        money = Money(row.loss.amount or Decimal(0), row.loss.claim.currency)
        lines.append(
            (
                Cell(
                    kind=CellKind.LINK,
                    value=case.number,
                    url=case_url(case.number),
                ),
                Cell(value=case.customer.name),
                Cell(
                    kind=CellKind.LINK,
                    value=loss_name(row.loss),
                    url=f"{url}?loss={row.loss.ordinal}",
                    note=_("came back: the account has to be corrected") if returned else "",
                ),
                Cell(kind=CellKind.MONEY, value=money),
            )
        )
    caption = _("Decided, to be instructed")
    return Table(caption=caption, columns=columns, rows=tuple(lines), now=at), pager


def _payments(found: list[Payment], tab: str) -> Table:
    columns = (
        Column(_("Claim")),
        Column(_("Payee")),
        Column(_("Account")),
        Column(_("State")),
        Column(_("Amount"), numeric=True),
    )
    rows = tuple(
        (
            Cell(
                kind=CellKind.LINK,
                value=one.case.number,
                url=case_url(one.case.number),
                note=one.end_to_end_id,
            ),
            Cell(value=one.payee.name),
            Cell(value=f"{one.account.bank_name} · **** {one.account.number_last4}"),
            Cell(kind=CellKind.TAG, value=_state(one)),
            Cell(
                kind=CellKind.MONEY,
                value=Money(one.amount, one.currency),
                note=one.return_text or one.return_code,
            ),
        )
        for one in found
    )
    return Table(caption=_("Payments"), caption_hidden=True, columns=columns, rows=rows, now=now())


def _state(one: Payment) -> Tag:
    tone = labels.PAYMENT_TONES.get(one.status, Tone.PINE)
    return Tag(labels.word(labels.PAYMENTS, one.status), tone)


def _batches(found: list[PaymentBatch]) -> Table:
    columns = (
        Column(_("File")),
        Column(_("Made")),
        Column(_("Handed to the bank")),
        Column(_("Payments"), numeric=True),
        Column(_("Total"), numeric=True),
    )
    rows = tuple(
        (
            Cell(
                kind=CellKind.LINK,
                value=one.message_id,
                url=reverse("desk:batch", args=[one.message_id]),
            ),
            Cell(kind=CellKind.TIME, value=one.made_at),
            Cell(kind=CellKind.TIME, value=one.handed_over_at),
            Cell(value=one.count),
            Cell(kind=CellKind.MONEY, value=Money(one.total, one.currency)),
        )
        for one in found
    )
    return Table(caption=_("Files for the bank"), columns=columns, rows=rows, now=now())


@require_POST
@desk(*_ROLES)
def make_batches(request: HttpRequest) -> HttpResponse:
    """Put everything that is ready into files for the bank."""
    made, left_out = money_doors.make_batches(actor_of(request), at=now())
    if made:
        said = ngettext(
            "%(n)s file for the bank is made.", "%(n)s files for the bank are made.", len(made)
        )
        messages.success(request, said % {"n": len(made)})
    elif not left_out:
        messages.info(request, _("No payment is ready."))
    for problem in dict.fromkeys(left_out):
        messages.warning(request, problem)
    return _back()


@desk(*_ROLES)
def batch(request: HttpRequest, message_id: str) -> HttpResponseBase:
    """The file for the bank as it was made; who takes it is recorded."""
    row = PaymentBatch.objects.filter(message_id=message_id).first()
    if row is None:
        raise Http404
    record(request, what=f"desk.batch:{row.message_id}", count=row.count)
    answer = HttpResponse(queries.batch_file(row), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{row.message_id}.xml"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@desk(*_ROLES)
def answer(request: HttpRequest) -> HttpResponse:
    """Take in an answer of the bank. The same file again changes nothing."""
    file = request.FILES.get("file")
    if file is None:
        return _page(request, error=_("Choose at least one file."), status=422)
    content = file.read(settings.UPLOAD_MAX_BYTES)
    row = commands.apply_answer(
        content=content, file_name=file.name or "answer.xml", by=actor_of(request), at=now()
    )
    if row.findings:
        messages.warning(request, _("The answer is read. It holds something to look at."))
    else:
        messages.success(request, _("The answer of the bank is read."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse("desk:payments")})
