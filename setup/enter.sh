# shellcheck shell=bash
# Enter a finished environment. Every way ends in exec: the command takes the place of this shell,
# so its exit code, signals, stdin and arguments need no passing on.
# Sourced after identity.sh.

add_repo_to_python_path() {
    case :${PYTHONPATH-}: in
        *:"$repo":*) ;;
        *) export PYTHONPATH=$repo${PYTHONPATH:+:$PYTHONPATH} ;;
    esac
}

# What the user has set stays.
set_variables() {
    export CALCINOSIS_NEEDLE_ENV=$digest
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} # ranks and processes share the cores, not threads
    [[ $1 == active ]] || export PYTHONNOUSERSITE=1 # no chance packages of ~/.local
    # Open MPI on one machine: its network transports can hang where there is no network.
    export OMPI_MCA_btl=${OMPI_MCA_btl:-self,sm}
    if ((EUID == 0)); then
        export OMPI_ALLOW_RUN_AS_ROOT=${OMPI_ALLOW_RUN_AS_ROOT:-1}
        export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}
    fi
}

# Options that give a mount namespace of one's own here: plain as root, with a user namespace else.
namespace_options() {
    local options
    for options in --mount '--user --map-root-user --mount'; do
        # shellcheck disable=SC2086  # the options are words
        if unshare $options mount --rbind /proc /proc 2>/dev/null; then
            echo "$options"
            return
        fi
    done
    return 1
}

# enter ENVIRONMENT CMD [ARG...]
enter() {
    local environment route script options
    environment=$(readlink -f "$1")
    shift
    route=$(<"$environment/route")
    set_variables "$route"
    case $route in
        active | apt)
            export VIRTUAL_ENV=$environment/venv PATH=$environment/venv/bin:$PATH
            exec -- "$@"
            ;;
        conda) # what `conda activate` does, without its start-up time
            export CONDA_PREFIX=$environment/conda PATH=$environment/conda/bin:$PATH
            set +eu
            for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do
                # shellcheck disable=SC1090
                [[ -r $script ]] && source "$script"
            done
            set -eu
            exec -- "$@"
            ;;
        root)
            if ! options=$(namespace_options); then
                echo "run: no mount namespace is allowed here, which the environment needs" >&2
                exit 1
            fi
            # shellcheck disable=SC2086  # the options are words
            exec unshare $options -- \
                bash "$repo/setup/enter-root.sh" "$environment/root" "$repo" "$@"
            ;;
    esac
}
