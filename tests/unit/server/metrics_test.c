/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"

static const char *const REASONS[] = {NULL, "disk-full"};
static const bool SO[] = {false, true};

/* All of it, as text. */
static char *written(const struct metrics *m)
{
    struct buf b = BUF(256 * 1024);
    char *text;

    metrics_write(m, &b);
    assert_int_equal(b.failed, E_OK);
    text = calloc(1, b.n + 1);
    assert_non_null(text);
    memcpy(text, b.at, b.n);
    buf_free(&b);
    return text;
}

static void assert_says(const char *text, const char *line)
{
    if (strstr(text, line) == NULL)
        fail_msg("missing: %s", line);
}

static void requests_are_counted_by_operation_and_by_who_must_act(void **state)
{
    struct metrics m = {.sign_ins = 0};
    char *text;

    metrics_request(&m, OP_SEND, E_OK);
    metrics_request(&m, OP_SEND, E_OK);
    metrics_request(&m, OP_SEND, E_STALE);
    metrics_request(&m, OP_SEND, E_FULL);
    metrics_request(&m, OP_PERSON, E_MALFORMED);
    metrics_request(&m, 77777, E_AGAIN);
    metrics_request(&m, 40, E_ABSENT); /* no operation has this number */
    text = written(&m);
    assert_says(text, "\ntacet_requests_total{operation=\"send\",outcome=\"ok\"} 2\n");
    assert_says(text, "\ntacet_requests_total{operation=\"send\",outcome=\"refused\"} 1\n");
    assert_says(text, "\ntacet_requests_total{operation=\"send\",outcome=\"failed\"} 1\n");
    assert_says(text, "\ntacet_requests_total{operation=\"person\",outcome=\"malformed\"} 1\n");
    assert_says(text, "\ntacet_requests_total{operation=\"other\",outcome=\"again\"} 1\n");
    assert_says(text, "\ntacet_requests_total{operation=\"other\",outcome=\"refused\"} 1\n");
    assert_says(text, "\ntacet_requests_total{operation=\"certify\",outcome=\"ok\"} 0\n");
    assert_says(text, "\ntacet_uploads_total{code=\"ok\"} 2\n");
    assert_says(text, "\ntacet_uploads_total{code=\"stale\"} 1\n");
    assert_says(text, "\ntacet_uploads_total{code=\"full\"} 1\n");
    free(text);
}

static void a_histogram_counts_what_is_at_most_its_bound(void **state)
{
    struct metrics m = {.sign_ins = 0};
    char *text;

    metrics_batch(&m, 1, 500);
    metrics_batch(&m, 2, 501);
    metrics_batch(&m, 3000, 6000000);
    text = written(&m);
    assert_says(text, "\ntacet_batch_requests_bucket{le=\"1\"} 1\n");
    assert_says(text, "\ntacet_batch_requests_bucket{le=\"2\"} 2\n");
    assert_says(text, "\ntacet_batch_requests_bucket{le=\"2048\"} 2\n");
    assert_says(text, "\ntacet_batch_requests_bucket{le=\"+Inf\"} 3\n");
    assert_says(text, "\ntacet_batch_requests_sum 3003\n");
    assert_says(text, "\ntacet_batch_requests_count 3\n");
    assert_says(text, "\ntacet_batch_seconds_bucket{le=\"0.000500\"} 1\n");
    assert_says(text, "\ntacet_batch_seconds_bucket{le=\"0.001000\"} 2\n");
    assert_says(text, "\ntacet_batch_seconds_bucket{le=\"+Inf\"} 3\n");
    assert_says(text, "\ntacet_batch_seconds_sum 6.001001\n");
    free(text);
}

static void what_was_looked_up_is_written(void **state)
{
    struct metrics m = {.now = {.version = "1.0",
                                .started_ms = 1234,
                                .clients = 1,
                                .strangers = 2,
                                .controls = 3,
                                .pages = 4,
                                .handed_over = 5,
                                .tls_ends_s = -7,
                                .reasons = REASONS,
                                .reason_is = SO,
                                .reasons_n = 2}};
    char *text = written(&m);

    assert_says(text, "\ntacet_build_info{version=\"1.0\"} 1\n");
    assert_says(text, "\ntacet_start_time_seconds 1.234000\n");
    assert_says(text, "\ntacet_connections{kind=\"client\"} 1\n");
    assert_says(text, "\ntacet_connections{kind=\"stranger\"} 2\n");
    assert_says(text, "\ntacet_connections{kind=\"control\"} 3\n");
    assert_says(text, "\ntacet_pages_total 4\n");
    assert_says(text, "\ntacet_handed_over_total 5\n");
    assert_says(text, "\ntacet_tls_certificate_seconds -7\n");
    assert_says(text, "\ntacet_degraded{reason=\"disk-full\"} 1\n");
    free(text);
}

/* HELP, TYPE, and then samples of this metric and no other. */
static void every_metric_is_described_before_its_samples(void **state)
{
    struct metrics m = {.now = {.reasons = REASONS, .reason_is = SO, .reasons_n = 2}};
    char *text = written(&m), *rest = text, *line;
    struct metrics_about about;

    for (size_t i = 0; metrics_about(i, &about); i++) {
        char want[300];

        snprintf(want, sizeof want, "# HELP %s %s", about.name, about.help);
        assert_string_equal(strsep(&rest, "\n"), want);
        snprintf(want, sizeof want, "# TYPE %s %s", about.name, about.type);
        assert_string_equal(strsep(&rest, "\n"), want);
        assert_int_equal(strncmp(about.name, "tacet_", 6), 0);
        for (line = NULL; rest[0] != '\0' && rest[0] != '#';) {
            line = strsep(&rest, "\n");
            assert_int_equal(strncmp(line, about.name, strlen(about.name)), 0);
        }
        assert_non_null(line); /* at least one */
    }
    assert_string_equal(rest, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_counted_by_operation_and_by_who_must_act),
        cmocka_unit_test(a_histogram_counts_what_is_at_most_its_bound),
        cmocka_unit_test(what_was_looked_up_is_written),
        cmocka_unit_test(every_metric_is_described_before_its_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
