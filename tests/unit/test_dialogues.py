"""The table of dialogues, without a server."""

import pytest

from tofutui.appliance.dialogues import (
    DIALOGUES,
    NOT_SHOWN,
    PAGER,
    find_dialogue,
    is_harmless,
    loggable,
    looks_like_question,
    says_expired,
    says_too_many,
)
from tofutui.appliance.questions import DialogueQuestion
from tofutui.tofu.site.session import Role


def test_every_dialogue_names_its_source() -> None:
    assert all(entry.source for entry in DIALOGUES)
    assert len({entry.name for entry in DIALOGUES}) == len(DIALOGUES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Enter session number to resume or press <Enter> to start a new one:", "resume menu"),
        (
            "Another user is logged into the system at this time\nx\nAre you sure you want to continue",
            "another user",
        ),
        ("another user is logged in.\nAre you sure you want to continue (yes/no)?\n", "another user"),
        ("Press <Enter> to continue", "press Enter"),
        ("press enter to continue...", "press Enter"),
        ("Press RETURN key to continue: ", "press Enter"),
        ("banner\n--More--", "banner pager"),
        ("--More-- (50%)", "banner pager"),
        ("Enter new password: ", "expired password"),
        ("(current) UNIX password: ", "expired password"),
        ("Are you sure you want to continue (yes/no)?", None),
        ("Press <Enter> to continue\nWelcome", None),
        ("a --More--", None),
        ("Password: ", None),
        ("", None),
    ],
)
def test_what_is_known(text: str, name: str | None) -> None:
    dialogue = find_dialogue(text)
    assert (dialogue.name if dialogue else None) == name


@pytest.mark.parametrize(
    "question",
    [
        "(yes/no) [yes] ?",
        "Continue with it? [y/n]",
        "Are you really sure? <Yes/No>",
        "Delete 2001:db8::7_443? [y/n] (default: n) ",
        "Please enter Yes or No: ",
        "Enter session number to resume or press <Enter> to start a new one: ",
        "Press <Enter> to continue",
        "Users:\n  admin\nGo on? (y/n)\n\n",
    ],
)
def test_these_answers_are_not_secrets(question: str) -> None:
    assert is_harmless(question)
    for answer in ("yes", "No", "y", "", "2"):
        assert loggable(question, answer) == answer or (answer, loggable(question, answer)) == ("", "Enter")
    assert loggable(question, "Hunter2") == NOT_SHOWN


@pytest.mark.parametrize(
    "question",
    [
        "Password: ", "Senha:", "OTP:", "Verification code:", "Passcode ", "PIN> ", "Enter your token",
        "Contraseña: ", "パスワード\uff1a", "口令:", "Пароль: ", "Κωδικός: ", "سر:", "Authentication key: ",
        "Answer: ", "2FA (6 digits): ", "Response [challenge 1234]: ", "Enter the reason: ", "Which one? ",
        "Duo passcode or option (1-3): ", "", "Go on? (yes/no)\nOTP: ", "Password: [yes/no] ",
        "Press Enter to continue\nSecret word: ", "yes/no/code: ",
    ],
)  # fmt: skip
def test_any_other_answer_is_hidden(question: str) -> None:
    assert not is_harmless(question)
    assert loggable(question, "yes") == loggable(question, "123456") == NOT_SHOWN
    assert DialogueQuestion(Role.PRIMARY, None, question, None).hides_answer


@pytest.mark.parametrize("line", ["--More--", " -- More -- ", "--more--(12%)", "---More---", "-- MORE --"])
def test_pagers(line: str) -> None:
    assert PAGER.fullmatch(line.rstrip())


@pytest.mark.parametrize("line", ["host=a_1; subject=CN=--More--", "More", "- -", ""])
def test_no_pagers(line: str) -> None:
    assert not PAGER.fullmatch(line)


def test_expiry_and_fullness_are_recognised_by_words() -> None:
    assert says_expired("WARNING: Your password has expired.")
    assert says_expired("You must change your password now")
    assert not says_expired("Your password will expire in 3 days")
    assert says_too_many("Maximum number of sessions reached")
    assert says_too_many("Too many users")
    assert not says_too_many("Welcome, many users like it")


def test_questions_end_like_questions() -> None:
    assert all(looks_like_question(line) for line in ("Why?", "Name: ", "[no]", "(y/n) ", "Pick> "))
    assert not any(looks_like_question(line) for line in ("", "Loading...", "Please wait"))
