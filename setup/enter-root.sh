#!/usr/bin/env bash
# enter-root.sh ROOT REPO CMD [ARG...]: run CMD in the Debian root, in the same folder.
# Started in a mount namespace of its own: the binds below end with the command, and nobody else
# sees them. The root brings the operating system; everything else is the host's.
set -euo pipefail

root=$1
repo=$2
shift 2
here=$(pwd -P)

# Show the host's PATH inside the root.
show() {
    [[ -e $1 && ! $root$1 -ef $1 ]] || return 0
    if [[ -d $1 ]]; then
        mkdir -p "$root$1"
    elif [[ ! -e $root$1 ]]; then
        mkdir -p "$root${1%/*}"
        : >"$root$1"
    fi
    mount --rbind "$1" "$root$1"
}

shown=(/var/tmp)
for path in /*/; do
    path=${path%/}
    case $path in
        /bin | /boot | /etc | /lib | /lib32 | /lib64 | /libx32 | /lost+found | /sbin | /usr | /var) ;;
        *) shown+=("$path") ;;
    esac
done
for path in "$here" "$repo" "${HOME-}" "${TMPDIR-}" "${root%/*}"; do
    case $path in # users' folders below the system's
        /usr/* | /var/* | /etc/*) shown+=("$path") ;;
    esac
done
# Folders that hold the root come first: a recursive bind copies the mounts below its source, and
# the root must have none yet.
for path in "${shown[@]}"; do
    [[ $root != "$path"/* ]] || show "$path"
done
mount --rbind "$root" "$root" # a chroot that is no mount point allows no mount namespace inside it
for path in "${shown[@]}" /etc/{resolv.conf,hosts,hostname,localtime,passwd,group,pip.conf} \
    /etc/ssl/certs /usr/share/ca-certificates /usr/local/share/ca-certificates; do
    show "$path"
done

unset LD_LIBRARY_PATH LD_PRELOAD PYTHONHOME
export PATH=/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export VIRTUAL_ENV=/venv LC_ALL=C.UTF-8 # the only locale there
# Binds took the root user of a namespace; the command runs as who called, without its powers.
read -r _ uid _ </proc/self/uid_map
read -r _ gid _ </proc/self/gid_map
as_caller=() powerless=()
if ((uid != 0)); then
    as_caller=(unshare --user --map-user="$uid" --map-group="$gid" --keep-caps --)
    powerless=(setpriv --inh-caps=-all --ambient-caps=-all)
fi
# shellcheck disable=SC2016  # expanded by the inner shell
exec "${as_caller[@]}" chroot "$root" "${powerless[@]}" \
    /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$here" "$@"
