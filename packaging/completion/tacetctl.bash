# SPDX-License-Identifier: Apache-2.0
# Completion of tacetctl for bash.

_tacetctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local words="backup invite people policy remove reset root tls help"
    local options="--data --help --version" word="" i

    COMPREPLY=()
    case $previous in
    --data)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --root | --certificate | --key | --out | --previous)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --for | --address | --passphrase-fd | --domain | --from | --retain | --days | --scope) return ;;
    --profile)
        mapfile -t COMPREPLY < <(compgen -W "hybrid standard" -- "$current")
        return
        ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --data) ((i++)) ;;
        -*) ;;
        *)
            word=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    case $word in
    "") options="$words $options" ;;
    help) options=$words ;;
    backup)
        if [[ -n $current && $current != -* ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        fi
        ;;
    invite) options+=" --for --address --revoke" ;;
    people) options+=" --json" ;;
    remove) ;;
    reset) options+=" --for --address" ;;
    policy)
        options="show sign publish $options --root --domain --out --previous --from --profile"
        options+=" --retain --days --scope --strict --passphrase-fd --json"
        ;;
    tls)
        options="show renew announce switch withdraw $options --certificate --key --yes"
        options+=" --json"
        ;;
    root) options="sign-directory $options --root --passphrase-fd" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _tacetctl tacetctl
