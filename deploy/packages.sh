# Sourced by run, test and the others: the Debian packages that each needs, and their installation.

# What danegate is built with and needs where it runs.
build_packages=(git ca-certificates binutils libc6-dev libstdc++-12-dev pkg-config
    libmilter-dev libunbound-dev libgnutls28-dev libsqlite3-dev dns-root-data)

# What the tests run against: name servers, certificates, a real MTA, a validating resolver, OpenSSL as a judge beside, a
# program that compresses logs, one that rotates them, and what deploy/arrows is written in.
test_packages=(nsd ldnsutils openssl libssl-dev postfix unbound mandoc xz-utils logrotate python3)

# What the benchmark is measured in and beside: besides the above, peers, callgrind, a Python for one peer from PyPI.
bench_packages=(nsd ldnsutils unbound postfix unbound-host gnutls-bin valgrind iproute2 python3-venv)

say() { printf '%s\n' "$*" >&2; }

# Runs a command as root, by sudo if we are not.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs those of the packages that are missing. Starts none of their services.
install_packages() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing ${missing[*]}"
    if ! command -v sudo >/dev/null && [ "$(id -u)" -ne 0 ]; then
        say "These packages are missing and need root: apt-get install ${missing[*]}"
        return 1
    fi
    if [[ " ${missing[*]} " = *" postfix "* ]] && [ -e /usr/sbin/sendmail ]; then
        say "Another MTA is installed, and Debian would remove it for postfix. Run the tests on a machine without one."
        return 1
    fi
    as_root apt-get update -q
    # Without an answer postfix asks how the site's mail works; it is run from directories of the tests' own alone.
    if [[ " ${missing[*]} " = *" postfix "* ]]; then
        echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections
    fi
    # A name server or MTA that starts on its own is not wanted here.
    local policy=/usr/sbin/policy-rc.d ours=no status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        ours=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" || status=$?
    [ "$ours" = no ] || as_root rm -f "$policy"
    return "$status"
}

need_swift() {
    command -v swift >/dev/null || {
        say "Swift 6.2 or later must be installed: https://www.swift.org/install/linux/"
        return 1
    }
}
