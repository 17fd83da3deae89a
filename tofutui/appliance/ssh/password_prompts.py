# ruff: noqa: RUF001 - words of other alphabets
"""Which prompts of a login ask for the password, in the languages that servers speak."""

import re
import unicodedata

_PASSWORD = re.compile(
    r"pass(?:word|code|wort|wd\b|ord\b)|kennwort|mot de passe|contrase[nñ](?:a|ya)|contrasinal|\bclave\b"
    r"|\bsenha\b|palavra[ -](?:passe|chave)|wachtwoord|l[öo]senord|adgangskode|kodeord|salasana"
    r"|lykilor[ðd]|has[łl]o|\bheslo\b|jelsz[óo]|lozinka|zaporka|\bgeslo\b|\bšifra\b|\b[sş]ifre|parool"
    r"|\bparol\w{0,3}\b|slapta[žz]od|fjal[ëe]kalim|pasahitz|cyfrinair|pasfhocal|m[ậa]t kh[ẩa]u"
    r"|kata (?:sandi|laluan)|wagwoord|passwuert|nenosiri|pasvort|\b[sş]ifrə"
    r"|парол|лозинк|\bгасл|нууц үг|κωδικ|συνθηματικ|סיסמ[הא]"
    r"|كلمة (?:المرور|السر)|گذرواژه|رمز عبور|کلمه عبور"
    r"|पासवर्ड|รหัสผ่าน|ລະຫັດຜ່ານ|ពាក្យសម្ងាត់|စကားဝှက်|পাসওয়ার্ড|கடவுச்சொல்|పాస్.?వర్డ్"
    r"|ಪಾಸ್.?ವರ್ಡ್|പാസ്.?വേഡ്|ਪਾਸਵਰਡ|પાસવર્ડ|මුරපදය|پاس ورڈ|የይለፍ ቃል"
    r"|密码|密碼|口令|パスワード|비밀번호|암호|პაროლ|գաղտնաբառ|құпия\s?сөз"
)
_OTHER_SECRET = re.compile(
    r"one[- ]?time|single[- ]use|\botp\b|\btan\b|token|verif|\bsms\b|second|2fa|factor|einmal|usage unique"
    r"|securid|\bduo\b|authenticator|yubi"
    r"|(?:solo|único|unico|única) uso|uso (?:único|unico|singolo)|eenmalig|engångs|engangs|jednoraz|одноразов"
    r"|tek kullan|一次性|动态|動態|ワンタイム|使い捨て|일회용|μίας χρήσης"
)
"""A prompt with these words wants a code that is good once, whatever it calls it."""
_CHANGE = re.compile(
    r"\b(?:new|current|old|retype|re-enter|repeat|confirm|change|again)\b"
    r"|\bneu|\balte|wiederhol|best[äa]tig|aktuell|\b[äa]nder|nouveau|ancien|actuel|nuev[ao]|antigu|actual|repit"
    r"|\bnov[aoéy]|antig|atual|repet|confirm|nuov|vecchi|attual|ripet|conferm|nieuw|\boud|huidig|herhaal|bevestig"
    r"|\bnytt|\bnya\b|\bny\b|gammal|gammel|nåv|upprepa|gjenta|gentag|bekr[äæ]ft|\buusi|vanha|nykyi|vahvista"
    r"|\bnow[ey]|\bstar[eéyoá]|powt[óo]rz|obecn|zopak|potvr|\búj\b|régi|jelenlegi|ismét|\byeni|\beski|tekrar"
    r"|нов|стар|текущ|повтор|подтверд|νέ[οα]|παλι[όά]|επανάλ|επιβεβ|חדש|جديد|قديم|الحالي|تأكيد"
    r"|新|旧|舊|现在|現在|当前|當前|再|确认|確認|새|현재|기존|이전|다시|확인|mới|cũ|lại|baru|lama|ulang"
)
_REFUSED = re.compile(
    r"incorrect|denied|invalid|fail|wrong|try again|refused|falsch|ungültig|fehlgeschlagen|erneut|refus|erron"
    r"|inv[áa]lid|incorret|errat|onjuist|mislukt|felaktig|misslyck|\bfeil|forkert|väärä|błęd|niepraw|nespr"
    r"|hib[áa]s|hatalı|yanlış|невер|неправ|错误|錯誤|失败|失敗|違|正しく|잘못|올바르지|틀렸|خطأ|שגוי|sai"
)


def _folded(text: str) -> str:
    """One spelling for each letter: composed, full width as usual width, lower case."""
    return unicodedata.normalize("NFKC", text[-2_000:]).casefold()


def asks_password(prompt: str) -> bool:
    """Whether a prompt asks for the login password itself: not for a new one, nor for a code."""
    text = _folded(prompt)
    return bool(_PASSWORD.search(text)) and not _CHANGE.search(text) and not _OTHER_SECRET.search(text)


def asks_new_password(prompt: str) -> bool:
    """Whether a prompt belongs to a change of the password."""
    text = _folded(prompt)
    return bool(_PASSWORD.search(text) and _CHANGE.search(text)) and not _OTHER_SECRET.search(text)


def says_refused(text: str) -> bool:
    """Whether a server's words say that what it got was wrong."""
    return _REFUSED.search(_folded(text)) is not None


def is_same(prompt: str, other: str) -> bool:
    """Whether two prompts ask the same thing."""
    return _folded(prompt).strip() == _folded(other).strip()
