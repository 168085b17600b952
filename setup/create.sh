#!/usr/bin/env bash
# create.sh CMD [ARG...]: create the environment of this machine, then run CMD in it.
# It is built in builds/ and linked into ready/ by one rename: a virtual environment cannot be moved,
# a link to it can. Whatever in builds/ no link leads to is the rest of an interrupted set-up.
set -euo pipefail

repo=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
source "$repo/setup/identity.sh"
source "$repo/setup/enter.sh"
source "$repo/setup/ways.sh"
source "$repo/setup/recipes.sh"

say() { printf 'setup: %s\n' "$*" >&2; }

# step TEXT CMD...: run CMD, its output to the log; show the time it takes.
step() {
    local text=$1 begin=$SECONDS status=0
    shift
    printf -- '--- %s: %s\n' "$text" "$*" >>"$log"
    set -m # a process group of its own, which the trap can end as a whole
    "$@" >>"$log" 2>&1 </dev/null &
    child=$!
    set +m
    if [[ -t 2 ]]; then
        while kill -0 "$child" 2>/dev/null; do
            printf '\rsetup: %s ... %d s' "$text" "$((SECONDS - begin))" >&2
            sleep 0.3
        done
        printf '\r\033[K' >&2
    else
        say "$text ..."
    fi
    wait "$child" || status=$?
    child=
    if ((status)); then
        say "$text: failed after $((SECONDS - begin)) s"
    else
        say "$text: $((SECONDS - begin)) s"
    fi
    return "$status"
}

inside() { (enter "$build" "$@"); }

stop() { # stop EXITCODE: interrupted
    trap '' INT TERM HUP
    if [[ -n $child ]]; then
        kill -TERM -- "-$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    remove_leftovers
    say "interrupted; nothing half-made is left"
    exit "$1"
}

remove_leftovers() {
    local candidate link
    for candidate in "$envs"/builds/*; do
        [[ -d $candidate ]] || continue
        for link in "$envs"/ready/*; do
            [[ ! $link -ef $candidate ]] || continue 2
        done
        rm -rf --one-file-system "$candidate"
    done
}

link_ready() { # link_ready KEY
    ln -sfn "../builds/${build##*/}" "$envs/ready/.$1"
    mv -T "$envs/ready/.$1" "$envs/ready/$1"
}

enter_ready() { # enter_ready CMD...
    exec 9>&- # the lock
    add_repo_to_python_path
    enter "$envs/ready/$key" "$@"
}

# try WAY: build and check it; on success $build is a finished environment.
try() {
    local way=$1
    build=$envs/builds/$way-$digest.$$
    mkdir "$build"
    echo "$way" >"$build/route"
    if "build_$way" && step "check: PETSc, SLEPc, gmsh, dolfinx import" \
        inside python3 "$repo/setup/check.py"; then
        return
    fi
    say "last lines of $log:"
    tail -n 15 "$log" | sed 's/^/  | /' >&2
    rm -rf --one-file-system "$build"
    return 1
}

child=''
mkdir -p "$envs"/{ready,builds,logs}
exec 9>"$envs/lock"
if ! flock --nonblock 9; then
    say "another set-up is running; waiting for it"
    flock 9
fi
key=$(environment_key)
[[ ! -e $envs/ready/$key ]] || enter_ready "$@" # the other set-up made it
trap 'stop 130' INT
trap 'stop 143' TERM
trap 'stop 129' HUP
remove_leftovers
log=$envs/logs/$(date +%Y%m%d-%H%M%S).log
: >"$log"

lacks=()
for way in active conda apt root; do
    lack=
    "open_$way" || {
        lacks+=("$lack")
        continue
    }
    case $way in
        active) way_key=$key ;;
        conda) way_key=conda-$digest ;;
        *) way_key=$(system_key) ;;
    esac
    if [[ -e $envs/ready/$way_key ]]; then
        build=$(readlink -f "$envs/ready/$way_key")
    else
        say "making the environment ($way) in $envs; log: $log"
        try "$way" || {
            lacks+=("making it by $way failed")
            continue
        }
    fi
    link_ready "$way_key"
    link_ready "$key" # the same, or the key of a way that turned out closed
    say "ready after $SECONDS s"
    enter_ready "$@"
done

printf -v lacks '%s; ' "${lacks[@]}"
say "no environment: ${lacks%; }."
exit 1
