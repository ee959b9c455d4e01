# Sourced by run, test and the others: the Debian packages that each needs, and their installation.

# What danegate is built with and needs where it runs.
build_packages=(git ca-certificates binutils libc6-dev libstdc++-12-dev pkg-config
    libmilter-dev libunbound-dev libgnutls28-dev libsqlite3-dev dns-root-data)

# What the tests run against: name servers, certificates, a real MTA, a validating resolver, OpenSSL as a judge beside, a
# program that compresses logs, one that rotates them, a Prometheus, what deploy/arrows is written in, a browser, and Redis: the
# server's program comes with redis-tools, and the package redis-server only adds a service, which nobody wants here.
test_packages=(nsd ldnsutils openssl libssl-dev postfix unbound mandoc xz-utils logrotate prometheus python3 python3-venv
    chromium-headless-shell redis-tools)

# What drives the browser, and what looks at its pages for those who do not see them: from PyPI.
browser_modules=(playwright==1.65.2 axe-playwright-python==0.1.8)

# MTAs that Debian does not let be installed beside postfix, and what of their dependencies a Debian 12 may lack. They are
# unpacked into folders, and run in roots of their own.
exim_packages=(exim4-base exim4-config exim4-daemon-light libgnutls-dane0 libidn12)
sendmail_packages=(sendmail-base sendmail-bin sendmail-cf m4 libwrap0 liblockfile1 libldap-2.5-0 libsasl2-2)

# Redis and Valkey as Debian 13 has them, and what they need of it: the C library too. They are unpacked, and run by its loader.
store_packages=(redis-tools valkey-tools libc6 libgcc-s1 libstdc++6 libatomic1 libjemalloc2 liblzf1 libsystemd0 libcap2 libssl3t64
    zlib1g libzstd1)

# What collects the log lines of many hosts, which Debian would start at the next boot if it were installed. They are unpacked, and
# run where they are.
rsyslog_packages=(rsyslog rsyslog-gnutls rsyslog-pgsql libestr0 libfastjson4 liblognorm5 libpq5)
postgres_packages=(postgresql-15 postgresql-client-15 libpq5)

# What the benchmark is measured in and beside: besides the above, peers, callgrind, a Python for one peer from PyPI, Redis.
bench_packages=(nsd ldnsutils unbound postfix unbound-host gnutls-bin valgrind iproute2 python3-venv redis-tools)

# What the Debian package is made with, judged by, and tried on.
package_packages=(debhelper fakeroot lintian debootstrap)

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

# Builds the release: it runs where there is no Swift, and it says of which commit it is, unless that is a released one.
build_release() {
    local commit=""
    git describe --tags --exact-match --match 'v*' >/dev/null 2>&1 || commit="$(git rev-parse --short=8 HEAD 2>/dev/null)" || :
    DANEGATE_COMMIT="$commit" swift build -c release --product danegate --disable-local-rpath
}

# Unpacks the MTAs that the tests run beside the postfix that is installed. Installs nothing. What was unpacked before is
# kept, until the packages that are wanted are others.
unpack_mtas() {
    unpack exim usr/sbin/exim4 "${exim_packages[@]}" && unpack sendmail usr/libexec/sendmail/sendmail "${sendmail_packages[@]}"
}

# Unpacks rsyslog and PostgreSQL, in the same way.
unpack_collectors() {
    unpack rsyslog usr/sbin/rsyslogd "${rsyslog_packages[@]}" &&
        unpack postgres usr/lib/postgresql/15/bin/postgres "${postgres_packages[@]}"
}

# Unpacks the stores of Debian 13 into .build/stores/debian13, from the mirror that apt uses here. Installs nothing, and leaves
# apt's own lists alone. Without such a mirror there are none, and the tests with them are skipped. What was unpacked before is
# kept, until the packages that are wanted are others.
unpack_stores() {
    local folder="$PWD/.build/stores" uri package status=0
    [ "$(cat "$folder/debian13/packages" 2>/dev/null)" != "${store_packages[*]}" ] || return 0
    say "Unpacking ${store_packages[*]} of Debian 13"
    rm -rf "$folder" && mkdir -p "$folder"/{lists/partial,cache/archives/partial,packages,root} || return 1
    # Without lists apt does not tell its mirror.
    apt-get indextargets 'Created-By: Packages' 'Origin: Debian' | grep -q . || as_root apt-get update -q
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        awk -v own="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
            '$2 == own && $3 == "main" { print "deb " $1 " trixie main"; exit }' >"$folder/sources"
    local apt=(apt-get -q -o "Dir::Etc::SourceList=$folder/sources" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$folder/lists" -o Dir::State::Status=/dev/null -o "Dir::Cache=$folder/cache"
        -o APT::Sandbox::User=root)
    if [ -s "$folder/sources" ] && "${apt[@]}" update &&
        (cd "$folder/packages" && "${apt[@]}" download "${store_packages[@]}"); then
        for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/root" || status=1; done
        [ "$status" -ne 0 ] || { printf '%s\n' "${store_packages[*]}" >"$folder/root/packages" &&
            mv "$folder/root" "$folder/debian13"; } || status=1
    else
        say "There is no mirror of Debian 13 here: the tests with its stores are skipped."
    fi
    rm -rf "$folder"/{lists,cache,packages,root,sources}
    return "$status"
}

# Makes a Python of its own for the tests with a browser, in .build/browser. What was made before is kept, until the modules
# that are wanted are others.
make_browser() {
    local folder=.build/browser
    [ "$(cat "$folder/modules" 2>/dev/null)" != "${browser_modules[*]}" ] || return 0
    say "Fetching ${browser_modules[*]}"
    rm -rf "$folder" && python3 -m venv "$folder" && "$folder/bin/pip" install -q "${browser_modules[@]}" &&
        printf '%s\n' "${browser_modules[*]}" >"$folder/modules"
}

# Unpacks packages into a folder of .build/mtas, and looks whether the program there would find its libraries.
unpack() {
    local folder=.build/mtas/"$1" program="$2" made package libraries status=0
    shift 2
    [ "$(cat "$folder/packages" 2>/dev/null)" != "$*" ] || return 0
    say "Unpacking $*"
    mkdir -p .build/mtas || return 1
    made="$(mktemp -d "$PWD/.build/mtas/new.XXXXXX")" || return 1
    if fetch "$made" "$@"; then
        for package in "$made"/*.deb; do dpkg -x "$package" "$made/root" || status=1; done
    else
        status=1
    fi
    if [ "$status" -eq 0 ]; then
        # Who runs it is root already, and nobody else is to become more.
        find "$made/root" -type f -perm /6000 -exec chmod ug-s {} + || status=1
        libraries="$(echo "$made"/root/usr/lib/*-linux-gnu*)"
        if LD_LIBRARY_PATH="$libraries" ldd "$made/root/$program" | grep 'not found' >&2; then
            say "$program lacks libraries"
            status=1
        fi
    fi
    if [ "$status" -eq 0 ]; then
        printf '%s\n' "$*" >"$made/root/packages" && rm -rf "$folder" && mv "$made/root" "$folder" || status=1
    fi
    rm -rf "$made"
    return "$status"
}

# Downloads packages into a folder. The lists of packages may be missing, or older than what the mirror has.
fetch() {
    local folder="$1"
    shift
    download "$folder" "$@" && return 0
    as_root apt-get update -q && download "$folder" "$@" && return 0
    say "These packages cannot be fetched: $*"
    return 1
}

download() {
    local folder="$1"
    shift
    (cd "$folder" && apt-get download -q -o APT::Sandbox::User=root "$@")
}
