/* SPDX-License-Identifier: Apache-2.0 */
/* people: everybody who is, was or may become part of the network. */
#include <stdio.h>

#include "base/encoding.h"
#include "base/text.h"
#include "ctl/order.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (4 << 20)
#define HEX_MAX    64

/* The numbers of schema/tacet.proto. */
enum people_state { PEOPLE_ACTIVE = 1, PEOPLE_REMOVED = 2, PEOPLE_INVITED = 3 };

static const char *state_name(uint32_t state)
{
    if (state == PEOPLE_ACTIVE)
        return "active";
    if (state == PEOPLE_REMOVED)
        return "removed";
    return state == PEOPLE_INVITED ? "invited" : "unknown";
}

static bool show_row(const Tacet__Wire__PeopleRow *row)
{
    int room = TEXT_HANDLE_MAX + 2 - (int)row->handle.len;

    show_text(stdout, frame_bytes(row->handle));
    printf("%*s%-9s since ", room > 0 ? room : 1, "", state_name(row->state));
    show_time(stdout, row->since_ms);
    if (row->state == PEOPLE_INVITED) {
        printf(", until ");
        show_time(stdout, row->expires_ms);
    }
    if (row->waiting > 0)
        printf(", %llu waiting", (unsigned long long)row->waiting);
    printf("\n");
    return true;
}

static bool print_row(const Tacet__Wire__PeopleRow *row)
{
    struct buf account = BUF(2 * HEX_MAX);
    json_t *value;

    encoding_hex(&account, frame_bytes(row->aid));
    value = json_pack("{ss% ss ss% sI so}", "handle",
                      row->handle.len == 0 ? "" : (const char *)row->handle.data, row->handle.len,
                      "state", state_name(row->state), "account_id",
                      account.n == 0 ? "" : (const char *)account.at, account.n, "waiting",
                      (json_int_t)row->waiting, "since", jsonl_time(row->since_ms));
    buf_free(&account);
    if (row->state == PEOPLE_INVITED)
        json_object_set_new(value, "expires", jsonl_time(row->expires_ms));
    return jsonl_print(value);
}

/* One page.  *after: where the next begins, or 0. */
static enum words_end list_page(const struct ctl_setting *s, bool json, uint64_t *after)
{
    Tacet__Wire__AskPeople m = TACET__WIRE__ASK_PEOPLE__INIT;
    Tacet__Wire__People *answer = NULL;
    const struct order order = {OP_PEOPLE, &m, &tacet__wire__people__descriptor, NULL};
    struct arena a = ARENA(ANSWER_MAX);
    enum words_end end;

    m.after = *after;
    end = order_give(s, &order, &a, &answer);
    for (size_t i = 0; end == WORDS_FINE && i < answer->n_rows; i++)
        if (!(json ? print_row(answer->rows[i]) : show_row(answer->rows[i])))
            end = WORDS_FAILED;
    /* A page that does not lead on would be asked for without end. */
    if (end == WORDS_FINE)
        *after = answer->next > m.after ? answer->next : 0;
    arena_free(&a);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    bool json = options_flag(o, "--json");
    enum words_end end;
    uint64_t after = 0;

    if (!options_end(o))
        return WORDS_USAGE;
    do
        end = list_page(setting, json, &after);
    while (end == WORDS_FINE && after != 0);
    return end;
}

const struct word order_people = {
    .name = "people",
    .run = run,
    .usage = "[--json]",
    .what = "List the people of the network: active, invited, removed.",
    .details =
        "\"waiting\" is how many sealed items the server holds for the person: messages, and\n"
        "for the first of a conversation one more.\n"
        "\n"
        "  --json             One JSON object a line: handle, state, account_id, waiting,\n"
        "                     since, expires.\n",
};
