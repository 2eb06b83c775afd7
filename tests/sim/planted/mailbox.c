/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the server: rows and numbers that are forgotten, pages that leave something out. */
#include "server/queue/queue.h"
#include "sim/plants.h"

/* The linker's two names for each: what was there, and what stands in its place. */
#define PLANTED(name) extern __typeof__(name) __real_##name, __wrap_##name

PLANTED(queue_append);
PLANTED(queue_acknowledge);
PLANTED(queue_page);
PLANTED(devices_upload_known);
PLANTED(queue_forget);
PLANTED(devices_sign_in);

struct err __wrap_queue_append(struct db *db, struct arena *a, const struct upload *u,
                               const struct device *to, uint64_t now_ms,
                               const struct queue_life *life, uint64_t *number)
{
    static unsigned n;

    if (plants_has("queue_row_is_forgotten") && ++n % 40 == 0) {
        memset(number, 0, u->recipients * sizeof *number);
        return OK;
    }
    TRY(__real_queue_append(db, a, u, to, now_ms, life, number));
    if (plants_has("last_of_several_rows_is_forgotten") && u->recipients > 1 && ++n % 10 == 0)
        return __real_queue_acknowledge(db, to[u->recipients - 1].row, number[u->recipients - 1]);
    return OK;
}

struct err __wrap_queue_acknowledge(struct db *db, uint64_t device, uint64_t number)
{
    return __real_queue_acknowledge(
        db, device, plants_has("acknowledgement_deletes_the_next") ? number + 1 : number);
}

struct err __wrap_queue_page(struct db *db, struct arena *a, uint64_t device, uint64_t after,
                             uint64_t now_ms, struct queue_page **out)
{
    TRY(__real_queue_page(db, a, device, after, now_ms, out));
    if (plants_has("page_leaves_one_out") && (*out)->n > 2) {
        (*out)->item[(*out)->n - 2] = (*out)->item[(*out)->n - 1];
        (*out)->n--;
    }
    return OK;
}

/* An upload whose answer was lost is taken for a new one. */
struct err __wrap_devices_upload_known(struct db *db, const struct device *d, uint64_t number,
                                       const uint8_t mark[DEVICES_MARK_SIZE],
                                       struct devices_window *w, bool *known)
{
    struct err err = __real_devices_upload_known(db, d, number, mark, w, known);

    if (plants_has("answered_upload_is_refused") && err.code == E_OK && *known)
        return FAIL(E_CONFLICT);
    return err;
}

/* A device that was removed is let in, and gets what it had not fetched. */
struct err __wrap_queue_forget(struct db *db, uint64_t device)
{
    return plants_has("mailbox_of_a_removed_device_is_kept") ? OK : __real_queue_forget(db, device);
}

struct err __wrap_devices_sign_in(struct db *db, const struct networks *n, struct bytes statement,
                                  struct bytes binding, struct device *out)
{
    struct err err = __real_devices_sign_in(db, n, statement, binding, out);

    return err.code == E_REMOVED && plants_has("mailbox_of_a_removed_device_is_kept") ? OK : err;
}
