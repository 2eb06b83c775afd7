# SPDX-License-Identifier: Apache-2.0
# Completion of tacetd for fish.

complete -c tacetd -f
complete -c tacetd -l help -d 'Say how it is called'
complete -c tacetd -l version -d 'Say which version this is'

set -l none "not __fish_seen_subcommand_from init run restore check-config"
complete -c tacetd -n $none -a init -d 'Found a network'
complete -c tacetd -n $none -a run -d 'Serve it'
complete -c tacetd -n $none -a restore -d 'Make a data directory out of a backup'
complete -c tacetd -n $none -a check-config -d 'Say what would be in force'

complete -c tacetd -n '__fish_seen_subcommand_from init' -l data -x -a '(__fish_complete_directories)' -d 'Data directory to make'
complete -c tacetd -n '__fish_seen_subcommand_from init' -l root -r -F -d 'Where to write the root key'
complete -c tacetd -n '__fish_seen_subcommand_from init' -l name -x -d 'Of the network'
complete -c tacetd -n '__fish_seen_subcommand_from init' -l domain -x -d 'Of the network'
complete -c tacetd -n '__fish_seen_subcommand_from init' -l passphrase-fd -x -d 'Read the passphrase from a descriptor'
complete -c tacetd -n '__fish_seen_subcommand_from init' -l kdf-cost -x -d 'Work to try a passphrase'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l data -x -a '(__fish_complete_directories)' -d 'Data directory'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l listen -x -d 'Where to listen'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l address -x -d 'What invitations name'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l monitor -x -d 'Health and metrics, on loopback'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l files-account-gib -x -d 'Room for files of one account'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l files-all-gib -x -d 'Room for files of all'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l log-level -x -a 'error warning info' -d 'How much is logged'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l config -r -F -d 'Settings'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l tls-key -r -F -d 'PEM'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l tls-certificate -r -F -d 'PEM'
complete -c tacetd -n '__fish_seen_subcommand_from restore; and test -n (commandline -ct)' -F
complete -c tacetd -n '__fish_seen_subcommand_from restore' -l data -x -a '(__fish_complete_directories)' -d 'Data directory to make'
complete -c tacetd -n '__fish_seen_subcommand_from check-config' -l config -r -F -d 'Settings'
complete -c tacetd -n '__fish_seen_subcommand_from run' -l new-tls-key -d 'The one that clients accept is lost'
