/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/people.h"

#include "base/text.h"

#define SHOWN_MAX (6 * (TACET_HANDLE_SIZE + TACET_NAME_MAX) + 3)

void people_write(struct tacet_client *client, const char *handle, struct buf *out)
{
    struct tacet_contact c;

    text_harmless(out, bytes_text(handle), false);
    if (tacet_find_contact(client, handle, &c) != TACET_OK || c.name == NULL)
        return;
    buf_text(out, " (");
    text_harmless(out, bytes_text(c.name), false);
    buf_text(out, ")");
}

void people_show(FILE *to, struct tacet_client *client, const char *handle)
{
    struct buf b = BUF(SHOWN_MAX);

    people_write(client, handle, &b);
    fwrite(b.at, 1, b.n, to);
    buf_free(&b);
}

json_t *people_json(struct tacet_client *client, const char *handle)
{
    struct tacet_contact c;

    if (tacet_find_contact(client, handle, &c) != TACET_OK || c.name == NULL)
        return json_null();
    return json_string(c.name);
}
