/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/aside.h"

#include "cli/sentences.h"
#include "terminal/jsonl.h"

static bool tell(const struct aside *a, const struct posting *p, const struct tacet_message *m)
{
    if (a->id == NULL)
        return jsonl_print(json_pack("{ss sO}", "with", p->to, a->what, a->now));
    return jsonl_print(json_pack("{ss ss sO}", "with", p->to, "id", m->id, a->what, a->now));
}

static enum words_end act(struct tacet_client *client, const struct aside *a)
{
    struct posting p = {.wait = 0};
    struct tacet_message m;
    enum tacet_code code;

    if (!posting_find_any(client, &p, a->meant, a->id, &m))
        return WORDS_FAILED;
    code = a->act(client, &p, a);
    if (code != TACET_OK)
        return sentences_say(a->why, code);
    return !a->json || tell(a, &p, &m) ? WORDS_FINE : WORDS_FAILED;
}

enum words_end aside_run(const struct choice *c, const struct aside *a)
{
    struct tacet_client *client = NULL;
    enum words_end end = choice_open(c, &client);

    if (end == WORDS_FINE)
        end = act(client, a);
    tacet_close(client);
    json_decref(a->now);
    return end;
}
