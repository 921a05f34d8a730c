#!/usr/bin/env bash
# 掌上社区 Palm Community: installs the package this file lies in on Debian 12 or newer (or Ubuntu 24.04), as root: bash install.sh
# Safe to run again: what is there stays. To bring a newer version later: palm upgrade PACKAGE
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=/opt/palm data=/var/lib/palm settings=/etc/palm backups=/var/backups/palm
oldest_postgres=15

say() { printf '%s\n' "$*"; }
stop() { printf 'install: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || stop "run it as root: sudo bash install.sh"
command -v apt-get >/dev/null || stop "this package is for Debian and Ubuntu (apt-get is missing)"
[ "$(uname -m)" = "$(cat "$here/MACHINE")" ] || stop "this package is for $(cat "$here/MACHINE"), this machine is $(uname -m)"
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || stop "the package is damaged: download it again"
version=$(cat "$here/VERSION")
if [ -e "$prefix/current" ] && [ "$(basename "$(readlink -f "$prefix/current")")" != "$version" ]; then
    stop "$(basename "$(readlink -f "$prefix/current")") is installed: bring this version by \`palm upgrade PACKAGE\`, which makes a backup first"
fi

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }
have_server() {
    local folder
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ "$(basename "$(dirname "$folder")")" -ge "$oldest_postgres" ] && return 0
    done
    return 1
}

packages() {
    local missing=() package server
    for package in ca-certificates libpq5 tar gzip; do installed "$package" || missing+=("$package"); done
    if ! have_server; then
        apt-get update -q
        server=$(apt-cache search --names-only '^postgresql-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
        [ -n "$server" ] && [ "${server#postgresql-}" -ge "$oldest_postgres" ] ||
            stop "this release has no PostgreSQL $oldest_postgres or newer: add the PostgreSQL project's apt repository (apt.postgresql.org)"
        # Palm starts a PostgreSQL of its own, on a socket only; without this line the package would start another one on port 5432.
        mkdir -p /etc/postgresql-common
        grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
            echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
        missing+=("$server")
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing ${missing[*]}"
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
            { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } ||
            stop "apt-get install failed (see above)"
    fi
}

account_and_folders() {
    getent passwd palm >/dev/null ||
        useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin palm
    install -d -m 755 "$prefix" "$prefix/releases"
    install -d -o root -g palm -m 750 "$settings"
    install -d -o palm -g palm -m 750 "$data"
    install -d -o palm -g palm -m 700 "$backups"
}

program() {
    if [ ! -e "$prefix/releases/$version" ]; then
        cp -a "$here" "$prefix/releases/.new"
        chown -R root:root "$prefix/releases/.new"
        chmod -R go-w,a+rX "$prefix/releases/.new"
        mv "$prefix/releases/.new" "$prefix/releases/$version"
    fi
    [ -e "$prefix/current" ] || ln -s "$prefix/releases/$version" "$prefix/current"
    install -m 755 "$here/bin/palm-as-user" /usr/local/bin/palm
}

configuration() {
    if [ ! -e "$settings/palm.env" ]; then
        install -o root -g palm -m 640 "$here/palm.env" "$settings/palm.env"
    fi
    if [ ! -e "$settings/keys.json" ]; then
        "$prefix/current/bin/palm" admin keys --keys-file "$settings/keys.json"
    fi
    chown palm:palm "$settings/keys.json"
    chmod 600 "$settings/keys.json"
}

services() {
    install -d -m 755 /etc/systemd/system
    install -m 644 "$here"/systemd/* /etc/systemd/system/
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --quiet palm.service
        systemctl enable --quiet --now palm-backup.timer palm-restore-check.timer
    else
        say "no systemd is running here: the units are in /etc/systemd/system, start \`palm serve\` by your own means"
    fi
}

packages
account_and_folders
program
configuration
palm migrate
services

cat <<TEXT

掌上社区 $version 已安装。接下来：
  1. 把密钥 $settings/keys.json 复制到本机以外的安全地方（U 盘、保险柜）；丢了它，备份和个人信息都无法解密。
  2. 填写 $settings/palm.env：小程序的 AppID、AppSecret、公网地址等，每项都有说明。
  3. 设置反向代理（HTTPS）：样例在 $prefix/current/proxy/。
  4. palm import grid 网格.xlsx，再依次导入 households、organizations、merchants、roster。
  5. palm admin invite 取得首位管理员的一次性邀请码。
  6. systemctl start palm，然后 palm doctor 会告诉您还缺什么。
说明书：$prefix/current/README.md

Palm Community $version is installed. Next:
  1. Copy the keys $settings/keys.json to a safe place off this machine: without them no backup opens and no personal field can be read.
  2. Fill in $settings/palm.env: the mini program's id and secret, the public address; each line says what it is.
  3. Put the TLS proxy in front: samples are in $prefix/current/proxy/.
  4. palm import grid FILE, then households, organizations, merchants and roster.
  5. palm admin invite prints the first administrator's one-time code.
  6. systemctl start palm; then palm doctor says what is still missing.
Manual: $prefix/current/README.md
TEXT
