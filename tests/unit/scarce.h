/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scarce: memory that runs out where a test says, in our code and inside of OpenSSL; and, with
 * scarce_sqlite.c, of SQLite.
 *
 * What is tried is tried again and again: its first allocation fails, then its second, ... until it
 * makes fewer; and once more with all those after the first failing, too.  A program that links
 * this calls scarce_begin() before anything else.
 */
#ifndef TACET_TESTS_SCARCE_H
#define TACET_TESTS_SCARCE_H

#include "base/buf.h"

/* OpenSSL's memory comes from here, from now on. */
void scarce_begin(void);

/* Memory is scarce while this is evaluated and at no other time:
 *     struct err err = SCARCE(seal(&rq, &random, &out)); */
#define SCARCE(call) (scarce_arm(), scarce_disarm(call))
void scarce_arm(void);
struct err scarce_disarm(struct err err);

/* By hand: of those while it is scarce, allocation `which` fails, from 1, and with `for_good` all
 * after it; 0: none does.  Did one, since? */
void scarce_lack(unsigned which, bool for_good);
bool scarce_lacked(void);

/* Does the allocation at hand fail?  Of libraries whose memory a test gives them, which begin that
 * before anything else. */
bool scarce_fails_a_library(void);
void scarce_begin_sqlite(void);

/* `attempt` must answer E_NOMEM when one allocation of ours failed; when OpenSSL's did, or more
 * than one, E_NOMEM or E_CRYPTO; and E_OK only if it managed without.  Whatever it answers, it
 * checks itself what it left behind.  Without a failing allocation it answers E_OK, and it makes at
 * least one. */
void scarce_try(const char *what, struct err (*attempt)(void *arg), void *arg);

/* What appends, appends all of it, which `check` accepts, or nothing. */
struct scarce_writer {
    const char *what;
    struct err (*write)(struct buf *out);
    struct err (*check)(struct bytes written);
};
void scarce_write_all(const struct scarce_writer *w, size_t n);

/* What fills in `size` bytes does not touch them when it fails; or, if they are `wiped`, may have
 * zeroed them. */
#define SCARCE_OUT_MAX 8192
struct scarce_reader {
    const char *what;
    struct err (*read)(void *out);
    size_t size;
    bool wiped;
};
void scarce_read_all(const struct scarce_reader *r, size_t n);

/* What takes no memory, and so cannot lack any. */
void scarce_take_none(const struct scarce_reader *r, size_t n);

#endif
