# SPDX-License-Identifier: Apache-2.0
# Completion of tacet for bash.  Handles are not offered: they are in the vault, which stays closed.

# The names of the profiles there are: folders, without a look inside.
_tacet_profiles() {
    local data=${XDG_DATA_HOME:-$HOME/.local/share}/tacet i folder

    for ((i = 1; i < COMP_CWORD - 1; i++)); do
        [[ ${COMP_WORDS[i]} == --data ]] && data=${COMP_WORDS[i + 1]}
    done
    for folder in "$data"/*/; do
        [[ -d $folder ]] && basename -- "$folder"
    done
}

_tacet() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local words="join chat send reply forward position card shelf react edit recall delete star pin mute block draft read search export contacts name room timer receipts activity file verify devices recovery passphrase lock status help"
    local options="--profile --data --passphrase-fd --help --version" word="" i

    COMPREPLY=()
    case $previous in
    --profile)
        mapfile -t COMPREPLY < <(compgen -W "$(_tacet_profiles)" -- "$current")
        return
        ;;
    --data | --to)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --passphrase-fd | --kdf-cost | --lock-after | --wait | --confirm | --after | --wipe-after | --key-store | --name | --in | --most | --expire | --burn | --spoken | --type) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --profile | --data | --passphrase-fd) ((i++)) ;;
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
    join) options+=" --name --kdf-cost" ;;
    chat) options+=" --lock-after --wait" ;;
    send) options+=" --expire --burn --wait --json" ;;
    reply) options+=" --wait --json" ;;
    forward) options+=" --wait --json" ;;
    position) options+=" --live --label --moved --stop --wait --json" ;;
    shelf) options+=" --folder --title --back --from --wait --json" ;;
    card) options+=" --wait --json" ;;
    react) options+=" --back --wait --json" ;;
    edit) options+=" --wait --json" ;;
    recall) options+=" --wait --json" ;;
    delete) options+=" --json" ;;
    star) options+=" --back --ids --json" ;;
    pin | block) options+=" --back --json" ;;
    mute) options+=" --hours --back --json" ;;
    draft) options+=" --none --json" ;;
    read) options+=" --follow --all --ids --json" ;;
    search) options+=" --in --most --json" ;;
    export) options+=" --check --json" ;;
    contacts) options+=" --json" ;;
    name) options+=" --none --json" ;;
    room) options="list show create add remove promote demote rename describe leave delete posting $options --group --json" ;;
    timer) options+=" --expire --burn --json" ;;
    receipts | activity) options+=" --json" ;;
    file) options="send get show list resume cancel automatic $options --most --none --view-only --spoken --type --preview --to --wait --json" ;;
    verify) options+=" --confirm --accept-new-key --json" ;;
    devices) options="list add remove name give take $options --confirm --wait --json --none" ;;
    recovery) options="make confirm use $options --keep-devices --json" ;;
    passphrase) options+=" --kdf-cost --key-store" ;;
    lock) options+=" --after --wipe-after --json" ;;
    status) options+=" --json" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _tacet tacet
