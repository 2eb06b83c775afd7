/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "server/main/features.h"

static const enum op CLIENT_OPS[] = {
    OP_PERSON,      OP_PREKEY,      OP_LIST,      OP_ROSTER,      OP_SEND,          OP_DELIVER,
    OP_ACKNOWLEDGE, OP_SERVER_KEYS, OP_KEM_KEYS,  OP_REGISTER,    OP_POLICY,        OP_ROOM,
    OP_ROOM_CHANGE, OP_LINK_OPEN,   OP_LINK_LOOK, OP_LINK_ANSWER, OP_RECOVERY_KEEP, OP_FILE_BEGIN,
    OP_FILE_KEEP,   OP_FILE_WRITE,  OP_FILE_READ, OP_FILE_DROP,   OP_FILE_COPY,     OP_ROOMS,
    OP_ROOM_AGAIN,  OP_ACTIVITY};
static const enum op FIRST_OPS[] = {OP_SIGN_IN, OP_JOIN, OP_LINK_ASK, OP_RECOVER, OP_RECOVER_LIST};
static const enum op OPERATOR_OPS[] = {
    OP_INVITE,         OP_REVOKE,      OP_PEOPLE,       OP_REMOVE,
    OP_DIRECTORY,      OP_CERTIFY,     OP_TLS_SHOW,     OP_TLS_RENEW,
    OP_TLS_ANNOUNCE,   OP_TLS_SWITCH,  OP_TLS_WITHDRAW, OP_TLS_RELOAD,
    OP_POLICY_PUBLISH, OP_POLICY_SHOW, OP_BACKUP,       OP_RESET};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void no_column_of_any_row_is_forgotten(void **state)
{
    const struct routes *r = features_routes();

    for (size_t i = 0; i < r->n; i++)
        for (const struct route *row = r->table[i]; row->op != 0; row++) {
            assert_in_range(row->who, ROUTE_ANYONE, ROUTE_SERVER);
            assert_in_range(row->rate, ROUTE_ONCE, ROUTE_BULK);
            assert_in_range(row->kind, ROUTE_READS, ROUTE_APART);
            assert_in_range(row->body_limit, 1, LIMIT_FRAME);
            assert_non_null(row->handler);
        }
}

static void no_operation_has_two_rows(void **state)
{
    const struct routes *r = features_routes();

    for (size_t i = 0; i < r->n; i++)
        for (const struct route *row = r->table[i]; row->op != 0; row++)
            assert_ptr_equal(api_route(r, row->op), row);
}

static void every_operation_has_a_row_and_its_caller(void **state)
{
    for (size_t i = 0; i < COUNT(CLIENT_OPS); i++) {
        const struct route *row = api_route(features_routes(), CLIENT_OPS[i]);

        assert_non_null(row);
        if (CLIENT_OPS[i] != OP_DELIVER)
            assert_int_equal(row->who, ROUTE_DEVICE);
    }
    for (size_t i = 0; i < COUNT(FIRST_OPS); i++)
        assert_int_equal(api_route(features_routes(), FIRST_OPS[i])->who, ROUTE_ANYONE);
    assert_int_equal(api_route(features_routes(), OP_DELIVER)->who, ROUTE_SERVER);
    for (size_t i = 0; i < COUNT(OPERATOR_OPS); i++) {
        const struct route *row = api_route(features_routes(), OPERATOR_OPS[i]);

        assert_non_null(row);
        assert_int_equal(row->who, ROUTE_OPERATOR);
    }
    assert_null(api_route(features_routes(), 0));
    assert_null(api_route(features_routes(), 1000));
}

/* [PROTOCOL 9.2]: nothing else may be asked by whom nobody knows, and all of it in small frames;
 * each once, but for the one that waits. */
static void strangers_may_ask_little_and_nothing_else(void **state)
{
    const struct routes *r = features_routes();
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        for (const struct route *row = r->table[i]; row->op != 0; row++) {
            if (row->who != ROUTE_ANYONE)
                continue;
            n++;
            assert_in_range(row->body_limit, 1, 8192 - 64);
            assert_int_equal(row->rate, row->op == OP_LINK_ASK ? ROUTE_SLOW : ROUTE_ONCE);
        }
    assert_int_equal(n, COUNT(FIRST_OPS));
}

static void rows_of_once_fit_the_sessions_bits(void **state)
{
    const struct routes *r = features_routes();

    for (size_t i = 0; i < r->n; i++)
        for (const struct route *row = r->table[i]; row->op != 0; row++)
            if (row->rate == ROUTE_ONCE)
                assert_true(row->op < 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_column_of_any_row_is_forgotten),
        cmocka_unit_test(no_operation_has_two_rows),
        cmocka_unit_test(every_operation_has_a_row_and_its_caller),
        cmocka_unit_test(strangers_may_ask_little_and_nothing_else),
        cmocka_unit_test(rows_of_once_fit_the_sessions_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
