# SPDX-License-Identifier: Apache-2.0
# Completion of tacetctl for fish.

complete -c tacetctl -f
complete -c tacetctl -l data -x -a '(__fish_complete_directories)' -d 'Data directory of the server'
complete -c tacetctl -l help -d 'Say more'
complete -c tacetctl -l version -d 'Say which version this is'

set -l words backup invite people policy remove reset root tls
set -l none "not __fish_seen_subcommand_from $words help"
complete -c tacetctl -n $none -a backup -d 'Write all that the server needs into one file'
complete -c tacetctl -n $none -a invite -d 'Make an invitation, or withdraw it'
complete -c tacetctl -n $none -a people -d 'List the people of the network'
complete -c tacetctl -n $none -a policy -d 'Show and change what holds for all'
complete -c tacetctl -n $none -a remove -d 'Remove a person for good'
complete -c tacetctl -n $none -a reset -d 'Let somebody who lost every device begin anew'
complete -c tacetctl -n $none -a root -d 'Renew the certificate of the directory'
complete -c tacetctl -n $none -a tls -d 'Show and change the key of the server'
complete -c tacetctl -n $none -a help -d 'Say more about an order'
complete -c tacetctl -n '__fish_seen_subcommand_from help' -a "$words"

complete -c tacetctl -n '__fish_seen_subcommand_from backup; and test -n (commandline -ct)' -F
complete -c tacetctl -n '__fish_seen_subcommand_from invite' -l for -x -d 'How long it is good, in hours'
complete -c tacetctl -n '__fish_seen_subcommand_from invite' -l address -x -d 'Of the server, as the device sees it'
complete -c tacetctl -n '__fish_seen_subcommand_from invite' -l revoke -d 'Withdraw it instead'
complete -c tacetctl -n '__fish_seen_subcommand_from people' -l json -d 'A JSON object a line'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -a 'show sign publish'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l root -r -F -d 'The root key file'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l domain -x -d 'Of the network'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l out -r -F -d 'Where a policy is written'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l previous -r -F -d 'The newest policy'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l from -x -d 'In how many hours it comes into force'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l profile -x -a 'hybrid standard' -d 'Of messages'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l retain -x -d 'Id of the account that keeps copies'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l days -x -d 'For how long they wait'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l scope -x -d 'all, rooms, or ids of rooms'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l strict -d 'Hold back what was not sent to it'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l passphrase-fd -x -d 'Read its passphrase from a descriptor'
complete -c tacetctl -n '__fish_seen_subcommand_from policy' -l json -d 'A JSON object a line'
complete -c tacetctl -n '__fish_seen_subcommand_from reset' -l for -x -d 'How long it is good, in hours'
complete -c tacetctl -n '__fish_seen_subcommand_from reset' -l address -x -d 'Of the server, as the device sees it'
complete -c tacetctl -n '__fish_seen_subcommand_from root' -a sign-directory -d 'The next 90 days'
complete -c tacetctl -n '__fish_seen_subcommand_from root' -l root -r -F -d 'The root key file'
complete -c tacetctl -n '__fish_seen_subcommand_from root' -l passphrase-fd -x -d 'Read its passphrase from a descriptor'
complete -c tacetctl -n '__fish_seen_subcommand_from tls' -a 'show renew announce switch withdraw'
complete -c tacetctl -n '__fish_seen_subcommand_from tls' -l certificate -r -F -d 'With announce'
complete -c tacetctl -n '__fish_seen_subcommand_from tls' -l key -r -F -d 'With announce'
complete -c tacetctl -n '__fish_seen_subcommand_from tls' -l yes -d 'With switch, before 30 days are over'
complete -c tacetctl -n '__fish_seen_subcommand_from tls' -l json -d 'One JSON object'
