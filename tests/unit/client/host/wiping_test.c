/* SPDX-License-Identifier: Apache-2.0 */
/* A profile whose device was removed, as the newest list of its account that it keeps says. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assert_err.h"
#include "client/host/client_internal.h"

#define LEAST_COST  10
#define ROUNDS_MOST 100

struct world {
    char dir[64], profile[80];
    struct tacet_profile p;
    struct tacet_client *client;
};

static void world_new(struct world *w)
{
    struct invitation in = {.address_n = 11};
    struct buf link = BUF(INVITATION_LINK_MAX);

    snprintf(w->dir, sizeof w->dir, "/tmp/tacet-wiping-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->profile, sizeof w->profile, "%s/p", w->dir);
    w->p = (struct tacet_profile){.directory = w->profile,
                                  .passphrase = (const uint8_t *)"secret",
                                  .passphrase_n = 6,
                                  .cost = LEAST_COST};
    memcpy(in.address, "127.0.0.1:1", in.address_n);
    assert_ok(invitation_write(&in, &link));
    buf_u8(&link, 0);
    assert_int_equal(tacet_join(&w->client, &w->p, (const char *)link.at), TACET_OK);
    buf_free(&link);
}

static void world_free(struct world *w)
{
    tacet_close(w->client);
    assert_int_equal(rmdir(w->profile), 0);
    assert_int_equal(rmdir(w->dir), 0);
}

/* The account has another device, which removed this one. */
static void learns_that_it_was_removed(struct world *w)
{
    const struct own *own = engine_own(w->client->engine);
    struct device_list list = own->list;
    struct vault *v = w->client->vault;
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct sign_private *dsk;

    list.version = 2;
    memcpy(list.previous, own->list.hash, sizeof list.previous);
    assert_ok(sign_generate(&dsk, list.device[0].dsk.b));
    assert_ok(names_device(&list.aid, &list.device[0].dsk, &list.device[0].did));
    list.revoked = 1;
    list.gone[0] = (struct device_revoked){own->me.who.did, 2, DEVICE_REVOKED};
    assert_ok(device_list_sign(&list, &own->nid, own->me.ark_secret, &list.device[0].did, dsk, &b));
    assert_ok(vault_begin(v));
    assert_ok(vault_put(v, VAULT_LIST, ID_BYTES(list.aid), list.version, buf_view(&b)));
    assert_ok(vault_commit(v));
    sign_private_free(dsk);
    buf_free(&b);
    tacet_close(w->client);
    assert_int_equal(tacet_open(&w->client, &w->p), TACET_OK);
}

static size_t files_in(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

static bool is_told(struct world *w, struct tacet_event *e)
{
    for (unsigned i = 0; i < ROUNDS_MOST; i++)
        if (tacet_run(w->client, 0, e) == TACET_OK && e->kind == TACET_EVENT_REMOVED)
            return true;
    return false;
}

static void a_removed_device_wipes_its_profile(void **state)
{
    struct world w;
    struct tacet_event e;
    struct tacet_contact contact;

    (void)state;
    world_new(&w);
    learns_that_it_was_removed(&w);
    assert_true(files_in(w.profile) > 0);
    assert_true(is_told(&w, &e));
    assert_int_equal(e.code, TACET_OK);
    assert_int_equal(files_in(w.profile), 0);
    assert_int_equal(tacet_run(w.client, 0, &e), TACET_REMOVED);
    assert_int_equal(tacet_find_contact(w.client, "bob", &contact), TACET_ABSENT);
    tacet_close(w.client);
    w.client = NULL;
    assert_int_equal(files_in(w.profile), 0);
    assert_int_equal(tacet_open(&w.client, &w.p), TACET_ABSENT);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_removed_device_wipes_its_profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
