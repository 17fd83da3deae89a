"""What a node may ask after `deletecert`: harmless questions, and dangerous ones in many wordings.

``{key}`` is the key of the command, ``{other}`` that of another row.
"""

from dataclasses import dataclass
from itertools import product

YES_NO = ("(yes/no)? ", "[y/n]: ", "(yes/no) [no] ? ", "<y|n> ")
_HARMLESS = (
    "Are you sure you want to delete the certificate of {key}",
    "Delete {key}",
    "Remove the certificate of host {key}",
    "Do you want to delete this certificate",
    "Do you really want to remove this certificate",
)
_DANGEROUS = (
    "This will reboot the server. Continue",
    "The NCS services will be bounced. Proceed",
    "All processes will be restarted to delete {key}. Continue",
    "The server shuts down after this. Go on",
    "Delete {key} and power cycle the appliance",
    "This triggers a failover to the secondary. Continue",
    "HA will be disabled. Delete {key}",
    "Delete the entire trust store",
    "Delete every certificate in the list",
    "Remove {key} and its dependents",
    "Delete {other}",
    "Do you want to delete the certificate of {other}",
    "Deleting {key} also clears the alarm database. Are you sure",
    "Sessions of other users will be terminated. Delete {key}",
    "Reload the health monitor now",
    "Do you want to save the running configuration",
    "Overwrite the existing certificate",
    "Delete {key} permanently and wipe the key store",
    "This certificate is in use. Stop the server and delete it",
    "Accept the license agreement",
    "Continue",
    "Delete {key}? This cannot be undone and the server will re\r\nstart. Continue",
    "Dieser Befehl startet den Server neu. Weiter",
    "Le serveur va redémarrer. Supprimer {key}",
    "El servidor se reiniciará. ¿Eliminar {key}",
    "O servidor será reiniciado. Excluir {key}",
    "サーバを再起動します。{key} を削除しますか",
)
_OPEN = (
    "Give a reason: ",
    "Password: ",
    "Enter the number of days to keep {key}: ",
    "Type the name of the host to delete: ",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and whether it may be answered without asking a person."""

    text: str
    is_harmless: bool

    def about(self, key: str, other: str) -> str:
        """Its words for one deletion."""
        return self.text.replace("{key}", key).replace("{other}", other)


HARMLESS = tuple(Question(f"{words} {form}", True) for words, form in product(_HARMLESS, YES_NO))
DANGEROUS = (
    *(Question(f"{words} {form}", False) for words, form in product(_DANGEROUS, YES_NO)),
    *(Question(f"{words}\r\nAre you sure {form}", False) for words, form in product(_DANGEROUS, YES_NO)),
    *(Question(words, False) for words in _OPEN),
)
QUESTIONS = (*HARMLESS, *DANGEROUS)
