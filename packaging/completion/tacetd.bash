# SPDX-License-Identifier: Apache-2.0
# Completion of tacetd for bash.

_tacetd() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options=""

    COMPREPLY=()
    case $previous in
    --data)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --root)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --name | --domain | --passphrase-fd | --kdf-cost | --listen | --address) return ;;
    esac
    case ${COMP_CWORD}:${COMP_WORDS[1]} in
    1:*) options="init run --help --version" ;;
    *:init) options="--data --root --name --domain --passphrase-fd --kdf-cost" ;;
    *:run) options="--data --listen --address" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _tacetd tacetd
