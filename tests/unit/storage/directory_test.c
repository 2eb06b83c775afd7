/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/storage/shelves.h"

#include <fcntl.h>
#include <sys/stat.h>

#define PART  ((size_t)3 * BLOB_STEP)
#define WHOLE (40 * (uint64_t)PART + 1000) /* more than may come before a sync */

static uint8_t content[PART];

static struct blob_name name_of(uint8_t first)
{
    struct blob_name n = {{first, 0xab}};

    return n;
}

/* Byte i of a blob, so that a piece in a wrong place is seen. */
static struct bytes piece(uint64_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        content[i] = (uint8_t)((at + i) * 31 >> 7 ^ (at + i));
    return bytes(content, n);
}

static enum err_code add(struct shelves *s, const struct blob_name *name, uint64_t size,
                         uint64_t at, size_t n, struct blob_state *out)
{
    return s->store.append(s->store.ctx, name, size, at, piece(at, n), out).code;
}

static void fill(struct shelves *s, const struct blob_name *name, uint64_t size, uint64_t from,
                 uint64_t to)
{
    struct blob_state state;

    while (from < to) {
        size_t n = to - from < PART ? (size_t)(to - from) : PART;

        assert_int_equal(add(s, name, size, from, n, &state), E_OK);
        from += n;
        assert_int_equal(state.held, from);
        assert_true(state.durable <= from && from - state.durable < DIRECTORY_UNSYNCED);
    }
}

static struct blob_state state_of(struct shelves *s, const struct blob_name *name, uint64_t size)
{
    struct blob_state state;

    assert_int_equal(add(s, name, size, 0, 0, &state), E_OK);
    return state;
}

static enum err_code read_back(struct shelves *s, const struct blob_name *name, uint64_t at,
                               size_t most, size_t *n, uint64_t *size)
{
    static uint8_t out[PART];
    struct err e = s->store.read(s->store.ctx, name, at, out, most, n, size);

    if (e.code == E_OK)
        assert_memory_equal(out, piece(at, *n).at, *n);
    return e.code;
}

static void check_whole(struct shelves *s, const struct blob_name *name, uint64_t whole)
{
    uint64_t size, at = 0;
    size_t n = 1;

    while (n > 0) {
        assert_int_equal(read_back(s, name, at, PART, &n, &size), E_OK);
        assert_int_equal(size, whole);
        at += n;
    }
    assert_int_equal(at, whole);
}

static void set_length(struct shelves *s, const char *file, off_t length)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", s->folder, file);
    assert_int_equal(truncate(path, length), 0);
}

static void a_blob_is_read_when_it_is_whole_and_not_before(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7);
    uint64_t size;
    size_t n;

    shelves_begin(&s);
    assert_int_equal(state_of(&s, &a, WHOLE).held, 0);
    assert_int_equal(read_back(&s, &a, 0, 10, &n, &size), E_ABSENT);
    fill(&s, &a, WHOLE, 0, WHOLE - 1000);
    assert_int_equal(read_back(&s, &a, 0, 10, &n, &size), E_ABSENT);
    fill(&s, &a, WHOLE, WHOLE - 1000, WHOLE);
    assert_int_equal(state_of(&s, &a, WHOLE).durable, WHOLE);
    check_whole(&s, &a, WHOLE);
    shelves_again(&s);
    check_whole(&s, &a, WHOLE);
    assert_int_equal(state_of(&s, &a, WHOLE).durable, WHOLE);
    shelves_end(&s);
}

static void what_does_not_follow_is_refused_and_changes_nothing(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7);
    struct blob_state now;

    shelves_begin(&s);
    assert_int_equal(add(&s, &a, WHOLE, PART, PART, &now), E_CONFLICT);
    assert_int_equal(now.held, 0);
    fill(&s, &a, WHOLE, 0, 2 * PART);
    assert_int_equal(add(&s, &a, WHOLE, PART, PART, &now), E_CONFLICT);
    assert_int_equal(now.held, 2 * PART);
    assert_int_equal(add(&s, &a, WHOLE, 3 * PART, PART, &now), E_CONFLICT);
    assert_int_equal(add(&s, &a, 2 * PART + 5, 2 * PART, PART, &now), E_CONFLICT);
    assert_int_equal(now.held, 2 * PART);
    fill(&s, &a, WHOLE, 2 * PART, WHOLE);
    assert_int_equal(add(&s, &a, WHOLE, WHOLE, 1, &now), E_CONFLICT);
    assert_int_equal(add(&s, &a, WHOLE, 0, PART, &now), E_CONFLICT);
    assert_int_equal(now.held, WHOLE);
    check_whole(&s, &a, WHOLE);
    shelves_end(&s);
}

