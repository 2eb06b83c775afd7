/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two endpoints and one beside them, and a network between that does as it likes: drops, repeats,
 * reorders, readdresses, alters and cuts together what they send.  What opens is what was sent, by
 * whom it was sent, for whom, and once: ends.h.
 *
 * Input: a profile, then a program of actions: one byte for what, and for each thing that it takes
 * another.  The curve is quick_curve.c's.
 */
#include "fuzz/ends.h"

#include "e2ee/control.h"

#define ACTIONS_MAX 160
#define WAITING_MAX 64
#define ITEM_MAX    4096

/* On its way. */
struct item {
    size_t to;
    bool is_capsule;
    uint8_t at[ITEM_MAX];
    size_t n;
};

static struct ends e;
static struct item waiting[WAITING_MAX];
static size_t n_waiting, n_carried; /* the latter of e.made */
static struct reader program;

static size_t pick(size_t below)
{
    size_t v = reader_u8(&program);

    return below == 0 ? 0 : v % below;
}

/* ---- what the ends do */

static void carry(void)
{
    for (; n_carried < e.n_made; n_carried++) {
        const struct ends_made *m = &e.made[n_carried];

        if (n_waiting == WAITING_MAX)
            continue; /* it is lost */
        invariant(m->bytes.n <= ITEM_MAX);
        waiting[n_waiting].to = m->to;
        waiting[n_waiting].is_capsule = m->is_capsule;
        waiting[n_waiting].n = m->bytes.n;
        memcpy(waiting[n_waiting++].at, m->bytes.at, m->bytes.n);
    }
}

static void say(size_t from, size_t to, uint16_t type, struct bytes content)
{
    size_t late = pick(4);

    ends_seal(&e, &(struct ends_order){from, to, SIZE_MAX, type, content, late == 0});
    carry();
}

static void send_text(void)
{
    static const uint8_t text[ENDS_CONTENT_MAX] = "a text";
    size_t from = pick(ENDS);

    say(from, (1u << ENDS) - 1, PAYLOAD_TEXT, bytes(text, pick(sizeof text)));
}

static void send_to_one(void)
{
    size_t from = pick(ENDS);

    say(from, (size_t)1 << pick(ENDS), PAYLOAD_TEXT, BYTES_LITERAL("for you"));
}

static void send_control(void)
{
    struct buf content = BUF(ENDS_CONTENT_MAX);
    struct control c = {.type = (enum payload_type)(PAYLOAD_RESET + pick(5))};
    size_t from = pick(ENDS), to = pick(ENDS);
    bool ranges = c.type == PAYLOAD_MISSING || c.type == PAYLOAD_VOID;

    c.n = c.type == PAYLOAD_HELLO ? 0 : 1 + pick(4);
    for (size_t i = 0; i < c.n && ranges; i++)
        c.range[i] = (struct control_range){3 * i + 1, 3 * i + 1 + pick(2)};
    for (size_t i = 0; i < c.n && !ranges; i++)
        c.mark[i] = (struct control_mark){{(uint8_t)(i + 1)}, {{0}}};
    control_write(&c, &content);
    say(from, (size_t)1 << to, (uint16_t)c.type, buf_view(&content));
    buf_free(&content);
}

/* The same message again, for one who may have missed it. */
static void send_again(void)
{
    size_t which = pick(e.n_said), to = pick(ENDS);

    if (e.n_said == 0)
        return;
    ends_seal(&e, &(struct ends_order){
                      .from = e.said[which].from, .to = (size_t)1 << to, .again = which});
    carry();
}

static void open_anew(void)
{
    struct ends_state *s = &e.end[pick(ENDS)];

    s->sends[pick(ENDS)] = false;
}

static void forget_epoch(void)
{
    struct ends_state *s = &e.end[pick(ENDS)];
    size_t from = pick(ENDS), i = pick(s->epochs[from]);

    if (s->epochs[from] == 0)
        return;
    s->epochs[from]--;
    memmove(&s->hearing[from][i], &s->hearing[from][i + 1],
            (s->epochs[from] - i) * sizeof s->hearing[from][0]);
}

