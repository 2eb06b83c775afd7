/* SPDX-License-Identifier: Apache-2.0 */
#include "property/impostor.h"

#include <string.h>

#include "statement/directory.h"
#include "statement/roster.h"

/* Its key as a device of this account.  [PROTOCOL 2.3] */
static struct device_entry device_of(const struct impostor *im, const struct account_id *aid)
{
    struct device_entry d = {
        .dsk = im->me.dsk, .role = DEVICE_PLAIN, .added_ms = stage_now(im->play)};

    assert_ok(names_device(aid, &im->me.dsk, &d.did));
    return d;
}

void impostor_begin(struct impostor *im, struct play *p, const struct network_id *nid)
{
    struct point root;

    *im = (struct impostor){.play = p, .statement = BUF(DEVICE_LIST_MAX_SIZE)};
    assert_ok(identity_make(nid, &im->me));
    assert_ok(sign_generate(&im->root, root.b));
    im->list = (struct device_list){
        .aid = im->me.who.aid, .version = 1, .made_ms = stage_now(p), .devices = 1};
    im->list.device[0] = device_of(im, &im->me.who.aid);
    assert_ok(device_list_sign(&im->list, nid, im->me.ark_secret, &im->me.who.did,
                               im->me.dsk_secret, &im->statement));
}

void impostor_free(struct impostor *im)
{
    identity_free(&im->me);
    sign_private_free(im->root);
    buf_free(&im->statement);
}

void impostor_list(const struct impostor *im, struct dice *d, const struct identity *of,
                   const struct device_list *last, struct buf *out)
{
    struct device_entry extra = device_of(im, &of->who.aid);
    struct device_list next = *last;
    size_t stolen = dice_below(d, 4), at = next.devices++;
    const struct identity *root = stolen == 1 ? of : &im->me;
    const struct identity *device = stolen == 2 ? of : &im->me;

    next.version++;
    next.made_ms = stage_now(im->play);
    memcpy(next.previous, last->hash, sizeof next.previous);
    for (; at > 0 && bytes_compare(ID_BYTES(next.device[at - 1].did), ID_BYTES(extra.did)) > 0;
         at--)
        next.device[at] = next.device[at - 1];
    next.device[at] = extra;
    /* In the name of the true one, or in its own. */
    assert_ok(device_list_sign(&next, &of->who.nid, root->ark_secret,
                               stolen == 3 ? &extra.did : &of->who.did, device->dsk_secret, out));
}

void impostor_person(const struct impostor *im, const char *handle, struct buf *statement,
                     Tacet__Wire__Person *out, struct arena *a)
{
    struct directory_statement s = {.number = 9,
                                    .aid = im->me.who.aid,
                                    .ark = im->me.ark,
                                    .role = DIRECTORY_MEMBER,
                                    .state = DIRECTORY_ACTIVE,
                                    .made_ms = stage_now(im->play),
                                    .handle = bytes_text(handle)};

    assert_ok(directory_sign(&s, &im->me.who.nid, stage_directory_key(im->play), statement));
    out->statement = frame_data(buf_view(statement));
    out->lists = ARENA_NEW(a, ProtobufCBinaryData);
    assert_non_null(out->lists);
    out->lists[0] = frame_data(buf_view(&im->statement));
    out->n_lists = 1;
    out->n_prekeys = 0;
}

void impostor_policy(const struct impostor *im, struct dice *d, const struct network_policy *last,
                     struct buf *out)
{
    struct network_policy p = {
        .number = last->number + 1,
        .made_ms = stage_now(im->play),
        .from_ms = stage_now(im->play),
        .profile = POLICY_STANDARD,
        .retains = true,
        .retention = {.aid = im->me.who.aid, .scope = POLICY_ALL, .days = 1}};

    memcpy(p.previous, last->hash, sizeof p.previous);
    if (last->number > 0 && dice_once_in(d, 2)) {
        p.number = last->number;
        memcpy(p.previous, last->previous, sizeof p.previous);
    }
    assert_ok(policy_sign(&p, &im->me.who.nid, im->root, out));
}

void impostor_roster(const struct impostor *im, struct bytes roster, struct buf *out)
{
    struct arena a = ARENA(1 << 16);
    struct roster_account *account, extra = {.aid = im->me.who.aid, .list_version = 1};
    struct roster r;
    size_t at;

    assert_ok(roster_parse(roster, &a, &r));
    account = ARENA_ARRAY(&a, r.accounts + 1, struct roster_account);
    assert_non_null(account);
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
