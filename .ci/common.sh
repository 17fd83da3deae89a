# What .ci/run and .ci/long share; sourced by them in the top folder of the checkout.
export PIP_DISABLE_PIP_VERSION_CHECK=1

step() { printf "\n== %s, after %d s\n" "$*" "$SECONDS"; }

line() { # MARK: the command that the README shows under this mark
    awk -v mark="<!-- $1 -->" '$0 == mark { marked = 1; next } marked && /^```/ { if (inside) exit; inside = 1; next } inside' README.md
}

may_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

# The programs that tests start, each with its Debian package.
programs="
    sshd         openssh-server
    tmux         tmux
    nginx        nginx-light
    openssl      openssl
    gnutls-serv  gnutls-bin
"

install_programs() {
    local program package missing=()
    while read -r program package; do
        [ -z "$program" ] || command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || missing+=("$package")
    done <<<"$programs"
    [ "${#missing[@]}" -gt 0 ] || return 0
    if may_install; then
        apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "not installed and not to be installed here: ${missing[*]} (the tests that need them say so)"
    fi
}
