/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room states and what may follow one [PROTOCOL 4.9].  Input: see signed.h; the key is the
 * signer's, whatever device the state names, and the directory's.
 */
#include "statement/room_chain.h"

#include "base/clock.h"
#include "fuzz/signed.h"

#define ARENA_MAX (1 << 19)

static void is_written_again(struct room_state s, struct bytes in)
{
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);
    uint8_t hash[NAMES_H32_SIZE];
    struct room_id room = s.room;
    struct err err;

    memcpy(hash, s.hash, sizeof hash);
    if (room_state_is_successor(&s))
        err = room_state_sign_successor(&s, NULL, &b);
    else
        err = room_state_sign(&s, NULL, &b);
    invariant(err.code == E_OK && signed_is_same(buf_view(&b), in));
    invariant(memcmp(hash, s.hash, sizeof hash) == 0 && ID_SAME(room, s.room));
    buf_free(&b);
}

static void keeps_its_rules(const struct room_state *s)
{
    invariant(s->version >= 1 && s->networks >= 1 && s->networks <= ROOM_STATE_NETWORKS_MAX);
    invariant(s->members >= s->networks && s->members <= ROOM_STATE_MEMBERS_MAX);
    invariant(room_state_home(s) == &s->network[s->home] && s->home < s->networks);
    for (size_t i = 0; i < s->members; i++) {
        const struct room_member *m = &s->member[i];

        invariant(m->network < s->networks && m->since >= 1 && m->since <= s->version);
        invariant(room_state_find(s, &s->network[m->network], &m->aid) == m);
    }
}

/* A list in which the signer's device stands with the key of the input. */
static struct device_list list_of(const struct room_state *s, const struct point *key)
{
    struct device_list l = {.aid = s->signer.aid, .version = 1, .devices = 1};

    l.device[0] = (struct device_entry){.did = s->signer.did, .dsk = *key, .role = DEVICE_PLAIN};
    return l;
}

static void follows(struct bytes in, const struct room_state *s, const struct signed_input *input,
                    struct arena *a)
{
    static bool removed[ROOM_STATE_MEMBERS_MAX];
    struct device_list list = list_of(s, &input->key);
    const struct device_list *known[] = {&list};
    struct room_commit commit = room_commit_of(s, s->made_ms);
    struct room_chain_witness w = {{known, 1}, &commit, input->now_ms};
    struct room_state got, next;

    FUZZ_FILLED(got);
    if (room_chain_check_genesis(in, &w, a, &got).code == E_OK)
        invariant(got.version == 1 && !clock_is_ahead(got.made_ms, input->now_ms));
    else
        invariant(fuzz_is_filled(&got, sizeof got));
    /* No state follows itself, whoever signs. */
    invariant(room_chain_check_next(in, s, &w, a, &next).code != E_OK);
    invariant(room_chain_check_successor(in, s, &input->key, removed, &w, a, &next).code != E_OK);
    for (size_t i = 0; i < s->members; i++)
        removed[i] = true;
    if (room_chain_successor(s, removed, 0, a, &next).code == E_OK) {
        struct buf b = BUF(ROOM_STATE_MAX_SIZE);

        invariant(next.made_ms == s->made_ms && next.version == s->version + 1);
        w.commit = NULL;
        w.now_ms = next.made_ms;
        invariant(room_state_sign_successor(&next, NULL, &b).code == E_OK);
        if (room_state_verify(buf_view(&b), &next, &input->key).code == E_OK)
            invariant(room_chain_check_successor(buf_view(&b), s, &input->key, removed, &w, a, &got)
                          .code == E_OK);
        buf_free(&b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct arena a = ARENA(ARENA_MAX);
    struct room_state s;
    struct err err;

    FUZZ_FILLED(s);
    err = room_state_parse(in.statement, &a, &s);
    if (err.code == E_OK) {
        invariant(in.statement.n <= ROOM_STATE_MAX_SIZE);
        keeps_its_rules(&s);
        is_written_again(s, in.statement);
        follows(in.statement, &s, &in, &a);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&s, sizeof s));
    }
    arena_free(&a);
    return 0;
}
