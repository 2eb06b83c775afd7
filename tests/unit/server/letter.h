/* SPDX-License-Identifier: Apache-2.0 */
/* letter: a message from one person of the world to another, before and on its way to the server.
 * The server sees neither signature nor seal: random bytes do. */
#ifndef TACET_TESTS_SERVER_LETTER_H
#define TACET_TESTS_SERVER_LETTER_H

#include "world.h"

struct letter {
    struct roster roster;
    struct roster_network network;
    struct roster_account account[2];
    struct roster_skipped skipped;
    struct bytes roster_bytes;

    struct upload upload;
    struct upload_capsule capsule[2];
    uint8_t entry[2 * UPLOAD_ENTRY_SIZE];
    uint32_t ttl_s;
    struct bytes bytes;
};

static inline void letter_write_roster(struct world *w, struct letter *l)
{
    struct buf b = BUF(ROSTER_MAX_SIZE);

    roster_write(&l->roster, &b);
    l->roster_bytes = world_keep(w, &b);
    assert_ok(roster_digest(l->roster_bytes, &l->upload.shared.roster));
}

/* Gives the letter its bytes, after whatever a test changed. */
static inline void letter_write(struct world *w, struct letter *l)
{
    struct buf b = BUF(LIMIT_FRAME);

    l->upload.capsule = l->capsule;
    l->upload.entries = bytes(l->entry, l->upload.recipients * UPLOAD_ENTRY_SIZE);
    upload_write(&l->upload, &b);
    l->bytes = world_keep(w, &b);
}

static inline void letter_name_prekey(struct letter *l, uint32_t number)
{
    l->entry[0] = (uint8_t)(number >> 8);
    l->entry[1] = (uint8_t)number;
}

/* A capsule for the only recipient, at a prekey's number. */
static inline void letter_add_capsule(struct world *w, struct letter *l, uint32_t prekey)
{
    struct buf b = BUF(UPLOAD_CAPSULE_MOST);

    buf_bytes(&b, BYTES(w->point));
    buf_u32(&b, prekey);
    buf_bytes(&b, world_random(w, UPLOAD_SEALED_SIZE));
    buf_bytes(&b, world_random(w, UPLOAD_BOX_SIZE));
    l->capsule[l->upload.capsules++] = (struct upload_capsule){0, world_keep(w, &b)};
    letter_write(w, l);
}

static inline struct roster_account letter_account(const struct person *p)
{
    struct roster_account r = {0, p->aid, p->list.version, {0}};

    memcpy(r.list_hash, p->list.hash, sizeof r.list_hash);
    return r;
}

/* From one to another, under the next upload number, all of it right. */
static inline void letter_make(struct world *w, struct letter *l, struct person *from,
                               const struct person *to)
{
    bool first = bytes_compare(ID_BYTES(from->aid), ID_BYTES(to->aid)) < 0;

    *l = (struct letter){.ttl_s = 86400};
    l->network.nid = w->nid;
    l->account[0] = letter_account(first ? from : to);
    l->account[1] = letter_account(first ? to : from);
    l->roster = (struct roster){.network = &l->network,
                                .account = l->account,
                                .skipped = &l->skipped,
                                .networks = 1,
                                .accounts = 2};
    assert_ok(names_pair_room(&w->nid, &from->aid, &to->aid, &l->roster.room));
    letter_write_roster(w, l);

    l->upload.shared.head[0] = UPLOAD_VERSION;
    l->upload.shared.head[1] = UPLOAD_SUITE;
    l->upload.shared.head[2] = UPLOAD_PROFILE_HYBRID;
    memcpy(l->upload.shared.head + 4, w->point, sizeof w->point);
    assert_ok(random_fill(&w->random, l->upload.shared.com, sizeof l->upload.shared.com));
    l->upload.shared.body = world_random(w, UPLOAD_BODY_LEAST);
    l->upload.shared.trailer = world_random(w, UPLOAD_TRAILER_SIZE);
    l->upload.number = ++from->uploads;
    l->upload.recipients = 1;
    assert_ok(random_fill(&w->random, l->entry, sizeof l->entry));
    letter_name_prekey(l, to->prekey);
    letter_write(w, l);
}

static inline struct answer letter_register(struct world *w, struct person *p,
                                            const struct letter *l)
{
    Tacet__Wire__RegisterRoster in = TACET__WIRE__REGISTER_ROSTER__INIT;

    in.roster = frame_data(l->roster_bytes);
    return world_ask(w, &p->session, OP_REGISTER, &in);
}

static inline Tacet__Wire__Send letter_message(const struct letter *l)
{
    Tacet__Wire__Send in = TACET__WIRE__SEND__INIT;

    in.upload = frame_data(l->bytes);
    in.ttl_s = l->ttl_s;
    return in;
}

/* The upload alone, as a request, or sent. */
static inline struct request *letter_frame(struct world *w, struct person *p,
                                           const struct letter *l)
{
    Tacet__Wire__Send in = letter_message(l);

    return world_frame(w, &p->session, OP_SEND, &in);
}

static inline struct answer letter_upload(struct world *w, struct person *p, const struct letter *l)
{
    Tacet__Wire__Send in = letter_message(l);

    return world_ask(w, &p->session, OP_SEND, &in);
}

/* And the roster before it, which is what may be refused. */
static inline struct answer letter_send(struct world *w, struct person *from,
                                        const struct letter *l)
{
    struct answer a = letter_register(w, from, l);

    return a.code == E_OK ? letter_upload(w, from, l) : a;
}

#endif
