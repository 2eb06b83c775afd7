/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: what went wrong, who must act, and where it was noticed.
 *
 * One dialect for the whole tree.  A code's tens say who must act, and its number is also the code
 * that a refusal carries on the wire, so numbers never change their meaning.  [PROTOCOL 9.3]
 */
#ifndef TACET_BASE_ERR_H
#define TACET_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum err_code {
    E_OK = 0,

    /* The peer's bytes are at fault. */
    E_TRUNCATED = 10, /* ends too early */
    E_MALFORMED = 11, /* no encoder of ours would have produced it */
    E_FORGED = 12,    /* a signature, seal or digest does not fit */
    E_LIMIT = 13,     /* larger, longer or more often than a named limit */

    /* The caller's request is. */
    E_DENIED = 20,   /* not allowed to this caller */
    E_ABSENT = 21,   /* no such thing */
    E_CONFLICT = 22, /* contradicts what is already kept */
    E_STALE = 23,    /* names something that has been superseded */
    E_EXPIRED = 24,  /* its time is over */
    E_CLOCK = 25,    /* dated further ahead than clocks may differ */
    E_VERSION = 26,  /* one of the two programs must be updated */
    E_REMOVED = 27,  /* the account or device was removed by an administrator */

    /* Nobody is: wait, or connect again. */
    E_AGAIN = 30,
    E_CLOSED = 31,

    /* This machine is: tell its operator. */
    E_NOMEM = 40,
    E_IO = 41,
    E_CRYPTO = 42,
    E_FULL = 43, /* the disk, or a mailbox */
};

enum err_who { WHO_PEER = 1, WHO_CALLER, WHO_NOBODY, WHO_OPERATOR };

/* Two words, returned in registers.  `where` is "path/file.c:line" or NULL when all is well. */
struct err {
    enum err_code code;
    const char *where;
};

#define ERR_TEXT_(x) #x
#define ERR_TEXT(x)  ERR_TEXT_(x)
#define HERE         __FILE__ ":" ERR_TEXT(__LINE__)

#define OK       ((struct err){E_OK, NULL})
#define FAIL(c)  ((struct err){(c), HERE})
#define FALLIBLE __attribute__((warn_unused_result)) struct err

/* The only two macros in the tree that hide a jump. */
#define TRY(expr)               \
    do {                        \
        struct err e_ = (expr); \
        if (e_.code != E_OK)    \
            return e_;          \
    } while (0)
#define TRY_OUT(expr)         \
    do {                      \
        err = (expr);         \
        if (err.code != E_OK) \
            goto out;         \
    } while (0)

/* An impossible state stops the process, in release builds too. */
#define invariant(x) ((x) ? (void)0 : err_impossible(#x, HERE))

/* A short lower-case name: "malformed".  Unknown numbers are "unknown". */
const char *err_name(enum err_code code);

/* Who must act on it. */
enum err_who err_who(enum err_code code);

/* The code of a refusal with this number on the wire; E_MALFORMED when there is none, and for 0. */
enum err_code err_from_number(uint32_t number);

_Noreturn void err_impossible(const char *what, const char *where);

#endif
