/* SPDX-License-Identifier: Apache-2.0 */
/* courier: files between two people, with the real folders of both and of the server.
 * [PROTOCOL 13] */
#ifndef TACET_TESTS_SCENARIO_COURIER_H
#define TACET_TESTS_SCENARIO_COURIER_H

#include "client/host/folder.h"
#include "client/transfers.h"
#include "e2ee/payload.h"
#include "scenario/play.h"
#include "scenario/stage_internal.h"
#include "unit/storage/scratch.h"
#include "unit/storage/shelves.h"

#define LARGE  (5 * 1024 * 1024 + 12345) /* two batches of chunks */
#define PATH   4096
#define MARKER "This stands in the file, and nowhere at the server."

struct told {
    struct play *p;
    struct person *alice, *bob;
    struct shelves shelves;
    struct folder folder;
    struct filing filing;
    char source[PATH], inbox[PATH];
};

/* Frames up to the server are counted, and at one of them it dies. */
struct death {
    struct told *x;
    unsigned left;
    bool due;
};

/* What comes down in answer to FILE_READ, changed. */
enum { FLIP = 1, CUT, OTHER_SIZE };

struct twist {
    int how;
};

void courier_begin(struct told *x);
void courier_end(struct told *x);
void courier_write(struct told *x, size_t n, unsigned salt);
unsigned courier_count(struct told *x, char name[256]);
enum err_code courier_send(struct told *x, const char *name, bool view_only);
const struct message *courier_next(struct told *x);
enum err_code courier_fetch(struct told *x);
void courier_check_kept(struct told *x, const char *name);
bool courier_has_ended(const struct person *who, enum err_code code);
bool courier_has_transfers(struct person *who);
bool courier_count_down(void *ctx, struct person *who, struct buf *frame);
bool courier_twist(void *ctx, struct person *who, struct buf *frame);

extern const struct CMUnitTest files_shown[], files_automatic[], files_forwarded[];
extern const size_t files_shown_n, files_automatic_n, files_forwarded_n;

#endif
