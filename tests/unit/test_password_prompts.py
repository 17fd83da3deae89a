"""Which prompts ask for the password, without a server."""

import pytest

from tofutui.appliance.ssh.password_prompts import asks_new_password, asks_password, says_refused


@pytest.mark.parametrize(
    ("prompt", "asks"),
    [
        ("Password:", True),
        ("admin@10.0.0.1's password: ", True),
        ("Enter PASSCODE: ", True),
        ("Kennwort: ", True),
        ("Mot de passe :", True),
        ("New password: ", False),
        ("Current password: ", False),
        ("Retype password: ", False),
        ("PIN: ", False),
        ("Duo passcode: ", False),
        ("RSA SecurID passcode: ", False),
        ("Verification code: ", False),
        ("", False),
    ],
)
def test_which_prompts_ask_for_the_password(prompt: str, asks: bool) -> None:
    assert asks_password(prompt) is asks


@pytest.mark.parametrize(
    "prompt",
    [
        "Passwort: ", "Mot de passe\u00a0: ", "Contraseña:", "Contrasen\u0303a:", "Senha: ",
        "Palavra-passe: ", "Wachtwoord: ", "Lösenord: ", "Passord:", "Adgangskode: ",
        "Salasana: ", "Hasło: ", "Heslo: ", "Jelszó: ", "Parola: ", "Lozinka: ", "Пароль: ",
        "Парола: ", "Κωδικός: ", "Şifre: ", "Slaptažodis: ", "סיסמה: ", "كلمة المرور: ",
        "रूट पासवर्ड: ", "รหัสผ่าน:", "Mật khẩu: ", "Kata sandi: ", "密码\uff1a", "密碼:", "口令:",
        "パスワード:", "\uff8a\uff9f\uff7d\uff9c\uff70\uff84\uff9e:", "비밀번호: ", "암호:",
        "(admin@pi) PASSWORD: ", "Wagwoord:", "Parolă: ", "Parolni kiriting:", "Гасло: ", "کلمه عبور:",
        "পাসওয়ার্ড:", "పాస్‌వర్డ్:", "ລະຫັດຜ່ານ:", "Şifrə: ",
    ],
)  # fmt: skip
def test_the_password_is_known_in_many_languages(prompt: str) -> None:
    assert asks_password(prompt)
    assert not asks_new_password(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Neues Passwort: ", "Nouveau mot de passe : ", "Nueva contraseña: ", "Nova senha: ",
        "Nieuw wachtwoord: ", "Nytt lösenord: ", "Nowe hasło: ", "Новый пароль: ", "新しいパスワード:",
        "新密码:", "새 비밀번호: ", "Passwort wiederholen: ", "Confirmez le mot de passe : ",
        "現在のパスワード:", "Huidig wachtwoord: ",
    ],
)  # fmt: skip
def test_a_change_of_the_password_is_distinguished(prompt: str) -> None:
    assert asks_new_password(prompt)
    assert not asks_password(prompt)


@pytest.mark.parametrize(
    "prompt",
    ["One-time password: ", "OTP password: ", "Einmalpasswort: ", "一次性密码:", "ワンタイムパスワード:",
     "Second password: ", "Token password: ", "Одноразовый пароль: ", "Username: ", "Código: "],
)  # fmt: skip
def test_a_code_is_not_a_password(prompt: str) -> None:
    assert not asks_password(prompt)
    assert not asks_new_password(prompt)


@pytest.mark.parametrize(
    "text", ["Login incorrect", "Access denied", "Anmeldung fehlgeschlagen", "密码错误", "Falsch"]
)
def test_a_refusal_is_recognised_by_its_words(text: str) -> None:
    assert says_refused(text)
    assert not says_refused("Welcome")
