/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"
#include "net/http.h"

/* The key and the accept value of [RFC6455 1.3]. */
#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define LINE     "GET /tacet/v1 HTTP/1.1\r\n"
#define HOST     "Host: chat.example.org:7443\r\n"
#define UPGRADE  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define SOCKET   "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: tacet.v1\r\n"
#define REST     UPGRADE SOCKET PROTOCOL "\r\n"
#define WHOLE    LINE HOST REST

#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define AGREED    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: tacet.v1\r\n"
#define ACCEPTED  "Sec-WebSocket-Accept: " ACCEPT "\r\n"

static const uint8_t key[HTTP_KEY_SIZE] = "the sample nonce";

struct row {
    const char *why;
    struct bytes in;
};

/* Reads a copy that ends where the bytes end, so that a look behind them is noticed. */
static struct err read_exactly(struct bytes in)
{
    uint8_t *copy = malloc(in.n == 0 ? 1 : in.n);
    struct bytes asked_key;
    struct err e;

    assert_non_null(copy);
    memcpy(copy, in.at, in.n);
    e = http_request_read(bytes(copy, in.n), &asked_key);
    free(copy);
    return e;
}

static void assert_all(const struct row *rows, size_t n, enum err_code want)
{
    for (size_t i = 0; i < n; i++) {
        if (read_exactly(rows[i].in).code != want)
            print_error("row: %s\n", rows[i].why);
        assert_err(read_exactly(rows[i].in), want);
    }
}

#define ASSERT_ALL(rows, want) assert_all((rows), sizeof(rows) / sizeof(rows)[0], (want))
#define IN(text)               BYTES_LITERAL(text)

static void a_proper_request_gives_its_key(void **state)
{
    struct bytes asked_key;

    (void)state;
    assert_ok(http_request_read(IN(WHOLE), &asked_key));
    assert_bytes(asked_key, IN(KEY));
}

static void what_browsers_send_is_a_proper_request(void **state)
{
    static const char in[] =
        "GET /tacet/v1 HTTP/1.1\r\nHost: chat.example.org\r\nConnection: keep-alive, Upgrade\r\n"
        "Pragma: no-cache\r\nCache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n"
        "UPGRADE: WebSocket\r\nOrigin: https://chat.example.org\r\nsec-websocket-version: 13\r\n"
        "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\nCookie:\r\n"
        "Sec-WebSocket-Key: " KEY "\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        "Sec-WebSocket-Protocol: other, tacet.v1\r\n\r\n";

    (void)state;
    assert_ok(read_exactly(bytes_text(in)));
}

static void every_beginning_of_a_request_waits_for_the_rest(void **state)
{
    struct bytes whole = IN(WHOLE);

    (void)state;
    for (size_t n = 0; n < whole.n; n++)
        assert_err(read_exactly(bytes(whole.at, n)), E_TRUNCATED);
}

