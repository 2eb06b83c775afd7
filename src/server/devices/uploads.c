/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window over upload numbers: number n has place n mod 64, and is inside when it is above
 * highest - 64.  Numbers that are refused leave gaps below the highest, to be filled later.
 */
#include "server/devices/devices.h"

static const char LOAD[] = "SELECT uploads, taken, marks FROM device WHERE id = $1";
static const char STORE[] = "UPDATE device SET uploads = $2, taken = $3, marks = $4 WHERE id = $1";

static struct err load(struct db *db, uint64_t device, struct devices_window *out)
{
    struct db_query *q = NULL;
    struct err err = OK;
    struct bytes marks;
    bool more;

    TRY_OUT(db_begin_query(db, LOAD, DB_VALUES(DB_NUMBER_OF(device)), &q));
    TRY_OUT(db_next(q, &more));
    if (!more)
        TRY_OUT(FAIL(E_ABSENT));
    out->highest = (uint64_t)db_number(q, 0);
    out->taken = (uint64_t)db_number(q, 1);
    marks = db_bytes(q, 2);
    invariant(marks.n == sizeof out->mark);
    memcpy(out->mark, marks.at, marks.n);
out:
    db_end_query(q);
    return err;
}

static size_t place(uint64_t number)
{
    return number % DEVICES_UPLOAD_WINDOW;
}

static uint64_t bit(uint64_t number)
{
    return UINT64_C(1) << place(number);
}

struct err devices_upload_known(struct db *db, const struct device *d, uint64_t number,
                                const uint8_t mark[DEVICES_MARK_SIZE], struct devices_window *w,
                                bool *known)
{
    TRY(load(db, d->row, w));
    if (number == 0)
        return FAIL(E_MALFORMED);
    if (number > w->highest) {
        *known = false;
        return number - w->highest <= DEVICES_UPLOAD_WINDOW ? OK : FAIL(E_CONFLICT);
    }
    if (w->highest - number >= DEVICES_UPLOAD_WINDOW)
        return FAIL(E_CONFLICT);
    *known = (w->taken & bit(number)) != 0;
    if (*known && memcmp(w->mark[place(number)], mark, DEVICES_MARK_SIZE) != 0)
        return FAIL(E_CONFLICT);
    return OK;
}

struct err devices_upload_accept(struct db *db, const struct device *d, uint64_t number,
                                 const uint8_t mark[DEVICES_MARK_SIZE], struct devices_window *w)
{
    while (w->highest < number)
        w->taken &= ~bit(++w->highest); /* its place was that of a number now outside */
    w->taken |= bit(number);
    memcpy(w->mark[place(number)], mark, DEVICES_MARK_SIZE);
    return db_run(db, STORE,
                  DB_VALUES(DB_NUMBER_OF(d->row), DB_NUMBER_OF(w->highest), DB_NUMBER_OF(w->taken),
                            DB_BYTES_OF(bytes(w->mark, sizeof w->mark))),
                  NULL);
}
