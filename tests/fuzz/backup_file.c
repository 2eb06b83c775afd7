/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a backup: what stands before anything of it is known to be whole. */
#include "server/main/backup_file.h"

#include "fuzz/fuzz.h"

/* What parses writes back equal. */
static void is_written_again(struct backup_head *head, struct bytes in)
{
    struct buf out = BUF(BACKUP_FILE_HEAD_MAX);
    uint64_t length = head->length;

    backup_file_write(head, &out);
    invariant(out.failed == E_OK && head->length == length && length <= in.n);
    invariant(bytes_same(buf_view(&out), fuzz_front(in, (size_t)length)));
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct backup_head head;
    struct err err;

    FUZZ_FILLED(head);
    err = backup_file_parse(bytes(at, n), &head);
    if (err.code != E_OK) {
        invariant(err.code == E_MALFORMED || err.code == E_VERSION || err.code == E_TRUNCATED);
        invariant(fuzz_is_filled(&head, sizeof head));
        return 0;
    }
    invariant(backup_file_size(&head) > head.length + BACKUP_FILE_DIGEST_SIZE);
    invariant(memchr(head.program, 0, sizeof head.program) != NULL);
    is_written_again(&head, bytes(at, n));
    return 0;
}
