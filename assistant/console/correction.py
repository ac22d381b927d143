"""A colleague says what would have been right: the wrong answer is gone, and the right one may become a FAQ entry."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.chat import feedback
from assistant.chat.feedback import Opinion
from assistant.chat.models import Giver, Rating, Turn
from assistant.errors import AssistantError
from assistant.faq import approval, corrections
from assistant.faq.models import FaqEntry


class CorrectionForm(forms.Form):
    """The right answer, and what becomes of it."""

    answer = forms.CharField(label=_("the right answer is"), widget=forms.Textarea(attrs={"rows": 8}), max_length=4_000)
    entry = forms.ModelChoiceField(
        FaqEntry.objects.none(), label=_("or another way to ask for this entry"), required=False
    )

    def __init__(self, turn: Turn, data: QueryDict | None) -> None:
        super().__init__(data)
        found: Any = self.fields["entry"]
        found.queryset = FaqEntry.objects.of(turn.conversation.tenant).filter(language=turn.language)
        self.fields["answer"].required = not self.data.get("entry")


def page(request: HttpRequest, turn_id: uuid.UUID, around: dict[str, Any]) -> HttpResponse:
    """Show the form, and act on it: `note` writes the correction down, `make` makes an entry or a way to ask of it."""
    if not isinstance(request.user, User) or not request.user.has_perm("chat.change_feedback"):
        raise PermissionDenied
    turn = get_object_or_404(Turn.objects.select_related("conversation__tenant"), pk=turn_id)
    form = CorrectionForm(turn, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address = _corrected(turn, form.cleaned_data, request.user, make="make" in request.POST)
        except AssistantError as error:
            form.add_error(None, error.text.of(get_language() or "en"))
        else:
            messages.success(request, _("The correction is written down; the wrong answer is not given again."))
            return HttpResponseRedirect(address)
    return TemplateResponse(request, "console/correction.html", {**around, "turn": turn, "form": form})


@transaction.atomic
def _corrected(turn: Turn, said: dict[str, Any], person: User, *, make: bool) -> str:
    tenant = turn.conversation.tenant
    entry: FaqEntry | None = said["entry"]
    right = said["answer"] or (entry.answer if entry is not None else "")
    opinion = Opinion(Rating.DOWN, correction=right, giver=Giver.AGENT, author=person.get_username())
    feedback.give(tenant.slug, turn.pk, opinion)
    if not make:
        return reverse("admin:chat_conversation_change", args=[turn.conversation_id])
    needed = "faq.add_faqentry" if entry is None else "faq.change_faqentry"
    if not person.has_perm(needed):
        raise PermissionDenied
    if entry is None:
        key = f"turn-{turn.pk.hex[:12]}"
        entry = FaqEntry(tenant=tenant, key=key, language=turn.language, question=turn.standalone[:500], answer=right)
        if turn.domain:
            entry.domain = turn.domain
    else:
        entry.variants = [*entry.variants, turn.standalone[:500]]
    approval.edited(entry, person)
    approval.submit(entry)
    corrections.allowed(entry, turn.standalone)
    return reverse("admin:faq_faqentry_change", args=[entry.pk])