static void rotate_prekey(void)
{
    struct ends_state *s = &e.end[pick(ENDS)];

    s->newest += s->newest < ENDS_PREKEYS - 1;
}

static void delete_prekey(void)
{
    struct ends_state *s = &e.end[pick(ENDS)];

    s->oldest += s->oldest < s->newest;
}

/* ---- what the network does */

static struct item *one(void)
{
    size_t i = pick(n_waiting);

    return n_waiting == 0 ? NULL : &waiting[i];
}

static void drop(void)
{
    struct item *i = one();

    if (i == NULL)
        return;
    n_waiting--;
    memmove(i, i + 1, (size_t)(&waiting[n_waiting] - i) * sizeof *i);
}

/* It stays: delivered again, it is a replay. */
static void deliver(void)
{
    const struct item *i = one();

    if (i != NULL)
        ends_hear(&e, i->to, i->is_capsule, bytes(i->at, i->n));
}

static void deliver_all(void)
{
    for (size_t i = 0; i < n_waiting; i++)
        ends_hear(&e, waiting[i].to, waiting[i].is_capsule, bytes(waiting[i].at, waiting[i].n));
    n_waiting = 0;
}

static void deliver_backwards(void)
{
    for (; n_waiting > 0; n_waiting--) {
        const struct item *i = &waiting[n_waiting - 1];

        ends_hear(&e, i->to, i->is_capsule, bytes(i->at, i->n));
    }
}

static void swap(void)
{
    struct item *x = one(), *y = one();

    if (x != NULL && y != NULL) {
        static struct item kept;

        kept = *x;
        *x = *y;
        *y = kept;
    }
}

static void duplicate(void)
{
    const struct item *i = one();

    if (i != NULL && n_waiting < WAITING_MAX)
        waiting[n_waiting++] = *i;
}

static void flip(void)
{
    struct item *i = one();
    size_t high = pick(256), at = high << 8 | pick(256), bit = pick(8);

    if (i != NULL && i->n > 0)
        i->at[at % i->n] ^= (uint8_t)(1u << bit);
}

static void cut(void)
{
    struct item *i = one();
    size_t n = pick(256);

    if (i != NULL)
        i->n -= n < i->n ? n : i->n;
}

static void readdress(void)
{
    struct item *i = one();
    size_t to = pick(ENDS);

    if (i != NULL)
        i->to = to;
}

/* One as the other kind: a capsule for a message. */
static void mistake(void)
{
    struct item *i = one();

    if (i != NULL)
        i->is_capsule = !i->is_capsule;
}

/* A part of one in the other, at the same place: a point, a ciphertext or a box between capsules;
 * between messages also head, commitment, roster, entry, body or trailer, from the end. */
static void splice(void)
{
    static const size_t from_end[] = {784 + 60, 784, 512, 236, 64};
    struct item *to = one();
    const struct item *of = one();
    size_t k = pick(10), n = 4 + pick(128);

    if (to == NULL || of == NULL)
        return;
    if (k < 5) {
        size_t tail = from_end[k];

        if (tail > to->n || tail > of->n)
            return;
        n = n < tail ? n : tail;
        memcpy(&to->at[to->n - tail], &of->at[of->n - tail], k % 2 == 0 ? tail : n);
        return;
    }
    n = k == 5 ? 71 : n; /* a head */
    memcpy(to->at, of->at, n < to->n && n < of->n ? n : 0);
}

static void (*const ACTIONS[])(void) = {
    send_text,    send_to_one,   send_control, send_again,    open_anew,
    forget_epoch, rotate_prekey, deliver_all,  deliver,       deliver_backwards,
    drop,         swap,          duplicate,    flip,          readdress,
    splice,       cut,           mistake,      delete_prekey,
};

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    program = reader(bytes(at, n));
    n_waiting = 0;
    n_carried = 0;
    ends_begin(&e, pick(2) == 0 ? UPLOAD_PROFILE_STANDARD : UPLOAD_PROFILE_HYBRID);
    for (size_t i = 0; i < ACTIONS_MAX && reader_left(&program) > 0; i++)
        ACTIONS[pick(sizeof ACTIONS / sizeof ACTIONS[0])]();
    deliver_all();
    ends_free(&e);
    return 0;
}
