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
    --root | --config | --tls-key | --tls-certificate)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --name | --domain | --passphrase-fd | --kdf-cost | --listen | --address | --monitor | --files-account-gib | --files-all-gib) return ;;
    --log-level)
        mapfile -t COMPREPLY < <(compgen -W "error warning info" -- "$current")
        return
        ;;
    esac
    case ${COMP_CWORD}:${COMP_WORDS[1]} in
    1:*) options="init run restore check-config --help --version" ;;
    *:init) options="--data --root --name --domain --passphrase-fd --kdf-cost" ;;
    *:run)
        options="--config --data --listen --address --monitor --log-level --tls-key"
        options+=" --tls-certificate --new-tls-key --files-account-gib --files-all-gib"
        ;;
    *:restore)
        if [[ -n $current && $current != -* ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        fi
        options="--data"
        ;;
    *:check-config) options="--config" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _tacetd tacetd
