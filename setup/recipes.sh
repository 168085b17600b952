# shellcheck shell=bash
# How each of the four ways makes an environment: build_WAY makes it in $build. Sourced by create.sh.
# The environment is named after this file, among others: what does not change it belongs elsewhere.

# The pinned packages by the pip of PYTHON..., with the user's settings except for where they go.
pip_install() { # pip_install PYTHON...
    pins >"$build/pins.txt"
    PIP_USER=0 PIP_TARGET='' PIP_PREFIX='' step "pip packages" \
        "$@" -m pip install --no-input --disable-pip-version-check --requirement "$build/pins.txt"
}

# Over the active Python, which has dolfinx: what is missing is added in a virtual environment, and
# the user's own environment stays as it is.
build_active() {
    local missing
    pins >"$build/pins.txt"
    missing=$(python3 "$repo/setup/check.py" "$build/pins.txt" | paste -s -d ' ')
    step "a virtual environment over $(python3 -c 'import sys; print(sys.prefix)')" \
        python3 -m venv --system-site-packages "$build/venv" || return 1
    # Over another virtual environment venv would see only the Python below that one.
    python3 -c '
import sys, sysconfig
if sys.prefix != sys.base_prefix:
    print(*dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))), sep="\n")' \
        >"$(echo "$build"/venv/lib/python3*/site-packages)/active.pth"
    [[ -n $missing ]] || return 0
    say "added there, as the active Python lacks them: $missing"
    pip_install "$build/venv/bin/python"
}

build_conda() {
    local tool create
    tool=$(conda_tool)
    create="env create"
    [[ $tool != micromamba ]] || create=create
    # shellcheck disable=SC2086  # one or two words
    step "conda packages from environment.yml, by $tool" \
        env CONDA_ALWAYS_YES=true MAMBA_ALWAYS_YES=true \
        CONDA_CHANNEL_PRIORITY=strict MAMBA_CHANNEL_PRIORITY=strict \
        "$tool" $create --prefix "$build/conda" --file "$repo/environment.yml"
}

build_apt() {
    local missing
    mapfile -t missing < <(apt_missing)
    if ((${#missing[@]})); then
        apt_install "${missing[@]}" || {
            apt_update
            apt_install "${missing[@]}"
        } || return 1
    fi
    step "virtual environment" \
        "$host/usr/bin/python3" -m venv --system-site-packages "$build/venv" &&
        pip_install "$build/venv/bin/python"
}

apt_install() {
    step "apt packages: $*" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "$@"
}

apt_update() { step "apt package lists" as_root apt-get update || true; }

build_root() {
    local mirror options
    if ! command -v mmdebstrap >/dev/null; then
        say "mmdebstrap makes the Debian 13 root and is missing: installing it on this machine"
        apt_install mmdebstrap || {
            apt_update
            apt_install mmdebstrap
        } || return 1
    fi
    mirror=$(debian_mirror)
    mapfile -t options < <(apt_network_options)
    options+=(--variant=apt --components=main --aptopt='Acquire::Retries "3"'
        # mount, mmdebstrap: for the tests, which run this recipe in there
        --include="ca-certificates,mount,mmdebstrap,$(paste -s -d , "$repo/setup/debian-packages.txt")"
        --dpkgopt='path-exclude=/usr/share/man/*'
        --dpkgopt='path-exclude=/usr/share/locale/*'
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright')
    step "Debian 13 root from $mirror (1.5 to 3 minutes)" debian_root "$mirror" "${options[@]}" &&
        step "virtual environment" inside /usr/bin/python3 -m venv --system-site-packages /venv &&
        pip_install inside python
}

debian_root() { # debian_root MIRROR OPTION...
    local mirror=$1 file
    shift
    mkdir "$build/root"
    if ((EUID == 0)); then # in a mount namespace: interrupted, it leaves no mount behind
        unshare --mount mmdebstrap "$@" trixie "$build/root" "$mirror" || return 1
    else # through an archive: the files become the user's own
        mmdebstrap "$@" --format=tar trixie - "$mirror" |
            tar --extract --directory "$build/root" --no-same-owner --exclude='./dev/*' || return 1
    fi
    for file in resolv.conf localtime; do # places for the host's; as links they would lead astray
        rm -f "$build/root/etc/$file"
        : >"$build/root/etc/$file"
    done
}

# Proxies and certificates that the host's apt has been told of.
apt_network_options() {
    apt-config dump | sed -n '/^Acquire::https\{0,1\}:.*"..*"/I s/^/--aptopt=/p'
}