static void nothing_that_two_programs_could_read_differently_is_accepted(void **state)
{
    const struct row rows[] = {
        {"two hosts", IN(LINE HOST HOST REST)},
        {"two hosts, one in capitals", IN(LINE HOST "HOST: evil\r\n" REST)},
        {"two upgrades", IN(LINE HOST "Upgrade: websocket\r\n" REST)},
        {"two connections", IN(LINE HOST "Connection: close\r\n" REST)},
        {"two keys", IN(LINE HOST "Sec-WebSocket-Key: " KEY "\r\n" REST)},
        {"two versions", IN(LINE HOST "Sec-WebSocket-Version: 13\r\n" REST)},
        {"two protocols", IN(LINE HOST PROTOCOL REST)},
        {"a length", IN(LINE HOST "Content-Length: 0\r\n" REST)},
        {"two lengths", IN(LINE HOST "Content-Length: 0\r\nContent-Length: 5\r\n" REST)},
        {"chunks", IN(LINE HOST "Transfer-Encoding: chunked\r\n" REST)},
        {"chunks in disguise", IN(LINE HOST "tRANSFER-eNCODING: identity\r\n" REST)},
        {"a length of nothing", IN(LINE HOST "Content-Length:\r\n" REST)},
        {"space before the colon", IN(LINE HOST "X : y\r\n" REST)},
        {"space before the colon of a length", IN(LINE HOST "Content-Length : 5\r\n" REST)},
        {"tab before the colon", IN(LINE HOST "X\t: y\r\n" REST)},
        {"a folded line", IN(LINE HOST "X: y\r\n z\r\n" REST)},
        {"a line folded with a tab", IN(LINE HOST "X: y\r\n\tz\r\n" REST)},
        {"a first header that is folded", IN(LINE " " HOST REST)},
        {"a bare LF", IN(LINE HOST "X: y\nContent-Length: 5\r\n" REST)},
        {"a bare CR", IN(LINE HOST "X: y\rContent-Length: 5\r\n" REST)},
        {"CR CR LF", IN(LINE HOST "X: y\r\r\n" REST)},
        {"a bare LF after the request line", IN("GET /tacet/v1 HTTP/1.1\n" HOST REST)},
        {"a NUL in a value", IN(LINE HOST "X: y\0z\r\n" REST)},
        {"a NUL in a name", IN(LINE HOST "X\0: y\r\n" REST)},
        {"a control character", IN(LINE HOST "X: \x01\r\n" REST)},
        {"DEL", IN(LINE HOST "X: \x7f\r\n" REST)},
        {"a byte past ASCII", IN(LINE HOST "X: \xc3\xa9\r\n" REST)},
        {"a tab in a value", IN(LINE HOST "X:\ty\r\n" REST)},
        {"no colon", IN(LINE HOST "X\r\n" REST)},
        {"no name", IN(LINE HOST ": y\r\n" REST)},
        {"a name that is no token", IN(LINE HOST "X(y): z\r\n" REST)},
        {"no host", IN(LINE REST)},
        {"an empty host", IN(LINE "Host:\r\n" REST)},
        {"a list of hosts", IN(LINE "Host: a, b\r\n" REST)},
        {"a host with a user", IN(LINE "Host: a@b\r\n" REST)},
        {"a host with a path", IN(LINE "Host: a/b\r\n" REST)},
        {"a body", IN(WHOLE "x")},
        {"a second request", IN(WHOLE WHOLE)},
        {"a frame before the answer", IN(WHOLE "\x82\x80\0\0\0\0")},
        {"an empty line first", IN("\r\n" WHOLE)},
        {"a space first", IN(" " WHOLE)},
        {"two spaces", IN("GET  /tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"a tab for a space", IN("GET\t/tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"a space last", IN("GET /tacet/v1 HTTP/1.1 \r\n" HOST REST)},
        {"POST", IN("POST /tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"HEAD", IN("HEAD /tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"CONNECT", IN("CONNECT chat.example.org:443 HTTP/1.1\r\n" HOST REST)},
        {"get", IN("get /tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"HTTP/1.0", IN("GET /tacet/v1 HTTP/1.0\r\n" HOST REST)},
        {"HTTP/2.0", IN("GET /tacet/v1 HTTP/2.0\r\n" HOST REST)},
        {"HTTP/1.1x", IN("GET /tacet/v1 HTTP/1.1x\r\n" HOST REST)},
        {"HTTP/0.9", IN("GET /tacet/v1\r\n" HOST REST)},
        {"the form for proxies", IN("GET http://evil/tacet/v1 HTTP/1.1\r\n" HOST REST)},
        {"HTTP/2's preface", IN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")},
        {"a TLS record", IN("\x16\x03\x01\x02\0\x01\0\r\n\r\n")},
    };

    (void)state;
    ASSERT_ALL(rows, E_MALFORMED);
}

static void another_path_does_not_exist(void **state)
{
    const struct row rows[] = {
        {"root", IN("GET / HTTP/1.1\r\n" HOST REST)},
        {"another version", IN("GET /tacet/v2 HTTP/1.1\r\n" HOST REST)},
        {"a query", IN("GET /tacet/v1?x HTTP/1.1\r\n" HOST REST)},
        {"a slash more", IN("GET /tacet/v1/ HTTP/1.1\r\n" HOST REST)},
        {"capitals", IN("GET /TACET/v1 HTTP/1.1\r\n" HOST REST)},
        {"an escape", IN("GET /tacet/%761 HTTP/1.1\r\n" HOST REST)},
        {"a way up", IN("GET /x/../tacet/v1 HTTP/1.1\r\n" HOST REST)},
    };

    (void)state;
    ASSERT_ALL(rows, E_ABSENT);
}

static void a_request_for_no_websocket_is_told_to_upgrade(void **state)
{
    const struct row rows[] = {
        {"nothing", IN(LINE HOST "\r\n")},
        {"no upgrade", IN(LINE HOST "Connection: Upgrade\r\n" SOCKET PROTOCOL "\r\n")},
        {"no connection", IN(LINE HOST "Upgrade: websocket\r\n" SOCKET PROTOCOL "\r\n")},
        {"h2c", IN(LINE HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" SOCKET PROTOCOL "\r\n")},
        {"a longer word",
         IN(LINE HOST "Upgrade: websockets\r\nConnection: Upgrade\r\n" SOCKET PROTOCOL "\r\n")},
        {"no version", IN(LINE HOST UPGRADE "Sec-WebSocket-Key: " KEY "\r\n" PROTOCOL "\r\n")},
        {"an old version",
         IN(LINE HOST UPGRADE "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 8\r\n" PROTOCOL
                              "\r\n")},
    };

    (void)state;
    ASSERT_ALL(rows, E_VERSION);
}

#define WITH_KEY(text)                                                                           \
    IN(LINE HOST UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " text "\r\n" PROTOCOL \
                         "\r\n")

static void a_key_has_one_spelling_and_the_subprotocol_is_ours(void **state)
{
    const struct row rows[] = {
        {"no key", IN(LINE HOST UPGRADE "Sec-WebSocket-Version: 13\r\n" PROTOCOL "\r\n")},
        {"an empty key", WITH_KEY("")},
        {"a short key", WITH_KEY("dGhlIHNhbXBsZQ==")},
        {"no padding", WITH_KEY("dGhlIHNhbXBsZSBub25jZQAA")},
        {"bits left over", WITH_KEY("dGhlIHNhbXBsZSBub25jZR==")},
        {"a foreign letter", WITH_KEY("dGhlIHNhbXBsZSBub25j_Q==")},
        {"a space", WITH_KEY("dGhl HNhbXBsZSBub25jZQ==")},
        {"no subprotocol", IN(LINE HOST UPGRADE SOCKET "\r\n")},
        {"another", IN(LINE HOST UPGRADE SOCKET "Sec-WebSocket-Protocol: tacet.v2\r\n\r\n")},
        {"capitals", IN(LINE HOST UPGRADE SOCKET "Sec-WebSocket-Protocol: Tacet.v1\r\n\r\n")},
    };

    (void)state;
    ASSERT_ALL(rows, E_MALFORMED);
}

static void a_head_over_its_limit_is_refused_before_it_ends(void **state)
{
    char in[NET_HEAD_MAX + 64];

    (void)state;
    memset(in, 'a', sizeof in);
    memcpy(in, LINE, strlen(LINE));
    assert_err(read_exactly(bytes(in, NET_HEAD_MAX - 1)), E_TRUNCATED);
    assert_err(read_exactly(bytes(in, NET_HEAD_MAX)), E_LIMIT);
    memcpy(&in[NET_HEAD_MAX - 3], "\r\n\r\n", 4); /* its end is one byte too far */
    assert_err(read_exactly(bytes(in, sizeof in)), E_LIMIT);
}

static void the_answer_is_the_one_of_the_rfc(void **state)
{
    struct buf out = BUF(1024);
    struct bytes asked_key;
    struct bytes all;

    (void)state;
    assert_ok(http_request_read(IN(WHOLE), &asked_key));
    assert_ok(http_acceptance_write(&out, asked_key));
    assert_ok(buf_end(&out, &all));
    assert_bytes(all, IN(SWITCHING AGREED ACCEPTED "\r\n"));
    buf_free(&out);
}

static void a_refusal_says_which_and_closes(void **state)
{
    static const struct {
        enum err_code code;
        const char *first;
    } rows[] = {
        {E_MALFORMED, "HTTP/1.1 400 Bad Request\r\n"},
        {E_ABSENT, "HTTP/1.1 404 Not Found\r\n"},
        {E_VERSION, "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"},
        {E_LIMIT, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = BUF(1024);
        unsigned status = 0;
        size_t used;

        http_refusal_write(&out, rows[i].code);
        assert_memory_equal(out.at, rows[i].first, strlen(rows[i].first));
        assert_err(http_response_read(buf_view(&out), key, &used, &status), E_DENIED);
        assert_int_equal(status, strtoul(&rows[i].first[9], NULL, 10));
        buf_u8(&out, 0);
        assert_non_null(strstr((const char *)out.at, "\r\nConnection: close\r\n"));
        buf_free(&out);
    }
}

static void both_sides_understand_each_other(void **state)
{
    struct buf asked = BUF(1024), answered = BUF(1024);
    struct bytes asked_key;
    unsigned status;
    size_t used;

    (void)state;
    http_request_write(&asked, "chat.example.org", key);
    assert_ok(http_request_read(buf_view(&asked), &asked_key));
    assert_bytes(asked_key, IN(KEY));
    assert_ok(http_acceptance_write(&answered, asked_key));
    buf_text(&answered, "frames");
    assert_ok(http_response_read(buf_view(&answered), key, &used, &status));
    assert_int_equal(used, answered.n - strlen("frames"));
    assert_int_equal(status, 101);
    buf_free(&asked);
    buf_free(&answered);
}

static void an_answer_that_is_not_to_our_key_is_no_answer(void **state)
{
    const struct row rows[] = {
        {"another key's",
         IN(SWITCHING AGREED "Sec-WebSocket-Accept: AAAALMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")},
        {"none", IN(SWITCHING AGREED "\r\n")},
        {"twice", IN(SWITCHING AGREED ACCEPTED ACCEPTED "\r\n")},
        {"another subprotocol",
         IN(SWITCHING "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Protocol: tacet.v2\r\n" ACCEPTED "\r\n")},
        {"no upgrade", IN(SWITCHING "Connection: Upgrade\r\n"
                                    "Sec-WebSocket-Protocol: tacet.v1\r\n" ACCEPTED "\r\n")},
        {"a body", IN(SWITCHING AGREED ACCEPTED "Content-Length: 5\r\n\r\n")},
        {"HTTP/1.0", IN("HTTP/1.0 101 Switching Protocols\r\n" AGREED ACCEPTED "\r\n")},
        {"a number of four digits", IN("HTTP/1.1 1010 x\r\n" AGREED ACCEPTED "\r\n")},
        {"a number below a hundred", IN("HTTP/1.1 001 x\r\n\r\n")},
        {"no number", IN("HTTP/1.1 abc x\r\n\r\n")},
        {"nonsense", IN("SSH-2.0-OpenSSH\r\n\r\n")},
    };
    unsigned status;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (http_response_read(rows[i].in, key, &used, &status).code != E_MALFORMED)
            print_error("row: %s\n", rows[i].why);
        assert_err(http_response_read(rows[i].in, key, &used, &status), E_MALFORMED);
    }
    assert_ok(http_response_read(IN(SWITCHING AGREED ACCEPTED "\r\n"), key, &used, &status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proper_request_gives_its_key),
        cmocka_unit_test(what_browsers_send_is_a_proper_request),
        cmocka_unit_test(every_beginning_of_a_request_waits_for_the_rest),
        cmocka_unit_test(nothing_that_two_programs_could_read_differently_is_accepted),
        cmocka_unit_test(another_path_does_not_exist),
        cmocka_unit_test(a_request_for_no_websocket_is_told_to_upgrade),
        cmocka_unit_test(a_key_has_one_spelling_and_the_subprotocol_is_ours),
        cmocka_unit_test(a_head_over_its_limit_is_refused_before_it_ends),
        cmocka_unit_test(the_answer_is_the_one_of_the_rfc),
        cmocka_unit_test(a_refusal_says_which_and_closes),
        cmocka_unit_test(both_sides_understand_each_other),
        cmocka_unit_test(an_answer_that_is_not_to_our_key_is_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
