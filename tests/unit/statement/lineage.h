/* SPDX-License-Identifier: Apache-2.0 */
/* lineage: ada's first list of devices, and what is to follow it. */
#ifndef TACET_TESTS_STATEMENT_LINEAGE_H
#define TACET_TESTS_STATEMENT_LINEAGE_H

#include "base/clock.h"
#include "people.h"
#include "refusals.h"

static struct network_id nid;
static struct person ada, eve;
static struct device_list first; /* of two devices */
static struct buf statement = {.max = DEVICE_LIST_MAX_SIZE};

static int begin(void **state)
{
    (void)state;
    nid = people_network("example.org");
    ada = person_new(&nid, 10, 3);
    eve = person_new(&nid, 20, 1);
    first = person_list(&ada, 2);
    assert_ok(
        device_list_sign(&first, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    person_free(&ada);
    person_free(&eve);
    buf_free(&statement);
    return 0;
}

/* What may follow the first list: the same devices, a minute later. */
static struct device_list second(void)
{
    struct device_list l = first;

    l.version = 2;
    l.made_ms += CLOCK_MINUTE_MS;
    memcpy(l.previous, first.hash, sizeof l.previous);
    return l;
}

/* Sign with device `signer` of ada, and check as what follows `previous`. */
static struct err follows_on(const struct device_list *previous, struct device_list l,
                             size_t signer)
{
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list got;
    struct err err;

    assert_ok(
        device_list_sign(&l, &nid, ada.ark.secret, &ada.did[signer], ada.dsk[signer].secret, &out));
    err = device_list_check(buf_view(&out), &nid, &ada.ark.pub, previous, PEOPLE_NOW_MS, &got);
    buf_free(&out);
    return err;
}

static struct err follows(struct device_list l, size_t signer)
{
    return follows_on(&first, l, signer);
}

#endif
