/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup_file: the bytes of a backup: a head, the files of a data directory, and a digest.
 *
 *   head = "tacetbak" | version u8 = 1 | length u32 of what follows in it
 *          | nid 32 | made_ms u64 | schema u32 | program: length u8 and text
 *          | n u8 | n * (which u8, rising | size u64)
 *   file = head | the files in that order | SHA-384 of all before it
 *
 * Numbers are big-endian.  Files have numbers and no names, so none can lead elsewhere.  The digest
 * shows damage; whoever can write the file can make it anew.  Pure functions on bytes.
 */
#ifndef TACET_SERVER_MAIN_BACKUP_FILE_H
#define TACET_SERVER_MAIN_BACKUP_FILE_H

#include "base/buf.h"
#include "base/id.h"

#define BACKUP_FILE_HEAD_MAX    512 /* bytes: so much of the front holds any head */
#define BACKUP_FILE_DIGEST_SIZE 48
#define BACKUP_FILE_PROGRAM_MAX 100 /* bytes of a version's text */

/* The database comes last: it is large, and the others fit into memory. */
enum backup_part {
    BACKUP_DIRECTORY_KEY = 1,
    BACKUP_TLS_KEY,
    BACKUP_TLS_CERT,
    BACKUP_NEXT_KEY,
    BACKUP_NEXT_CERT,
    BACKUP_DATABASE,
    BACKUP_PARTS
};

struct backup_head {
    struct network_id nid;
    uint64_t made_ms;
    uint32_t schema; /* steps that the database has taken, of all features */
    char program[BACKUP_FILE_PROGRAM_MAX + 1]; /* that wrote it */
    uint64_t size[BACKUP_PARTS];               /* bytes; 0: there is no such file in it */
    uint64_t length;                           /* of the head itself; filled in by both functions */
};

/* Its name in a data directory. */
const char *backup_file_name(enum backup_part part);

/* Append the head.  What is said fits: an invariant. */
void backup_file_write(struct backup_head *head, struct buf *out);

/* The head at the front of `in`, which is the file's first BACKUP_FILE_HEAD_MAX bytes, or all of
 * it.  E_MALFORMED: no backup, or damaged.  E_VERSION: written by a newer program.  E_TRUNCATED: it
 * is cut off. */
FALLIBLE backup_file_parse(struct bytes in, struct backup_head *out);

/* Bytes of the whole file, digest and all. */
uint64_t backup_file_size(const struct backup_head *head);

#endif