/* Whatever the length says: what was not synced may be anything. */
static void a_start_leaves_of_a_part_what_was_said_to_be_durable_at_most(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7), b = name_of(0xff);
    uint64_t durable, left;

    shelves_begin(&s);
    fill(&s, &a, WHOLE, 0, 30 * PART);
    durable = state_of(&s, &a, WHOLE).durable;
    assert_in_range(durable, 30 * PART - DIRECTORY_UNSYNCED + 1, 30 * PART);
    fill(&s, &b, WHOLE, 0, PART);
    for (int starts = 0; starts < 3; starts++) {
        shelves_again(&s);
        left = state_of(&s, &a, WHOLE).held;
        assert_true(left <= durable);
        assert_int_equal(left % BLOB_STEP, 0);
        assert_int_equal(left, state_of(&s, &a, WHOLE).durable);
        assert_int_equal(state_of(&s, &b, WHOLE).held, 0);
        durable = left;
    }
    fill(&s, &a, WHOLE, left, WHOLE);
    fill(&s, &b, WHOLE, 0, WHOLE);
    check_whole(&s, &a, WHOLE);
    check_whole(&s, &b, WHOLE);
    shelves_end(&s);
}

/* As if the power had gone between the last sync and the name. */
static void a_part_that_has_all_its_bytes_becomes_whole_when_it_is_asked_about(void **state)
{
    const uint64_t size = 100 * (uint64_t)PART;
    struct shelves s;
    struct blob_name a = name_of(7);
    char file[100] = "07/07ab";
    struct blob_state now;

    shelves_begin(&s);
    fill(&s, &a, size, 0, 99 * PART);
    directory_close(s.directory);
    memset(&file[7], '0', 60);
    memcpy(&file[67], ".part", 6);
    set_length(&s, file, (off_t)(DIRECTORY_UNSYNCED + DIRECTORY_APPEND + 10 * BLOB_STEP));
    shelves_open(&s, 0);
    assert_int_equal(state_of(&s, &a, size).held, 10 * BLOB_STEP);
    assert_int_equal(add(&s, &a, 10 * BLOB_STEP, 0, 0, &now), E_OK); /* a shorter one, then */
    assert_int_equal(now.durable, 10 * BLOB_STEP);
    check_whole(&s, &a, 10 * BLOB_STEP);
    shelves_end(&s);
}

static void a_disk_that_is_needed_for_other_things_is_full(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7);
    struct blob_state now;

    shelves_begin(&s);
    fill(&s, &a, WHOLE, 0, PART);
    directory_close(s.directory);
    shelves_open(&s, UINT64_C(1) << 60);
    assert_int_equal(add(&s, &a, WHOLE, 0, PART, &now), E_FULL);
    assert_int_equal(state_of(&s, &a, WHOLE).held, 0);
    shelves_again(&s);
    fill(&s, &a, WHOLE, 0, WHOLE); /* when there is room again */
    check_whole(&s, &a, WHOLE);
    shelves_end(&s);
}

static void more_parts_at_once_than_are_at_hand_keep_what_they_have(void **state)
{
    struct shelves s;

    shelves_begin(&s);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 80; i++) {
            struct blob_name a = name_of((uint8_t)i);

            assert_int_equal(state_of(&s, &a, 3 * PART).held, round * PART);
            fill(&s, &a, 3 * PART, round * PART, (round + 1) * PART);
        }
    for (unsigned i = 0; i < 80; i++) {
        struct blob_name a = name_of((uint8_t)i);

        check_whole(&s, &a, 3 * PART);
    }
    shelves_end(&s);
}

static enum err_code copy(struct shelves *s, const struct blob_name *from,
                          const struct blob_name *to, uint64_t size)
{
    return s->store.copy(s->store.ctx, from, to, size).code;
}

