/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "cli/choice.h"

static const char GENERAL[] =
    "With every word:\n"
    "  --profile NAME     Which profile; \"default\" when it is not said.\n"
    "  --data DIR         Where profiles are; else $XDG_DATA_HOME/tacet or ~/.local/share/tacet.\n"
    "  --passphrase-fd N  Read the passphrase from descriptor N: its first line.\n";

int cli_run(int argc, char **argv)
{
    static const struct word *const words[] = {
        &word_join,       &word_chat,     &word_send,   &word_reply,  &word_forward, &word_position,
        &word_card,       &word_react,    &word_edit,   &word_recall, &word_delete,  &word_star,
        &word_pin,        &word_mute,     &word_block,  &word_draft,  &word_read,    &word_search,
        &word_export,     &word_contacts, &word_name,   &word_room,   &word_timer,   &word_receipts,
        &word_activity,   &word_file,     &word_shelf,  &word_verify, &word_devices, &word_recovery,
        &word_passphrase, &word_lock,     &word_status, NULL,
    };
    struct choice choice;
    const struct program program = {
        .name = "tacet",
        .what = "messages that only the people who write and read them can open",
        .general = GENERAL,
        .choose = choice_take,
        .setting = &choice,
        .words = words,
    };

    return words_run(&program, argc, argv);
}
