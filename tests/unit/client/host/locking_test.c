/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls about wrong passphrases and about locking, without a server. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assert_err.h"
#include "statement/invitation.h"
#include "tacet/client.h"

#define LEAST_COST  10
#define ROUNDS_MOST 100

struct world {
    char dir[64], profile[80];
    struct tacet_profile p;
    struct tacet_tries tries;
    struct tacet_client *client;
};

static void world_new(struct world *w)
{
    struct invitation in = {.address_n = 11};
    struct buf link = BUF(INVITATION_LINK_MAX);

    *w = (struct world){.client = NULL};
    snprintf(w->dir, sizeof w->dir, "/tmp/tacet-locking-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->profile, sizeof w->profile, "%s/p", w->dir);
    w->p = (struct tacet_profile){.directory = w->profile, .cost = LEAST_COST, .tries = &w->tries};
    w->p.passphrase = (const uint8_t *)"secret";
    w->p.passphrase_n = 6;
    memcpy(in.address, "127.0.0.1:1", in.address_n);
    assert_ok(invitation_write(&in, &link));
    buf_u8(&link, 0);
    assert_int_equal(tacet_join(&w->client, &w->p, (const char *)link.at), TACET_OK);
    buf_free(&link);
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

/* Nothing but the profile's file is left behind. */
static void world_free(struct world *w)
{
    char path[120];

    tacet_close(w->client);
    snprintf(path, sizeof path, "%s/profile.vault", w->profile);
    assert_true(unlink(path) == 0 || files_in(w->profile) == 0);
    assert_int_equal(rmdir(w->profile), 0);
    assert_int_equal(rmdir(w->dir), 0);
}

/* As a program that is started for it. */
static enum tacet_code opens(struct world *w, const char *passphrase)
{
    tacet_close(w->client);
    w->client = NULL;
    w->p.passphrase = (const uint8_t *)passphrase;
    w->p.passphrase_n = passphrase == NULL ? 0 : strlen(passphrase);
    return tacet_open(&w->client, &w->p);
}

/* ---- wrong passphrases */

static unsigned wrong_in_status(struct world *w)
{
    struct tacet_status s;

    assert_int_equal(tacet_get_status(w->client, &s), TACET_OK);
    assert_false(s.key_store);
    return s.wrong_tries;
}

static void wrong_ones_are_told_until_that_is_said_to_be_done(void **state)
{
    struct world w;

    world_new(&w);
    assert_int_equal(opens(&w, "wrong"), TACET_DENIED);
    assert_int_equal(w.tries.wrong, 1);
    assert_int_equal(opens(&w, "wrong"), TACET_DENIED);
    assert_int_equal(w.tries.wrong, 2);
    assert_true(w.tries.last_ms > 0 && w.tries.wait_s == 0 && !w.tries.wiped);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(opens(&w, "secret"), TACET_OK);
        assert_int_equal(w.tries.wrong, 2);
        assert_int_equal(wrong_in_status(&w), 2);
    }
    assert_int_equal(tacet_tries_told(w.client), TACET_OK);
    assert_int_equal(wrong_in_status(&w), 2); /* as long as it is open */
    assert_int_equal(opens(&w, "secret"), TACET_OK);
    assert_int_equal(w.tries.wrong, 0);
    assert_int_equal(wrong_in_status(&w), 0);
    world_free(&w);
}

static void who_has_it_open_guesses_no_faster(void **state)
{
    struct world w;
    struct tacet_passphrases p = {(const uint8_t *)"wrong", (const uint8_t *)"new", 5, 3,
                                  LEAST_COST};

    world_new(&w);
    assert_int_equal(opens(&w, "secret"), TACET_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(tacet_change_passphrase(w.client, &p), TACET_DENIED);
    assert_int_equal(tacet_change_passphrase(w.client, &p), TACET_AGAIN);
    assert_int_equal(tacet_use_key_store(w.client, p.old, p.old_n), TACET_AGAIN);
    assert_int_equal(opens(&w, "secret"), TACET_AGAIN);
    assert_true(w.tries.wait_s > 0 && w.tries.wait_s <= 60);
    assert_int_equal(w.tries.wrong, 10);
    world_free(&w);
}

static void the_last_one_leaves_nothing(void **state)
{
    struct world w;
    struct tacet_locking l = {.after_minutes = 1440, .wipe_at = 3}, got;

    world_new(&w);
    assert_int_equal(tacet_set_locking(w.client, &l), TACET_OK);
    assert_int_equal(opens(&w, "secret"), TACET_OK);
    assert_int_equal(tacet_get_locking(w.client, &got), TACET_OK);
    assert_memory_equal(&got, &l, sizeof l);
    l.after_minutes++;
    assert_int_equal(tacet_set_locking(w.client, &l), TACET_LIMIT);
    l = (struct tacet_locking){1, 1000001};
    assert_int_equal(tacet_set_locking(w.client, &l), TACET_LIMIT);
    assert_int_equal(tacet_get_locking(w.client, &got), TACET_OK);
    assert_int_equal(got.after_minutes, 1440); /* all of it or nothing */
    for (unsigned i = 1; i <= 3; i++) {
        assert_false(w.tries.wiped);
        assert_int_equal(opens(&w, "wrong"), TACET_DENIED);
    }
    assert_true(w.tries.wiped);
    assert_int_equal(files_in(w.profile), 0);
    assert_int_equal(opens(&w, "secret"), TACET_ABSENT);
    world_free(&w);
}

static void without_a_key_store_the_passphrase_is_needed(void **state)
{
    struct world w;

    world_new(&w);
    assert_int_equal(opens(&w, NULL), TACET_DENIED);
    assert_int_equal(opens(&w, "secret"), TACET_OK);
    assert_int_equal(w.tries.wrong, 0);
    assert_int_equal(tacet_use_key_store(w.client, NULL, 0), TACET_OK);
    world_free(&w);
}

/* ---- the bell */

static bool hears(struct tacet_client *c)
{
    struct tacet_event e;

    for (unsigned i = 0; i < ROUNDS_MOST; i++)
        if (tacet_run(c, 0, &e) == TACET_OK && e.kind == TACET_EVENT_LOCK)
            return true;
    return false;
}

static void who_has_it_open_hears_that_it_is_to_be_locked(void **state)
{
    struct world w;
    int fds[2];

    world_new(&w);
    assert_int_equal(pipe(fds), 0);
    assert_false(hears(w.client));
    tacet_watch(w.client, fds[0]);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(tacet_lock(w.profile, 0), TACET_AGAIN); /* it has not closed it yet */
    assert_int_equal(tacet_lock(w.profile, 0), TACET_AGAIN);
    assert_true(hears(w.client));  /* also before a person who types, and */
    assert_false(hears(w.client)); /* once */
    tacet_close(w.client);
    w.client = NULL;
    assert_int_equal(files_in(w.profile), 1);
    assert_int_equal(tacet_lock(w.profile, 0), TACET_ABSENT);
    assert_int_equal(tacet_lock("/nonexistent", 0), TACET_ABSENT);
    close(fds[0]);
    close(fds[1]);
    world_free(&w);
}

static void what_is_no_bell_is_not_rung(void **state)
{
    struct world w;
    char path[120];

    world_new(&w);
    tacet_close(w.client);
    w.client = NULL;
    snprintf(path, sizeof path, "%s/profile.vault-ask", w.profile);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(tacet_lock(w.profile, 0), TACET_IO);
    assert_int_equal(opens(&w, "secret"), TACET_OK);
    assert_int_equal(tacet_lock(w.profile, 0), TACET_IO);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(tacet_lock(w.profile, 0), TACET_AGAIN); /* it has it, and cannot hear */
    assert_false(hears(w.client));
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_ones_are_told_until_that_is_said_to_be_done),
        cmocka_unit_test(who_has_it_open_guesses_no_faster),
        cmocka_unit_test(the_last_one_leaves_nothing),
        cmocka_unit_test(without_a_key_store_the_passphrase_is_needed),
        cmocka_unit_test(who_has_it_open_hears_that_it_is_to_be_locked),
        cmocka_unit_test(what_is_no_bell_is_not_rung),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
