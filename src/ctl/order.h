/* SPDX-License-Identifier: Apache-2.0 */
/* order: one request to the server on this machine, through its control socket. */
#ifndef TACET_CTL_ORDER_H
#define TACET_CTL_ORDER_H

#include "base/arena.h"
#include "ctl/ctl.h"
#include "wire/frame.h"

#define ORDER_PATH_SIZE 4096

struct order {
    enum op op;
    const void *request;                    /* the generated struct */
    const ProtobufCMessageDescriptor *form; /* of the answer; NULL: it has none */
    const struct sentence *refusals;        /* what the codes mean here; may be NULL */
};

/* Give the order.  The answer, the generated struct, is put into *answer and lives in the arena.
 * Anything but WORDS_FINE: it was not carried out, and stderr says why and what to do; WORDS_USAGE:
 * --data was not said. */
enum words_end order_give(const struct ctl_setting *s, const struct order *order, struct arena *a,
                          void *answer);

/* The same in several questions on one connection.  A question that was answered with a refusal is
 * WORDS_FINE, the code in *refused, and nothing was said. */
struct order_line {
    int fd;
    char path[ORDER_PATH_SIZE];
};

enum words_end order_begin(const struct ctl_setting *s, struct order_line *line);
enum words_end order_ask(const struct order_line *line, const struct order *order, struct arena *a,
                         void *answer, enum err_code *refused);
void order_end(const struct order_line *line);

/* A row's text for the code, or a sentence that is true anywhere.  `rows` may be NULL. */
const char *order_explain(const struct sentence *rows, enum err_code code);

#endif