static void what_is_copied_is_there_twice_and_goes_by_itself(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7), b = name_of(200), c = name_of(9);
    uint64_t size;
    size_t n;

    shelves_begin(&s);
    assert_int_equal(copy(&s, &a, &b, WHOLE), E_ABSENT); /* not even its shelf */
    fill(&s, &a, WHOLE, 0, WHOLE - 1000);
    assert_int_equal(copy(&s, &a, &b, WHOLE), E_ABSENT);
    fill(&s, &a, WHOLE, WHOLE - 1000, WHOLE);
    assert_int_equal(copy(&s, &a, &b, WHOLE + 1), E_CONFLICT);
    assert_int_equal(read_back(&s, &b, 0, 10, &n, &size), E_ABSENT);
    fill(&s, &b, WHOLE, 0, BLOB_STEP); /* begun, and not needed any more */
    assert_int_equal(copy(&s, &a, &b, WHOLE + 1), E_CONFLICT);
    assert_int_equal(state_of(&s, &b, WHOLE).durable, 0); /* as before: it was not synced */
    assert_int_equal(copy(&s, &a, &b, WHOLE), E_OK);
    assert_int_equal(copy(&s, &a, &b, WHOLE), E_OK);
    check_whole(&s, &b, WHOLE);
    assert_int_equal(state_of(&s, &b, WHOLE).durable, WHOLE);
    assert_ok(s.store.erase(s.store.ctx, &a));
    check_whole(&s, &b, WHOLE);
    assert_int_equal(read_back(&s, &a, 0, 10, &n, &size), E_ABSENT);
    shelves_again(&s);
    assert_int_equal(copy(&s, &b, &c, WHOLE), E_OK);
    assert_ok(s.store.erase(s.store.ctx, &b));
    assert_int_equal(state_of(&s, &b, WHOLE).held, 0); /* the part went, too */
    check_whole(&s, &c, WHOLE);
    shelves_end(&s);
}

static void what_is_erased_is_gone_whole_or_not(void **state)
{
    struct shelves s;
    struct blob_name a = name_of(7), b = name_of(8);
    struct blob_name list[4];
    size_t n;

    shelves_begin(&s);
    fill(&s, &a, PART, 0, PART);
    fill(&s, &b, WHOLE, 0, PART);
    assert_ok(s.store.list(s.store.ctx, NULL, list, 4, &n));
    assert_int_equal(n, 2);
    assert_ok(s.store.erase(s.store.ctx, &a));
    assert_ok(s.store.erase(s.store.ctx, &b));
    assert_ok(s.store.erase(s.store.ctx, &b));
    assert_ok(s.store.list(s.store.ctx, NULL, list, 4, &n));
    assert_int_equal(n, 0);
    assert_int_equal(state_of(&s, &b, WHOLE).held, 0);
    fill(&s, &b, WHOLE, 0, WHOLE);
    check_whole(&s, &b, WHOLE);
    shelves_end(&s);
}

static void names_are_listed_in_order_and_pages_and_nothing_else_is(void **state)
{
    struct shelves s;
    struct blob_name list[7], after;
    char path[512];
    size_t n, seen = 0;
    int fd;

    shelves_begin(&s);
    for (unsigned i = 0; i < 200; i++) {
        struct blob_name a = name_of((uint8_t)(i * 7 % 5));

        a.b[1] = (uint8_t)(i * 37);
        fill(&s, &a, PART + i % 2 * PART, 0, PART); /* some whole, some not */
    }
    snprintf(path, sizeof path, "%s/00/lost+found", s.folder);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    do {
        assert_ok(s.store.list(s.store.ctx, seen == 0 ? NULL : &after, list, 7, &n));
        for (size_t i = 0; i < n; i++) {
            assert_true(seen + i == 0 || memcmp(&list[i], &after, sizeof after) > 0);
            after = list[i];
        }
        seen += n;
    } while (n > 0);
    assert_int_equal(seen, 200);
    shelves_end(&s);
}

static void a_folder_that_cannot_be_is_refused(void **state)
{
    struct directory *d;
    char path[4000];

    assert_int_equal(directory_open("/proc/tacet/files", 0, &d).code, E_ABSENT);
    assert_int_equal(directory_open("/dev/null", 0, &d).code, E_IO);
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    assert_int_equal(directory_open(path, 0, &d).code, E_LIMIT);
    directory_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blob_is_read_when_it_is_whole_and_not_before),
        cmocka_unit_test(what_does_not_follow_is_refused_and_changes_nothing),
        cmocka_unit_test(a_start_leaves_of_a_part_what_was_said_to_be_durable_at_most),
        cmocka_unit_test(a_part_that_has_all_its_bytes_becomes_whole_when_it_is_asked_about),
        cmocka_unit_test(a_disk_that_is_needed_for_other_things_is_full),
        cmocka_unit_test(more_parts_at_once_than_are_at_hand_keep_what_they_have),
        cmocka_unit_test(what_is_copied_is_there_twice_and_goes_by_itself),
        cmocka_unit_test(what_is_erased_is_gone_whole_or_not),
        cmocka_unit_test(names_are_listed_in_order_and_pages_and_nothing_else_is),
        cmocka_unit_test(a_folder_that_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
