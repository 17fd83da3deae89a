"""Which lines of an answer say that something went wrong, whoever of the node's parts wrote them.

The admin CLI speaks English (docs/appliance.md, Login). Its Java programs, the database and the operating
system below it have words of their own, some of them translated.
"""

import re

_ADMIN_CLI = (
    r"^\s*%|\b(?:denied|fail(?:ed|ure|s)|fatal|traceback|unable|refused|not authori[sz]ed|incomplete|usage:)"
    r"|\b(?:unknown|invalid|ambiguous) (?:command|input|host)\b|\bsyntax error\b|\bno such\b"
    r"|\bnot (?:running|found|available|permitted|allowed|ready|responding|reachable|up)\b"
    r"|\b(?:is|are) (?:down|busy)\b|\bunavailable\b|\btry again\b|\bca(?:n|nno|n[\u2019']|n no)t\b"
    r"|\bcould(?: not|n[\u2019']t)\b|\b(?:truncated|omitted|not shown)\b"
)
_JAVA = (
    r"error(?:s|ed)?\b|\berr\b\s*[:!]|exceptions?\b"
    r"|^\s*at [\w$.<>/]{3,}\(|^\s*caused by:|\bstack ?trace\b"
)
_DATABASE = r"\b(?:ORA|TNS|SP2|PLS|RMAN)-[0-9]{4,5}\b"
_SYSTEM = (
    r"\b(?:killed|terminated|interrupted|cancell?ed|abort(?:ed|ing)|panic|core dumped|segmentation fault)\b"
    r"|\b(?:broken pipe|lost connection|too many|out of memory|no space left|(?:disk|device)(?: is)? full)\b"
    r"|\bconnection (?:was )?(?:reset|closed|lost|aborted)\b|\bmemory exhausted\b|\btime[d -]{0,2}out\b"
    r"|\bexit(?:ed)? (?:with )?(?:status|code)\b|\^C\s*$"
)
_TRANSLATED = (
    r"\b(?:fehler|erreur|[e\u00e9]chec|errore|errores|erro|fallo|fall[o\u00f3]|falha|falhou|fout|fel:|feil:|virhe"
    r"|b\u0142\u0105d|\u043e\u0448\u0438\u0431\u043a\u0430|verweigert|refus[e\u00e9]|denegado|negado|negato|geweigerd"
    r"|\u043e\u0442\u043a\u0430\u0437\u0430\u043d\u043e)"
    "|\u30a8\u30e9\u30fc|\u5931\u6557|\u62d2\u5426|\u9519\u8bef|\u5931\u8d25|\u62d2\u7edd|\u932f\u8aa4|\u62d2\u7d55"
    "|\uc624\ub958|\uc2e4\ud328|\uac70\ubd80"
)
_LOOKED_AT = 2_000
"""Characters at each end of a line: a node may print megabytes in one."""
_ERROR = re.compile("|".join((_ADMIN_CLI, _JAVA, _DATABASE, _SYSTEM, _TRANSLATED)), re.IGNORECASE)


def says_error(line: str) -> bool:
    """Whether a line that is not a row says that an answer is not what was asked for, or not all of it.

    Of a very long line only both ends are looked at.
    """
    ends = line if len(line) <= 2 * _LOOKED_AT else f"{line[:_LOOKED_AT]} {line[-_LOOKED_AT:]}"
    return _ERROR.search(ends) is not None
