/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/behind.h"

#include <stdio.h>

#include "cli/people.h"

bool behind_next(struct tacet_client *client, uint32_t list, struct tacet_contact *c)
{
    while (tacet_next_contact(client, c->number, c) == TACET_OK)
        if (c->known && !c->removed && !c->changed && c->uses_list < list)
            return true;
    return false;
}

void behind_show(struct tacet_client *client, uint32_t list)
{
    struct tacet_contact c = {.number = 0};
    bool any = false;

    while (behind_next(client, list, &c)) {
        printf("%s", any ? ", " : "Not seen to write by this list yet: ");
        people_show(stdout, client, c.handle);
        any = true;
    }
    if (any)
        printf("\n");
}

json_t *behind_json(struct tacet_client *client, uint32_t list)
{
    struct tacet_contact c = {.number = 0};
    json_t *all = json_array();

    while (all != NULL && behind_next(client, list, &c))
        json_array_append_new(all, json_string(c.handle));
    return all;
}
