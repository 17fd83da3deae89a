"""What an appliance asks between login and first prompt (docs/appliance.md, Login), as a server plays it."""

from tests.support.cli_server import Handler, Session, ask, say, steps

ANOTHER = "Another user is logged into the system at this time\n"
MENU = (
    "Following disconnected ssh sessions are available to resume.\n"
    "  [1] 1058597.admin-Tuesday_Dec_21_18:10:15_2021\n\n"
    "Enter session number to resume or press <Enter> to start a new one: "
)


async def resume_menu(session: Session) -> None:
    """Drops what is typed in the first moment, as real ones do; then takes a lone Enter only."""
    session.put(MENU)
    while await session.line() != "":
        session.put("% Error: Invalid session, enter the number of the session\n" + MENU)


async def banner_pager(session: Session) -> None:
    session.put("Welcome to a very long banner\n--More--")
    key = await session.key()
    assert key in "\r\n"
    session.put("\r        \rits second page\n")


DIALOGUES: dict[str, Handler] = {
    "menu": resume_menu,
    "another": steps(
        say(ANOTHER),
        ask(
            "Are you sure you want to continue (yes/no) [no]? ",
            "Yes",
            again="ERROR : Please enter Yes or No\n",
        ),
    ),
    "enter": ask("Press <Enter> to continue", ""),
    "pager": banner_pager,
    "last": say(
        "Last failed login on Wed Jan 15 10:43:10 2020 from 1.1.1.1\n"
        "Last login: Tue Dec 21 18:19:32 2021 from 10.10.10.10\n"
        "Your password will expire in 3 days.\n"
    ),
}
