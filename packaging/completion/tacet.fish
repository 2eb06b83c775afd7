# SPDX-License-Identifier: Apache-2.0
# Completion of tacet for fish.  Handles are not offered: they are in the vault, which stays closed.

function __tacet_profiles
    set -l data $HOME/.local/share/tacet
    set -q XDG_DATA_HOME; and set data $XDG_DATA_HOME/tacet
    set -l tokens (commandline -opc)
    set -l at (contains -i -- --data $tokens); and set data $tokens[(math $at + 1)]
    for folder in $data/*/
        basename $folder
    end
end

complete -c tacet -f
complete -c tacet -l profile -x -a '(__tacet_profiles)' -d 'Which profile'
complete -c tacet -l data -x -a '(__fish_complete_directories)' -d 'Where profiles are'
complete -c tacet -l passphrase-fd -x -d 'Read the passphrase from a descriptor'
complete -c tacet -l help -d 'Say more'
complete -c tacet -l version -d 'Say which version this is'

set -l words join chat send reply react edit recall read search export contacts name room timer file verify devices recovery passphrase lock status
set -l none "not __fish_seen_subcommand_from $words help"
complete -c tacet -n $none -a join -d 'Take up an invitation, or add this device'
complete -c tacet -n $none -a chat -d 'Talk with somebody, line by line'
complete -c tacet -n $none -a send -d 'Write to somebody'
complete -c tacet -n $none -a reply -d 'Answer a message'
complete -c tacet -n $none -a react -d 'React to a message'
complete -c tacet -n $none -a edit -d 'Give a message of yours another text'
complete -c tacet -n $none -a recall -d 'Take a message of yours back'
complete -c tacet -n $none -a read -d 'Show what others wrote'
complete -c tacet -n $none -a search -d 'Find messages, people and rooms'
complete -c tacet -n $none -a export -d 'Write a conversation out, signed'
complete -c tacet -n $none -a contacts -d 'List the people you have written with'
complete -c tacet -n $none -a name -d 'Give somebody a name that you alone see'
complete -c tacet -n $none -a room -d 'Talk with several people'
complete -c tacet -n $none -a timer -d 'Say for how long messages live'
complete -c tacet -n $none -a file -d 'Send a file, or fetch one'
complete -c tacet -n $none -a verify -d 'Compare safety numbers'
complete -c tacet -n $none -a devices -d 'List, add, remove or name devices'
complete -c tacet -n $none -a recovery -d 'Come back when all devices are lost'
complete -c tacet -n $none -a passphrase -d 'Change the passphrase of this profile'
complete -c tacet -n $none -a lock -d 'Lock this profile'
complete -c tacet -n $none -a status -d 'Say who you are'
complete -c tacet -n $none -a help -d 'Say more about a word'
complete -c tacet -n '__fish_seen_subcommand_from help' -a "$words"

complete -c tacet -n '__fish_seen_subcommand_from join' -l name -x -d 'What this device calls itself'
complete -c tacet -n '__fish_seen_subcommand_from join' -l kdf-cost -x -d 'Work to try a passphrase'
complete -c tacet -n '__fish_seen_subcommand_from chat' -l lock-after -x -d 'When nothing was typed, in minutes'
complete -c tacet -n '__fish_seen_subcommand_from chat' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from send' -l expire -x -d 'For how long it lives'
complete -c tacet -n '__fish_seen_subcommand_from send' -l burn -x -d 'And from when it was read'
complete -c tacet -n '__fish_seen_subcommand_from send' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from reply' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from react' -l back -d 'Take it back'
complete -c tacet -n '__fish_seen_subcommand_from react' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from edit' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from recall' -l wait -x -d 'For the server, in seconds'
complete -c tacet -n '__fish_seen_subcommand_from read' -l follow -d 'Go on showing'
complete -c tacet -n '__fish_seen_subcommand_from read' -l all -d 'Read ones too'
complete -c tacet -n '__fish_seen_subcommand_from read' -l ids -d 'By which each can be named'
complete -c tacet -n '__fish_seen_subcommand_from read' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from search' -l in -x -d 'Only in this conversation'
complete -c tacet -n '__fish_seen_subcommand_from search' -l most -x -d 'So many messages'
complete -c tacet -n '__fish_seen_subcommand_from search' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from export' -l check -d 'Check such a file'
complete -c tacet -n '__fish_seen_subcommand_from export' -l json -d 'A JSON object'
complete -c tacet -n '__fish_seen_subcommand_from contacts' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from name' -l none -d 'Take it away'
complete -c tacet -n '__fish_seen_subcommand_from room' \
    -a 'list show create add remove promote demote rename describe leave delete posting'
complete -c tacet -n '__fish_seen_subcommand_from room' -l group -d 'Make a group'
complete -c tacet -n '__fish_seen_subcommand_from room' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from timer' -l expire -x -d 'From when it was written'
complete -c tacet -n '__fish_seen_subcommand_from timer' -l burn -x -d 'And from when it was read'
complete -c tacet -n '__fish_seen_subcommand_from timer' -l json -d 'A JSON object'
complete -c tacet -n '__fish_seen_subcommand_from file' -a 'send get list resume cancel'
complete -c tacet -n '__fish_seen_subcommand_from file' -l to -x -a '(__fish_complete_directories)' -d 'Where to put it'
complete -c tacet -n '__fish_seen_subcommand_from file' -l wait -x -d 'Seconds at most'
complete -c tacet -n '__fish_seen_subcommand_from file' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from verify' -l confirm -x -d 'The digits they read out'
complete -c tacet -n '__fish_seen_subcommand_from verify' -l accept-new-key -d 'You know why it changed'
complete -c tacet -n '__fish_seen_subcommand_from devices' -a 'list add remove name give take'
complete -c tacet -n '__fish_seen_subcommand_from devices' -l confirm -x -d 'Add the device that shows this code'
complete -c tacet -n '__fish_seen_subcommand_from devices' -l json -d 'A JSON object a line'
complete -c tacet -n '__fish_seen_subcommand_from devices' -l wait -x -d 'Seconds at most'
complete -c tacet -n '__fish_seen_subcommand_from devices' -l none -d 'Take the name away'
complete -c tacet -n '__fish_seen_subcommand_from recovery' -a 'make confirm use'
complete -c tacet -n '__fish_seen_subcommand_from recovery' -l keep-devices -d 'Leave the others in the account'
complete -c tacet -n '__fish_seen_subcommand_from recovery' -l json -d 'One JSON object'
complete -c tacet -n '__fish_seen_subcommand_from passphrase' -l kdf-cost -x -d 'Work to try a passphrase'
complete -c tacet -n '__fish_seen_subcommand_from passphrase' -l key-store -x -a 'on off' -d 'The key store opens this profile'
complete -c tacet -n '__fish_seen_subcommand_from lock' -l after -x -d 'When no key was pressed, in minutes'
complete -c tacet -n '__fish_seen_subcommand_from lock' -l wipe-after -x -d 'Destroy it after so many wrong passphrases'
complete -c tacet -n '__fish_seen_subcommand_from lock' -l json -d 'One JSON object'
complete -c tacet -n '__fish_seen_subcommand_from status' -l json -d 'One JSON object'
