"""Letters from outside, good, odd and hostile, as plain values."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.core.messages.incoming import Incoming, own_words, read_mail, text_of_html

MARKS = (
    r"^>",
    r"^-{3,} ?(Original Message|原始邮件)",
    r"^On .{5,100} wrote:$",
    r"^(发件人|From) ?[:：]",
)


NESTED = b"Content-Type: multipart/mixed; boundary=a\n\n"


def read(raw: bytes | EmailMessage, *, most: int = 1_000_000, longest: int = 20_000) -> Incoming:
    raw = raw if isinstance(raw, bytes) else raw.as_bytes()
    return read_mail(raw, most_bytes=most, longest_words=longest, ours=["claims@insurer.example"])


def letter(body: str = "修理厂让我等了三周", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {
        "From": "王芳 <wang@example.com>", "To": "claims@insurer.example", "Subject": "等了三周",
        "Message-ID": "<one@example.com>",
    }  # fmt: skip
    for name, value in (
        given | {key.replace("_", "-"): text for key, text in headers.items()}
    ).items():
        mail[name] = value
    mail.set_content(body)
    return mail


def test_who_wrote_what_is_read_with_its_quotation() -> None:
    mail = read(letter("还没有人联系我\n\n> 您好，我们会联系您"))
    assert (mail.sender, mail.sender_name) == ("wang@example.com", "王芳")
    assert mail.subject == "等了三周"
    assert mail.words == "还没有人联系我\n\n> 您好，我们会联系您"
    assert mail.automatic == ""
    assert own_words(mail.words, MARKS).strip() == "还没有人联系我"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("不行\n\n-----Original Message-----\nx", "不行"),
        ("No.\n\nOn Mon, 2 Mar 2026, Claims wrote:\n> x", "No."),
        ("收到\n发件人：理赔\n你好", "收到"),
        ("> 只有引文", "> 只有引文"),
        ("On Monday nobody called me.", "On Monday nobody called me."),
    ],
)
def test_what_was_repeated_from_others_is_told_from_what_is_new(words: str, own: str) -> None:
    assert own_words(words, MARKS).strip() == own


@pytest.mark.parametrize(
    "charset", ["utf-8", "gb2312", "gbk", "gb18030", "big5", "no-such-charset"]
)
def test_chinese_arrives_in_whatever_it_was_written(charset: str) -> None:
    encoding = "utf-8" if charset.startswith("no") else charset
    body = "等了三天".encode(encoding)
    raw = (
        f"From: a@example.com\r\nContent-Type: text/plain; charset={charset}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode() + body
    assert read(raw).words == "等了三天"


def test_a_page_becomes_what_a_reader_sees() -> None:
    page = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>第一&nbsp;行<br>第二行</p>"
        "<script>alert(1)</script><!-- y --><div>第三行</div></body></html>"
    )
    mail = letter()
    mail.set_content(page, subtype="html")
    assert read(mail).words.split() == ["第一", "行", "第二行", "第三行"]
    assert "\n" in read(mail).words
    assert text_of_html("") == ""


def test_of_two_forms_the_plain_one_is_taken_unless_it_is_empty() -> None:
    mail = letter("纯文本")
    mail.add_alternative("<p>网页</p>", subtype="html")
    assert read(mail).words == "纯文本"
    empty = letter(" ")
    empty.add_alternative("<p>网页</p>", subtype="html")
    assert read(empty).words == "网页"


def test_files_come_along_with_their_names() -> None:
    mail = letter()
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="发票 1.pdf")
    found = read(mail)
    assert [(one.file_name, one.content) for one in found.attachments] == [("发票 1.pdf", b"%PDF-")]
    assert found.words == "修理厂让我等了三周"


def test_what_is_too_large_is_read_without_its_files() -> None:
    mail = letter()
    mail.add_attachment(b"x" * 9000, maintype="application", subtype="pdf", filename="a.pdf")
    found = read(mail, most=3000)
    assert found.words == "修理厂让我等了三周"
    assert found.attachments == ()
    assert found.cut == ("mail_too_large",)
    assert read(letter("长" * 50), longest=10).cut == ("words_cut",)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto-Submitted": "auto-replied (vacation)"}, "reply"),
        ({"Auto-Submitted": "no"}, ""),
        ({"Precedence": "bulk"}, "list"),
        ({"List-Id": "<news.example.com>"}, "list"),
        ({"X-Auto-Response-Suppress": "All"}, "reply"),
        ({"Return-Path": "<>"}, "reply"),
        ({"From": "MAILER-DAEMON@example.com"}, "reply"),
        ({"From": "no-reply@example.com"}, "reply"),
        ({"From": "Norep Lyman <norep.lyman@example.com>"}, ""),
        ({"From": "Claims <Claims@insurer.example>"}, "loop"),
        ({"From": "nobody"}, "reply"),
    ],
)
def test_what_a_machine_wrote_is_told_by_its_headers(headers: dict[str, str], kind: str) -> None:
    assert read(letter(**headers)).automatic == kind


def test_a_letter_that_came_back_names_the_one_that_it_was() -> None:
    raw = (
        b"From: MAILER-DAEMON@example.com\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Message-ID: <ours@insurer.example>\r\n\r\nx\r\n--b--\r\n"
    )
    found = read(raw)
    assert (found.automatic, found.bounced) == ("bounce", "<ours@insurer.example>")
    headers = raw.replace(b"message/rfc822", b"text/rfc822-headers")
    assert read(headers).bounced == "<ours@insurer.example>"


def test_the_letters_that_one_answers_come_the_nearest_first() -> None:
    found = read(letter(In_Reply_To="<b@x.y>", References="<a@x.y> <b@x.y>"))
    assert found.refers_to == ("<b@x.y>", "<a@x.y>")


def test_the_same_letter_has_the_same_key_and_another_another() -> None:
    assert read(letter()).key == read(letter("anders")).key
    assert read(letter()).key != read(letter(Message_ID="<two@example.com>")).key
    without = b"From: a@b.c\n\nx"
    assert read(without).key != read(without + b"y").key


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: (((((((((((((((((" + b"(" * 5000 + b"\n\nx",
        NESTED + b"\n" + (b"--a\n" + NESTED) * 300,
        b"Content-Type: text/plain; charset=\"\xff\"\n\nx",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
        b"Subject: =?utf-8?b?////?=\nMessage-ID: <<<>>>\n\nx",
        b"Content-Type: text/html\n\n" + b"<div>" * 5000,
    ],
)  # fmt: skip
def test_nothing_that_is_sent_makes_it_stumble(raw: bytes) -> None:
    assert isinstance(read(raw).words, str)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"From: ", b"Content-Type: ", b"Subject: ", b""]))
def test_no_bytes_at_all_make_it_stumble(raw: bytes, header: bytes) -> None:
    assert "\x00" not in read(header + raw).words
