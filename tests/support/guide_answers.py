"""What `ncs ha status` of the model's nodes prints, by what it means."""

from tofutui.tofu.site.session import Role

ACTIVE = (
    "[Role] Primary [Secondary Server] prime-sec(192.0.2.11) [State] Primary Active [Failover Type] Manual"
)
SYNCING = "[Role] Secondary [Primary Server] prime-pri(192.0.2.10) [State] Secondary Syncing"


def _state(role: Role, state: str) -> str:
    return f"[Role] {role.value.title()} [State] {state}"


ANSWERS: dict[Role, dict[str, tuple[str, ...]]] = {
    Role.PRIMARY: {
        "good": (ACTIVE, _state(Role.PRIMARY, "Primary Active")),
        "none": tuple(_state(Role.PRIMARY, words) for words in ("HA not Configured", "Stand Alone")),
        "begun": (_state(Role.PRIMARY, "HA Initializing"),),
        "newer": tuple(
            _state(Role.PRIMARY, words)
            for words in ("Primary Failover", "Primary Preparing for Failback", "Primary Failback")
        ),
        "unknown": (
            *(
                _state(Role.PRIMARY, words)
                for words in (
                    "Not Primary Active", "waiting to become Primary Active", "primary active",
                    "Primary Active (split brain)", "Primary  Active", "Primary Uncertain", "Failed",
                    "Disconnected", "Primary Lost Secondary", "Primary Active, no longer",
                    "Primary Database Copy Failed",
                )
            ),
            f"{ACTIVE}\n{_state(Role.PRIMARY, 'Primary Uncertain')}",
            f"{ACTIVE}\nWARNING: split brain",
            "[Role] Secondary [State] Primary Active",
        ),
        "silent": ("", "% the server is busy", "[State]", "Split brain"),
    },
    Role.SECONDARY: {
        "good": (SYNCING, _state(Role.SECONDARY, "Secondary Syncing")),
        "none": tuple(_state(Role.SECONDARY, words) for words in ("HA not Configured", "Stand Alone")),
        "begun": (_state(Role.SECONDARY, "HA Initializing"),),
        "newer": (
            *(
                _state(Role.SECONDARY, words)
                for words in ("Secondary Active", "Secondary Failover", "Secondary Prep Failback")
            ),
            ACTIVE,
        ),
        "unknown": (
            *(
                _state(Role.SECONDARY, words)
                for words in (
                    "Secondary Uncertain", "Split Brain", "secondary syncing", "Not Secondary Syncing",
                    "Secondary Lost Primary", "Secondary Alone", "Failed", "Secondary Syncing?",
                )
            ),
            f"{SYNCING}\n{_state(Role.SECONDARY, 'Secondary Uncertain')}",
        ),
        "silent": ("", "% the server is busy", "[State]", "Split brain"),
    },
}  # fmt: skip
"""What a node may print, by what it means; the judge goes by this meaning and never reads the words."""

SAFE = {("none", "none"), ("good", "good"), ("good", "none")}
BEGUN = {("begun", "begun"), ("begun", "none"), ("none", "begun"), ("begun", "good"), ("good", "begun")}
