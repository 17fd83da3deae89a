"""Why a node could not be reached, logged in to, or read: one class and one sentence for each reason."""

from tofutui.tofu.base.errors import TofutuiError


class ApplianceError(TofutuiError):
    """Something went wrong between this machine and a node."""


class SshConfigError(ApplianceError):
    """The user's OpenSSH client configuration cannot be read; names file and line."""


class Unreachable(ApplianceError):
    """No connection: refused, no route, unknown name, time-out, or no SSH at the other end."""


class NotSsh(Unreachable):
    """Something answers there, but it does not speak SSH."""


class ClosedAtOnce(Unreachable):
    """The connection was accepted and dropped before anything was sent, as full or overloaded servers do."""


class LoginRefused(ApplianceError):
    """The node did not let us in. It is never retried automatically, because accounts get locked."""


class PasswordExpired(LoginRefused):
    """The node wants the password changed first."""


class NoPassword(LoginRefused):
    """The node wants a password and none is available."""


class TooManySessions(ApplianceError):
    """The node has no free session for us."""


class HostKeyUnknown(ApplianceError):
    """No known_hosts file holds a host key for this node; the message names the fingerprint."""


class HostKeyChanged(ApplianceError):
    """The node shows another host key than the known one, or a revoked one. Always refused."""


class HostKeyInvalid(ApplianceError):
    """The node could not prove that it holds the host key it shows."""


class NoCommonAlgorithm(ApplianceError):
    """Client and node have no SSH algorithm in common; the hint names what cures it."""


class NotAnAdminCli(ApplianceError):
    """A prompt came, but not one of the admin CLI (``host/user#``)."""


class Interrupted(ApplianceError):
    """A command did not run to its end. ``sent``: whether the node got it; ``words``: what it printed."""

    def __init__(self, message: str, hint: str = "", *, sent: bool) -> None:
        super().__init__(message, hint)
        self.sent = sent
        self.words = ""


class LinkLost(Interrupted):
    """The connection went away. With ``sent`` true the outcome of the command is unknown."""


class Withheld(Interrupted):
    """The command was not sent: whoever ordered it found, when its turn came, that it must not be."""


class PromptChanged(Interrupted):
    """Another prompt than the learned one came back: another host or user may be at the other end."""


class CommandTimeout(Interrupted):
    """The node did not give its prompt back in time."""


class OutputTooLong(Interrupted):
    """The node printed more than any list can hold; reading it was stopped."""


class UnknownDialogue(Interrupted):
    """The node asked something that was not answered; the message quotes it.

    ``sent`` is true when the question came after a command.
    """


_FOR_THE_OPERATOR = (
    LoginRefused,
    HostKeyUnknown,
    HostKeyChanged,
    HostKeyInvalid,
    NoCommonAlgorithm,
    NotAnAdminCli,
    SshConfigError,
    UnknownDialogue,
)


def may_be_retried(error: ApplianceError) -> bool:
    """Whether to retry automatically: never a refused login (lock-out), nor what only a person can settle."""
    return not isinstance(error, _FOR_THE_OPERATOR)
