/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/rekeying.h"

#include "server/main/jobs.h"
#include "server/main/serving.h"
#include "server/main/serving_internal.h"
#include "server/networks/pins.h"

/* ---- at the start */

static struct err read_file(const struct serving_options *o, const char *name, struct buf *out)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, name, path));
    return house_read(path, out);
}

static struct err open_network(struct serving *s, const struct serving_options *o)
{
    struct err err = OK;
    struct buf directory = BUF(HOUSE_FILE_MAX);

    TRY_OUT(read_file(o, HOUSE_DIRECTORY_KEY, &directory));
    TRY_OUT(networks_open(s->db, buf_view(&directory), &s->networks));
out:
    buf_free(&directory);
    return err;
}

/* Which key that is must be one that clients were told of, or else nobody was told anything. */
static struct err take_up(struct serving *s, const struct keystore_key *found, bool anew)
{
    bool changed = false;
    struct server_keys said;
    struct arena a = ARENA(4 * SERVER_KEYS_MAX_SIZE);
    struct bytes statement;
    struct err err;

    memcpy(s->server.pin, found->pin.b, sizeof s->server.pin);
    TRY(pins_start(s->networks, s->db, &found->pin, anew, serving_now_ms(), &changed));
    if (changed)
        journal_note(&s->journal, JOURNAL_TLS_KEY_CHANGED, LOG_NO_FIELDS);
    err = pins_newest(s->db, &a, &statement, &said);
    arena_free(&a);
    TRY(err);
    return said.pins > 1 ? OK : keyring_tidy(&s->keyring);
}

struct err rekeying_open(struct serving *s, const struct serving_options *o, const char **why)
{
    struct keystore_key found;
    struct err err;

    TRY(open_network(s, o));
    TRY(keyring_open(&s->keyring, o->data, o->tls_key, o->tls_certificate,
                     networks_domain(s->networks)));
    err = keyring_load(&s->keyring, &s->tls, &found);
    if (err.code != E_OK) {
        *why = keyring_why(err.code);
        return err;
    }
    watch_ends(&s->watch, WATCH_TLS, found.expires_ms);
    TRY(networks_ends(s->db, &s->watch.ends_ms[WATCH_DIRECTORY]));
    err = take_up(s, &found, o->new_tls_key);
    if (err.code == E_CONFLICT)
        *why = keyring_why(E_STALE);
    s->server.keystore = &s->keyring.keystore;
    return err;
}

/* ---- while it runs */

void rekeying_change(void *serving, struct bytes pin)
{
    struct serving *s = serving;
    struct keystore_key found;
    struct tls *next;
    struct err err = keyring_load(&s->keyring, &next, &found);

    if (err.code == E_OK && !bytes_same(ID_BYTES(found.pin), pin)) {
        tls_free(next);
        err = FAIL(E_CONFLICT); /* they were changed again, a moment ago */
    }
    if (err.code != E_OK) {
        journal_failure(&s->journal, JOURNAL_TLS_KEPT, err);
        return;
    }
    tls_free(s->tls); /* sessions keep what they need of it */
    s->tls = s->known.tls = s->strangers.tls = next;
    watch_ends(&s->watch, WATCH_TLS, found.expires_ms);
    journal_note(&s->journal, JOURNAL_TLS_TAKEN, LOG_FIELDS(log_ends_ms(found.expires_ms)));
}

void rekeying_reload(void *serving)
{
    struct serving *s = serving;
    struct job *j = jobs_new();

    if (j == NULL || api_order(s->server.routes, &j->arena, OP_TLS_RELOAD, &j->rq).code != E_OK) {
        jobs_free(j);
        return;
    }
    jobs_submit(s, j, NULL);
}

void rekeying_note(struct serving *s, const struct request *rq)
{
    if (rq->op == OP_TLS_RELOAD && rq->outcome.code != E_OK)
        journal_failure(&s->journal, JOURNAL_TLS_REFUSED, rq->outcome);
}
