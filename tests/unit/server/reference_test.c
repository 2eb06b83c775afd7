/* SPDX-License-Identifier: Apache-2.0 */
/* Are the operator's tables of events, fields, reasons and metrics those of the program?  REFERENCE
 * is the folder in which they lie. */
#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"
#include "server/main/features.h"
#include "server/main/health.h"
#include "server/main/journal.h"
#include "server/metrics/metrics.h"

#define DOCUMENT_MAX (64 * 1024)
#define LINE_SIZE    300

/* One chapter of a document, from its heading to the next, and the rows that were asked for. */
struct chapter {
    char *text;
    size_t rows, asked;
};

static void begin(struct chapter *c, const char *file, const char *heading)
{
    char path[4096], *all = calloc(1, DOCUMENT_MAX), *at, *end;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", REFERENCE, file);
    f = fopen(path, "r");
    assert_true(f != NULL && all != NULL);
    assert_true(fread(all, 1, DOCUMENT_MAX - 1, f) > 0);
    fclose(f);
    at = strstr(all, heading);
    assert_non_null(at);
    at += strlen(heading);
    end = strstr(at, "\n## ");
    *c = (struct chapter){.text = strndup(at, end == NULL ? strlen(at) : (size_t)(end - at))};
    assert_non_null(c->text);
    for (at = c->text; (at = strstr(at, "\n| `")) != NULL; at++)
        c->rows++;
    free(all);
}

/* Is there one row, and no more, that begins so? */
static void assert_row(struct chapter *c, const char *want)
{
    char line[LINE_SIZE];
    const char *found;

    assert_true(snprintf(line, sizeof line, "\n%s", want) < LINE_SIZE);
    found = strstr(c->text, line);
    if (found == NULL)
        fail_msg("no row: %s", want);
    assert_null(strstr(found + 1, line));
    c->asked++;
}

static void end(struct chapter *c)
{
    assert_int_equal(c->rows, c->asked);
    free(c->text);
}

static void every_event_is_listed_with_its_level(void **state)
{
    char row[LINE_SIZE];
    struct chapter c;

    begin(&c, "reference-log.md", "\n## Events\n");
    for (enum journal_event i = JOURNAL_STARTED; i < JOURNAL_EVENTS; i++) {
        snprintf(row, sizeof row, "| `%s` | %s | ", journal_event(i)->name,
                 log_level_name(journal_event(i)->level));
        assert_row(&c, row);
    }
    end(&c);
}

static void every_field_is_listed(void **state)
{
    char row[LINE_SIZE];
    struct chapter c;
    const char *const *names;

    begin(&c, "reference-log.md", "\n## Fields\n");
    for (enum log_kind i = LOG_FIELD_ERROR; (names = log_field_names(i)) != NULL; i++) {
        for (; *names != NULL; names++) {
            snprintf(row, sizeof row, "| `%s` | ", *names);
            assert_row(&c, row);
        }
    }
    end(&c);
}

static void every_operation_is_listed_with_its_number(void **state)
{
    char row[LINE_SIZE];
    struct chapter c;

    begin(&c, "reference-log.md", "\n## Operations\n");
    for (uint32_t i = 0; i < METRICS_OPERATIONS; i++) {
        if (api_route(features_routes(), i) != NULL)
            assert_non_null(metrics_operation(i));
        if (metrics_operation(i) == NULL)
            continue;
        snprintf(row, sizeof row, "| `%s` | %u |", metrics_operation(i), (unsigned)i);
        assert_row(&c, row);
    }
    for (uint32_t i = METRICS_OPERATIONS; i < 1000; i++)
        assert_null(api_route(features_routes(), i)); /* each has a name */
    end(&c);
}

static void every_reason_is_listed_with_what_ready_answers(void **state)
{
    char row[LINE_SIZE];
    struct chapter c;

    begin(&c, "reference-metrics.md", "\n## Reasons\n");
    for (enum health_reason i = HEALTH_DISK_FULL; i < HEALTH_REASONS; i++) {
        struct health h = {.stopping = false};

        h.is[i] = true;
        snprintf(row, sizeof row, "| `%s` | %s | ", health_name(i),
                 health_serves(&h) ? "200" : "503");
        assert_row(&c, row);
    }
    end(&c);
}

static void every_metric_is_listed_with_its_type_and_help(void **state)
{
    char row[LINE_SIZE];
    struct metrics_about about;
    struct chapter c;

    begin(&c, "reference-metrics.md", "\n## Metrics\n");
    for (size_t i = 0; metrics_about(i, &about); i++) {
        snprintf(row, sizeof row, "| `%s` | %s | %s |", about.name, about.type, about.help);
        assert_row(&c, row);
    }
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_listed_with_its_level),
        cmocka_unit_test(every_field_is_listed),
        cmocka_unit_test(every_operation_is_listed_with_its_number),
        cmocka_unit_test(every_reason_is_listed_with_what_ready_answers),
        cmocka_unit_test(every_metric_is_listed_with_its_type_and_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
