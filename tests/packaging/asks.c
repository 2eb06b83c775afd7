/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody else's program looks like: compiled against what was installed, and nothing else.
 */
#include <stdio.h>
#include <tacet/client.h>

int main(void)
{
    struct tacet_client *client = NULL;
    const struct tacet_profile nowhere = {.directory = "/nonexistent/profile"};
    enum tacet_code code = tacet_open(&client, &nowhere);

    printf("%s: %s\n", tacet_version(), tacet_explain(code));
    tacet_close(client);
    return code == TACET_ABSENT && client == NULL ? 0 : 1;
}
