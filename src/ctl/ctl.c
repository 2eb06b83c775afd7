/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

static const char GENERAL[] = "With every word:\n"
                              "  --data DIR         The server's data directory (tacetd --data).\n";

static void choose(struct options *o, void *setting)
{
    struct ctl_setting *s = setting;

    s->data = options_text(o, "--data");
}

int ctl_run(int argc, char **argv)
{
    static const struct word *const words[] = {&order_backup, &order_invite, &order_people,
                                               &order_policy, &order_remove, &order_reset,
                                               &order_root,   &order_tls,    NULL};
    struct ctl_setting setting = {.data = NULL};
    const struct program program = {
        .name = "tacetctl",
        .what = "administer the Tacet server on this machine",
        .general = GENERAL,
        .choose = choose,
        .setting = &setting,
        .words = words,
    };

    return words_run(&program, argc, argv);
}
