"""An answer's way through the editors' desk: written, sent for review, approved by somebody else, served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.audit.models import Entry
from assistant.faq import corrections, placeholders, services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import CalibrationPair, EntryState, FaqEntry, FaqValue
from assistant.faq.stats import FaqStats
from tests.chatkit import ENCODER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]

LIST = "/admin/faq/faqentry/"
WRITES = ("view_faqentry", "add_faqentry", "change_faqentry")
EN, ZH = "en", "zh-CN,zh;q=0.9"
Desk = Callable[..., Client]
QUESTIONS = {"en": ("When are you open?", "when are you open", "9 to 5.", "10 to 6."),
             "zh": ("你们几点开门？", "你们几点开门", "九点到五点。", "十点到六点。")}  # fmt: skip


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def desk() -> Desk:
    """Logs a colleague in with a password, in a browser of a language, with these permissions and no others."""

    def sit(name: str, *rights: str, language: str = EN, staff: bool = True) -> Client:
        person = User.objects.create_user(name, password=f"secret of {name}", is_staff=staff)
        for right in rights:
            person.user_permissions.add(Permission.objects.get(codename=right))
        browser = Client(headers={"Accept-Language": language})
        assert browser.login(username=name, password=f"secret of {name}")
        return browser

    return sit


@pytest.fixture
def process(tenant: Tenant, redis_url: str) -> Iterator[FaqIndex]:
    """A web process that answers from memory and follows the database."""
    index = FaqIndex(ENCODER, FaqStats(redis_url))
    index.start()
    yield index
    index.stop()


def form(tenant: Tenant, question: str, answer: str, **more: str) -> dict[str, str]:
    fields = {
        "tenant": str(tenant.pk), "key": "hours", "language": "en", "domain": "general", "intent": "faq",
        "question": question, "variants": "", "answer": answer, "source": "", "tags": "", "access": "public",
        "published": "on", "for_review": "on",
    }  # fmt: skip
    return {**fields, **more}


def act(browser: Client, action: str, *entries: FaqEntry) -> str:
    chosen = {"action": action, "_selected_action": [str(entry.pk) for entry in entries]}
    return browser.post(LIST, chosen, follow=True).content.decode()


def said(process: FaqIndex, question: str) -> str | None:
    found = process.exact("acme", question)
    return None if found is None else found.answer


def moment(name: str, at: dt.datetime) -> dict[str, str]:
    return {f"{name}_0": at.strftime("%Y-%m-%d"), f"{name}_1": at.strftime("%H:%M:%S")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_new_answer_is_served_when_another_person_approved_it(
    tenant: Tenant, desk: Desk, process: FaqIndex, language: str
) -> None:
    question, asked, first, second = QUESTIONS[language]
    browser = EN if language == "en" else ZH
    writer, approver = desk("ann", *WRITES, language=browser), desk("ben", *WRITES, "approve_faqentry")
    fields = form(tenant, question, first, language=language)
    page = writer.post(f"{LIST}add/", fields, follow=True).content.decode()
    assert ("not served until another person" if language == "en" else "须由另一位同事批准") in page
    entry = FaqEntry.objects.get()
    assert (entry.state, entry.author.username, said(process, asked)) == (EntryState.REVIEW, "ann", None)
    assert "Entries changed: 1" in act(approver, "approve", entry)
    assert said(process, asked) == first

    change = f"{LIST}{entry.pk}/change/"
    writer.post(change, {**fields, "answer": second})
    assert said(process, asked) == first  # what was approved goes on being served, in every process
    act(approver, "approve", entry)
    assert said(process, asked) == second
    entry.refresh_from_db()
    assert (entry.approver.username, entry.served) == ("ben", None)


@pytest.mark.parametrize(("language", "told"), [(EN, "You may not approve"), (ZH, "您无权批准")])
def test_a_writer_without_the_permission_approves_nothing_and_is_told_whom_to_ask(
    tenant: Tenant, desk: Desk, process: FaqIndex, language: str, told: str
) -> None:
    writer = desk("ann", *WRITES, language=language)
    writer.post(f"{LIST}add/", form(tenant, *QUESTIONS["en"][::2][:2]))
    entry = FaqEntry.objects.get()
    for action in ("approve", "send_back"):
        assert told in act(writer, action, entry)
    entry.refresh_from_db()
    assert (entry.state, said(process, "when are you open")) == (EntryState.REVIEW, None)


@pytest.mark.parametrize(("language", "told"), [(EN, "You edited this entry yourself"), (ZH, "该条目由您本人修改")])
def test_who_may_approve_does_not_approve_an_edit_of_their_own(
    tenant: Tenant, desk: Desk, language: str, told: str
) -> None:
    desk("ben", *WRITES, "approve_faqentry")
    ann = desk("ann", *WRITES, "approve_faqentry", language=language)
    ann.post(f"{LIST}add/", form(tenant, "When are you open?", "9 to 5."))
    entry = FaqEntry.objects.get()
    assert told in act(ann, "approve", entry)
    entry.refresh_from_db()
    assert entry.state == EntryState.REVIEW


@pytest.mark.parametrize("other", [{"staff": False}, {"active": False}])
def test_a_colleague_who_cannot_open_the_admin_is_nobody_to_ask(
    tenant: Tenant, desk: Desk, other: dict[str, bool]
) -> None:
    gone = User.objects.create_user("zoe", is_staff=other.get("staff", True), is_active=other.get("active", True))
    gone.user_permissions.add(Permission.objects.get(codename="approve_faqentry"))
    desk("ann", *WRITES, "approve_faqentry").post(f"{LIST}add/", form(tenant, "When are you open?", "9 to 5."))
    assert FaqEntry.objects.get().state == EntryState.APPROVED


def test_what_is_sent_back_is_a_draft_and_may_be_submitted_again(tenant: Tenant, desk: Desk, process: FaqIndex) -> None:
    writer, approver = desk("ann", *WRITES), desk("ben", "view_faqentry", "approve_faqentry")
    writer.post(f"{LIST}add/", form(tenant, "When are you open?", "9 to 5."))
    entry = FaqEntry.objects.get()
    act(approver, "send_back", entry)
    entry.refresh_from_db()
    assert entry.state == EntryState.DRAFT
    assert "Only an entry in review" in act(approver, "approve", entry)
    act(writer, "submit", entry)
    assert "Entries changed: 1" in act(approver, "approve", entry)
    assert said(process, "when are you open") == "9 to 5."


def test_a_draft_is_kept_back_until_its_writer_sends_it(tenant: Tenant, desk: Desk) -> None:
    fields = form(tenant, "When are you open?", "9 to 5.")
    del fields["for_review"]
    desk("ann", *WRITES).post(f"{LIST}add/", fields)
    assert FaqEntry.objects.get().state == EntryState.DRAFT


def test_a_change_of_tags_alone_needs_no_second_person(tenant: Tenant, desk: Desk, process: FaqIndex) -> None:
    made = FaqEntry(tenant=tenant, key="hours", language="en", question="Open when?", variants=["a", "b"], answer="9.")
    entry = services.save(made)
    fields = form(tenant, "Open when?", "9.", tags="hours, shop", variants="a\r\n b \r\n")
    desk("ann", *WRITES).post(f"{LIST}{entry.pk}/change/", fields)
    entry.refresh_from_db()
    assert (entry.state, entry.tags, said(process, "open when")) == (EntryState.APPROVED, ["hours", "shop"], "9.")


@pytest.mark.parametrize("action", ["submit", "publish", "withdraw"])
def test_who_may_only_look_changes_nothing(tenant: Tenant, desk: Desk, process: FaqIndex, action: str) -> None:
    served = services.save(FaqEntry(tenant=tenant, key="hours", language="en", question="Open when?", answer="9."))
    hidden = FaqEntry(tenant=tenant, key="x", language="en", question="Secret?", answer="!", published=False)
    hidden.state = EntryState.DRAFT
    services.save(hidden)
    reader = desk("cleo", "view_faqentry")
    act(reader, action, served, hidden)
    hidden.refresh_from_db()
    assert (hidden.published, hidden.state) == (False, EntryState.DRAFT)
    assert said(process, "open when") == "9."
    assert reader.post(f"{LIST}add/", form(tenant, "New?", "No.")).status_code == 403
    assert reader.post(f"{LIST}{served.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_withdrawn_answer_is_gone_from_every_process_and_comes_back(
    tenant: Tenant, desk: Desk, process: FaqIndex
) -> None:
    entry = services.save(FaqEntry(tenant=tenant, key="hours", language="en", question="Open when?", answer="9."))
    writer = desk("ann", *WRITES)
    seen = []
    for action in ("withdraw", "publish"):
        act(writer, action, entry)
        seen.append(said(process, "open when"))
    assert seen == [None, "9."]


def test_approving_many_tells_which_could_not_be_and_approves_the_others(tenant: Tenant, desk: Desk) -> None:
    writer, approver = desk("ann", *WRITES), desk("ben", "view_faqentry", "approve_faqentry")
    for key, question in (("hours", "When are you open?"), ("phone", "What is your number?")):
        writer.post(f"{LIST}add/", form(tenant, question, "So.", key=key))
    first, second = FaqEntry.objects.order_by("key")
    act(approver, "send_back", second)
    page = act(approver, "approve", first, second)
    assert "What is your number?: Only an entry in review" in page
    assert "Entries changed: 1" in page
    assert [entry.state for entry in FaqEntry.objects.order_by("key")] == ["approved", "draft"]


@pytest.mark.parametrize(("language", "told"), [(EN, "has no value: {{ fone }}"), (ZH, "没有取值的占位符：{{ fone }}")])
def test_an_answer_with_an_unknown_placeholder_stays_in_the_form(
    tenant: Tenant, desk: Desk, language: str, told: str
) -> None:
    writer = desk("ann", *WRITES, language=language)
    page = writer.post(f"{LIST}add/", form(tenant, "Your number?", "Call {{ fone }}."))
    assert (page.status_code, told in page.content.decode()) == (200, True)
    assert not FaqEntry.objects.exists()


def test_the_placeholder_of_another_tenant_is_no_value(tenant: Tenant, desk: Desk) -> None:
    placeholders.save(FaqValue(tenant=Tenant.objects.create(slug="b", name="B"), name="phone", value_en="0800"))
    page = desk("ann", *WRITES).post(f"{LIST}add/", form(tenant, "Your number?", "Call {{ phone }}."))
    assert "has no value" in page.content.decode()


@pytest.mark.parametrize(("language", "told"), [(EN, "would end before it begins"), (ZH, "结束时间早于开始时间")])
def test_a_time_that_ends_before_it_begins_stays_in_the_form(
    tenant: Tenant, desk: Desk, language: str, told: str
) -> None:
    now = timezone.now()
    times = {**moment("valid_from", now), **moment("valid_until", now - dt.timedelta(days=1))}
    page = desk("ann", *WRITES, language=language).post(f"{LIST}add/", form(tenant, "Open?", "9.", **times))
    assert (page.status_code, told in page.content.decode()) == (200, True)
    assert not FaqEntry.objects.exists()


def test_a_question_that_another_entry_answers_is_refused_with_that_entrys_name(tenant: Tenant, desk: Desk) -> None:
    services.save(FaqEntry(tenant=tenant, key="old", language="en", question="Open when?", answer="9."))
    page = desk("ann", *WRITES).post(f"{LIST}add/", form(tenant, "When?", "10.", variants="OPEN when\nx"))
    assert "is answered by the entry old (en)" in page.content.decode()
    assert FaqEntry.objects.count() == 1


@pytest.mark.parametrize("language", [EN, ZH])
def test_a_placeholder_in_use_is_not_removed_and_the_page_does_not_claim_so(
    tenant: Tenant, desk: Desk, language: str
) -> None:
    phone = FaqValue(tenant=tenant, name="phone", value_en="0800")
    placeholders.save(phone)
    services.save(FaqEntry(tenant=tenant, key="call", language="en", question="Number?", answer="{{ phone }}"))
    editor = desk("ann", "view_faqvalue", "change_faqvalue", "delete_faqvalue", language=language)
    one = editor.post(f"/admin/faq/faqvalue/{phone.pk}/delete/", {"post": "yes"}, follow=True)
    chosen = {"action": "delete_selected", "_selected_action": [str(phone.pk)], "post": "yes"}
    many = editor.post("/admin/faq/faqvalue/", chosen, follow=True)
    for page in (one, many):
        assert "call (en)" in page.content.decode()
        assert not [told for told in page.context.get("messages", []) if told.level_tag == "success"]
    assert FaqValue.objects.get() == phone


def test_a_hit_called_wrong_is_allowed_again_by_removing_the_judgement(
    tenant: Tenant, desk: Desk, process: FaqIndex
) -> None:
    entry = services.save(FaqEntry(tenant=tenant, key="hours", language="en", question="Open when?", answer="9."))
    corrections.wrong(entry, "When is it open?")
    hit = CalibrationPair.objects.get()
    vector = ENCODER.encode_questions(["Open when?"])[0]
    before = process.nearest("acme", vector, "When is it open?", "en")
    desk("ann", "view_calibrationpair", "delete_calibrationpair").post(
        f"/admin/faq/calibrationpair/{hit.pk}/delete/", {"post": "yes"}
    )
    assert not CalibrationPair.objects.exists()
    assert before is None
    assert said(process, "open when") == "9."


def test_the_log_tells_who_wrote_and_who_approved_what(tenant: Tenant, desk: Desk) -> None:
    writer, approver = desk("ann", *WRITES), desk("ben", "view_faqentry", "approve_faqentry")
    writer.post(f"{LIST}add/", form(tenant, "When are you open?", "9 to 5."))
    entry = FaqEntry.objects.get()
    act(approver, "approve", entry)
    log = list(Entry.objects.of("acme").about("faq.faqentry", entry.pk).order_by("id"))
    assert [(row.who, row.channel, row.action) for row in log] == [
        ("ann", "admin", "add"), ("ann", "admin", "change"), ("ben", "admin", "change"),
    ]  # fmt: skip
    assert log[0].after is not None
    assert log[0].after["answer"] == "9 to 5."
    assert [(row.before["state"], row.after["state"]) for row in log[1:]] == [  # type: ignore[index]
        ("draft", "review"), ("review", "approved"),
    ]  # fmt: skip
    assert log[2].after == {"state": "approved", "approver": User.objects.get(username="ben").pk}


def test_the_log_tells_of_placeholders_settings_and_wrong_hits(tenant: Tenant, desk: Desk) -> None:
    entry = services.save(FaqEntry(tenant=tenant, key="hours", language="en", question="Open when?", answer="9."))
    editor = desk("ann", "view_faqvalue", "add_faqvalue", "change_faqvalue")
    fields = {"tenant": tenant.pk, "name": "phone", "value_en": "0800", "value_zh": ""}
    editor.post("/admin/faq/faqvalue/add/", fields)
    value = FaqValue.objects.get()
    editor.post(f"/admin/faq/faqvalue/{value.pk}/change/", {"value_en": "0900", "value_zh": ""})
    last = Entry.objects.of("acme").about("faq.faqvalue", value.pk).first()
    assert last is not None
    assert (last.who, last.label, last.differences()) == ("ann", "phone", [("value_en", "0800", "0900")])
    corrections.wrong(entry, "Closed when?")
    row = Entry.objects.of("acme").filter(kind="faq.calibrationpair").get()
    assert row.after is not None
    assert (row.action, row.after["entry"]) == ("add", entry.pk)
