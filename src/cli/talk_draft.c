/* SPDX-License-Identifier: Apache-2.0 */
/* talk_draft: a line that was not finished is there the next time, and on other devices. */
#include "cli/talk_internal.h"

void talk_draft_take(struct talk *t)
{
    const uint8_t *text;
    size_t n;

    if (!t->console.terminal || console_typed(&t->console).n > 0 ||
        tacet_draft(t->client, t->with, &text, &n) != TACET_OK)
        return;
    console_fill(&t->console, bytes(text, n));
    t->drafted = true;
}

/* One that is too long to be kept is lost, as the line was before. */
void talk_draft_keep(struct talk *t)
{
    struct bytes line = console_typed(&t->console);

    if (!t->console.terminal || (line.n == 0 && !t->drafted))
        return;
    (void)tacet_set_draft(t->client, t->with, line.at, line.n);
}

void talk_draft_sent(struct talk *t)
{
    if (t->drafted)
        (void)tacet_set_draft(t->client, t->with, NULL, 0);
    t->drafted = false;
}
