/* SPDX-License-Identifier: Apache-2.0 */
#include "property/impostor.h"

#include <string.h>

#include "statement/directory.h"
#include "statement/roster.h"
#include "wire/frame.h"

static void must(struct err err)
{
    invariant(err.code == E_OK);
}

/* Its key as a device of this account.  [PROTOCOL 2.3] */
static struct device_entry device_of(const struct impostor *im, const struct account_id *aid,
                                     uint64_t now_ms)
{
    struct device_entry d = {.dsk = im->me.dsk, .role = DEVICE_PLAIN, .added_ms = now_ms};

    must(names_device(aid, &im->me.dsk, &d.did));
    return d;
}

void impostor_begin(struct impostor *im, const struct network_id *nid, uint64_t now_ms)
{
    struct point root;

    *im = (struct impostor){.statement = BUF(DEVICE_LIST_MAX_SIZE)};
    must(identity_make(nid, &im->me));
    must(sign_generate(&im->root, root.b));
    im->list =
        (struct device_list){.aid = im->me.who.aid, .version = 1, .made_ms = now_ms, .devices = 1};
    im->list.device[0] = device_of(im, &im->me.who.aid, now_ms);
    must(device_list_sign(&im->list, nid, im->me.ark_secret, &im->me.who.did, im->me.dsk_secret,
                          &im->statement));
}

void impostor_free(struct impostor *im)
{
    identity_free(&im->me);
    sign_private_free(im->root);
    buf_free(&im->statement);
}

void impostor_list(const struct impostor *im, enum impostor_way way, const struct identity *of,
                   const struct device_list *last, uint64_t now_ms, struct buf *out)
{
    struct device_entry extra = device_of(im, &of->who.aid, now_ms);
    struct device_list next = *last;
    size_t at = next.devices++;
    bool own_name = way == IMPOSTOR_OWN || way == IMPOSTOR_ROOT_OWN;
    const struct identity *root = way == IMPOSTOR_ROOT || way == IMPOSTOR_ROOT_OWN ? of : &im->me;
    const struct identity *device = way == IMPOSTOR_DEVICE ? of : &im->me;

    next.version++;
    next.made_ms = now_ms;
    memcpy(next.previous, last->hash, sizeof next.previous);
    for (; at > 0 && bytes_compare(ID_BYTES(next.device[at - 1].did), ID_BYTES(extra.did)) > 0;
         at--)
        next.device[at] = next.device[at - 1];
    next.device[at] = extra;
    must(device_list_sign(&next, &of->who.nid, root->ark_secret,
                          own_name ? &extra.did : &of->who.did, device->dsk_secret, out));
}

void impostor_person(const struct impostor *im, const struct sign_private *directory,
                     const char *handle, uint64_t now_ms, struct buf *statement,
                     Tacet__Wire__Person *out, struct arena *a)
{
    struct directory_statement s = {.number = 9,
                                    .aid = im->me.who.aid,
                                    .ark = im->me.ark,
                                    .role = DIRECTORY_MEMBER,
                                    .state = DIRECTORY_ACTIVE,
                                    .made_ms = now_ms,
                                    .handle = bytes_text(handle)};

    must(directory_sign(&s, &im->me.who.nid, directory, statement));
    out->statement = frame_data(buf_view(statement));
    out->lists = ARENA_NEW(a, ProtobufCBinaryData);
    invariant(out->lists != NULL);
    out->lists[0] = frame_data(buf_view(&im->statement));
    out->n_lists = 1;
    out->n_prekeys = 0;
}

void impostor_policy(const struct impostor *im, struct dice *d, const struct network_policy *last,
                     uint64_t now_ms, struct buf *out)
{
    struct network_policy p = {
        .number = last->number + 1,
        .made_ms = now_ms,
        .from_ms = now_ms,
        .profile = POLICY_STANDARD,
        .retains = true,
        .retention = {.aid = im->me.who.aid, .scope = POLICY_ALL, .days = 1}};

    memcpy(p.previous, last->hash, sizeof p.previous);
    if (last->number > 0 && dice_once_in(d, 2)) {
        p.number = last->number;
        memcpy(p.previous, last->previous, sizeof p.previous);
    }
    must(policy_sign(&p, &im->me.who.nid, im->root, out));
}

void impostor_roster(const struct impostor *im, struct bytes roster, struct buf *out)
{
    struct arena a = ARENA(1 << 16);
    struct roster_account *account, extra = {.aid = im->me.who.aid, .list_version = 1};
    struct roster r;
    size_t at;

    must(roster_parse(roster, &a, &r));
    account = ARENA_ARRAY(&a, r.accounts + 1, struct roster_account);
    invariant(account != NULL);
    memcpy(extra.list_hash, im->list.hash, sizeof extra.list_hash);
    memcpy(account, r.account, r.accounts * sizeof *account);
    for (at = r.accounts++;
         at > 0 && bytes_compare(ID_BYTES(account[at - 1].aid), ID_BYTES(extra.aid)) > 0; at--)
        account[at] = account[at - 1];
    account[at] = extra;
    r.account = account;
    roster_write(&r, out);
    arena_free(&a);
}
