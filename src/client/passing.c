/* SPDX-License-Identifier: Apache-2.0 */
/* passing: a file that somebody else sent goes on to others, without being moved.  [PROTOCOL 13.6]
 */
#include "client/transferring_internal.h"
#include "wire/tacet.pb-c.h"

struct err passing_ask(struct engine *e)
{
    struct transferring *x = e->transferring;
    Tacet__Wire__CopyFile m = TACET__WIRE__COPY_FILE__INIT;
    struct waiting w = transferring_about(x, 0);

    m.id = frame_data(BYTES(x->a.id));
    m.from = frame_data(x->t.path);
    x->phase = PHASE_ASKING;
    return link_request(e, OP_FILE_COPY, &m, &w);
}

struct err passing_copied(struct engine *e, const struct frame *f)
{
    if (f->code == 0)
        return transferring_ask_keep(e);
    if (f->code == E_DENIED) { /* others were begun since, on this connection */
        transferring_again(e, SOON_MS);
        return OK;
    }
    return transferring_judge(e, err_from_number(f->code));
}
