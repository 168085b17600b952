# shellcheck shell=bash
# What the environment is built from and where a finished one is found.
# Sourced with $repo set; sets $envs and $digest.

envs=${XDG_CACHE_HOME:-${HOME:?is not set, and neither is XDG_CACHE_HOME}/.cache}/calcinosis-needle/env
# Root of what is asked about the host; the tests put a made-up host in its place.
host=${CALCINOSIS_NEEDLE_HOST-}

# The pinned pip requirements of pyproject.toml, one a line.
pins() {
    awk '/^\[/ { groups = ($0 == "[dependency-groups]") }
         /^\]/ { inside = 0 }
         inside && split($0, part, "\"") > 1 { print part[2] }
         /^dependencies = \[$/ || (groups && /^[a-z]+ = \[$/) { inside = 1 }' "$repo/pyproject.toml"
}

digest=$({
    cat "$repo/setup/recipes.sh" "$repo/setup/debian-packages.txt" "$repo/environment.yml"
    pins
    echo "$HOSTTYPE"
} | sha256sum | cut -c 1-12)

supported_dolfinx() { [[ $1 == 0.9.* ]]; }

# Which Python is active, if it is not too old and has a supported dolfinx. Its metadata are asked:
# importing it takes a second.
active_python() {
    local prefix python dolfinx
    read -r dolfinx python prefix < <(python3 -c '
import platform, sys
from importlib.metadata import version
assert sys.version_info >= (3, 12)
print(version("fenics-dolfinx"), platform.python_version(), sys.prefix)' 2>/dev/null </dev/null) || return 1
    supported_dolfinx "$dolfinx" && echo "$dolfinx $python $prefix"
}

conda_tool() {
    local tool
    for tool in mamba micromamba conda; do
        if command -v "$tool" >/dev/null; then
            echo "$tool"
            return
        fi
    done
    return 1
}

# Sets $os, $os_version (unreleased: 99) and $codename.
read_os() {
    local name value
    os=unknown os_version=99 codename=''
    while IFS='=' read -r name value; do
        value=${value//\"/}
        case $name in
            ID) os=$value ;;
            VERSION_ID) os_version=$value ;;
            VERSION_CODENAME) codename=$value ;;
        esac
    done <"$host/etc/os-release" 2>/dev/null || true
}

# The name under which this machine, with what is active on it now, finds its environment.
environment_key() {
    local python
    if python=$(active_python); then
        echo "active-$(cksum <<<"$python" | cut -d ' ' -f 1)-$digest"
    elif conda_tool >/dev/null; then
        echo "conda-$digest"
    else
        system_key
    fi
}

system_key() {
    read_os
    echo "system-$os$os_version-$digest"
}
