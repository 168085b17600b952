# shellcheck shell=bash
# Which of the four ways to an environment are open on this machine: open_WAY succeeds, or says in
# $lack what is missing. Sourced by create.sh.

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

may_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null || { [[ -t 2 ]] && sudo -v; }; }

open_active() {
    if ! active_python >/dev/null; then
        lack="the active Python (3.12 or later) has no dolfinx 0.9"
        return 1
    fi
    if ! lack=$(timeout 120 python3 "$repo/setup/check.py" 2>&1); then
        lack="the active Python has dolfinx, but $(tail -n 1 <<<"$lack")"
        return 1
    fi
}

open_conda() {
    lack="neither mamba, micromamba nor conda is installed"
    conda_tool >/dev/null
}

open_apt() {
    local version
    read_os
    if [[ $os != ubuntu ]] && [[ $os != debian || ${os_version%%.*} -lt 13 ]]; then
        lack="the packages of $os $os_version have no dolfinx 0.9"
        return 1
    fi
    version=$(apt_dolfinx)
    if [[ -z $version ]] && may_be_root; then
        apt_update
        version=$(apt_dolfinx)
    fi
    if ! supported_dolfinx "$version"; then
        lack="the packages of $os $os_version have dolfinx ${version:-nowhere}, not 0.9"
        return 1
    fi
    if [[ -n $(apt_missing) ]] && ! may_be_root; then
        lack="apt packages are missing ($(apt_missing | paste -s -d ' ')) and only root may install them"
        return 1
    fi
}

apt_dolfinx() { # the upstream version apt would install
    apt-cache policy python3-dolfinx 2>/dev/null |
        sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'
}

apt_missing() {
    local package
    while read -r package; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            echo "$package"
    done <"$repo/setup/debian-packages.txt"
}

root_gigabytes=6 # 4.6 when finished, the rest while it is built

open_root() {
    read_os
    if [[ $os != debian ]] || ((${os_version%%.*} < 12)); then
        lack="$os $os_version is not Debian 12 or later"
    elif ! compgen -G "$host/usr/share/keyrings/debian-archive-trixie-stable.*" >/dev/null; then
        lack="the package debian-archive-keyring is too old to know Debian 13's signature"
    elif ! namespace_options >/dev/null; then
        lack="this container allows no mount namespace, which a Debian 13 root needs (give it CAP_SYS_ADMIN)"
    elif [[ -z $(debian_mirror) ]]; then
        lack="apt's sources name no Debian mirror"
    elif ! command -v mmdebstrap >/dev/null && ! may_be_root; then
        lack="mmdebstrap is not installed and only root may install it"
    elif ((EUID != 0)) && ! grep -q "^$(id -un):" "$host/etc/subuid"; then
        lack="/etc/subuid gives $(id -un) no user ids, which mmdebstrap needs"
    elif (($(df --output=avail --block-size=1G "$envs" | tail -n 1) < root_gigabytes)); then
        lack="a Debian 13 root needs $root_gigabytes GB free below $envs"
    else
        return 0
    fi
    return 1
}

debian_mirror() { # the host's own, out of either format of its apt sources
    read_os
    # Without release information apt answers also before any `apt-get update`.
    # shellcheck disable=SC2016  # the names are apt's
    apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk -v codename="$codename" '
            ($2 == codename || $2 ~ /^(old)*stable$/) && $3 == "main" && $1 ~ /\/debian\/?$/ {
                print $1
                exit
            }'
}
