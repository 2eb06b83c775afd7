/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/device_name.h"

#include <string.h>

#include "cli/sentences.h"

static const struct sentence NAMING[] = {
    {TACET_ABSENT, "You have no device with this id.  Yours: tacet devices"},
    {TACET_CONFLICT, "Several of your devices have an id that begins so."},
    {TACET_MALFORMED, "A name is one line of visible characters, without a backslash and without a"
                      " blank at its ends."},
    {TACET_LIMIT, "The name is longer than 64 bytes."},
    {TACET_OK, NULL},
};

bool device_name_is_meant(const struct options *o)
{
    return o->n > 1 && strcmp(o->at[0], "name") == 0;
}

/* The one device of mine whose id begins so. */
static enum tacet_code find(struct tacet_client *client, const char *begins, char id[TACET_ID_SIZE])
{
    struct tacet_device d = {.number = 0};
    enum tacet_code code, found = TACET_ABSENT;

    while ((code = tacet_next_device(client, NULL, d.number, &d)) == TACET_OK) {
        if (d.revoked_at != 0 || *begins == '\0' || strncmp(d.id, begins, strlen(begins)) != 0)
            continue;
        found = found == TACET_ABSENT ? TACET_OK : TACET_CONFLICT;
        memcpy(id, d.id, sizeof d.id);
    }
    return code == TACET_ABSENT ? found : code;
}

enum words_end device_name_run(struct options *o, const struct choice *c, bool none)
{
    const char *begins = options_need(o, "a device's id"), *name = options_next(o);
    struct tacet_client *client = NULL;
    char id[TACET_ID_SIZE];
    enum words_end end;
    enum tacet_code code;

    if (!options_end(o))
        return WORDS_USAGE;
    if (none == (name != NULL))
        return words_say(WORDS_USAGE, "Give either a name or --none.");
    end = choice_open(c, &client);
    if (end == WORDS_FINE) {
        code = find(client, begins, id);
        if (code == TACET_OK)
            code = tacet_name_device(client, id, name);
        if (code != TACET_OK)
            end = sentences_say(NAMING, code);
    }
    tacet_close(client);
    return end;
}
