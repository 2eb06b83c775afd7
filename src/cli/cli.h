/* SPDX-License-Identifier: Apache-2.0 */
/* cli: the program `tacet`, as a table of words.  Each word is a file and a row. */
#ifndef TACET_CLI_CLI_H
#define TACET_CLI_CLI_H

#include "terminal/words.h"

extern const struct word word_join, word_chat, word_reply, word_react, word_edit, word_recall,
    word_delete, word_star, word_pin, word_mute, word_block, word_draft, word_send, word_read,
    word_search, word_export, word_contacts, word_name, word_room, word_file, word_verify,
    word_devices, word_recovery, word_passphrase, word_lock, word_status, word_timer, word_receipts,
    word_activity, word_forward, word_position, word_card, word_shelf;

int cli_run(int argc, char **argv);

#endif
