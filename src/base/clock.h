/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: units and arithmetic of time.  Times are milliseconds since 1970-01-01 UTC in a uint64_t
 * whose name ends in _ms; nothing here reads a clock, because time is always an argument.
 */
#ifndef TACET_BASE_CLOCK_H
#define TACET_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND_MS UINT64_C(1000)
#define CLOCK_MINUTE_MS (60 * CLOCK_SECOND_MS)
#define CLOCK_HOUR_MS   (60 * CLOCK_MINUTE_MS)
#define CLOCK_DAY_MS    (24 * CLOCK_HOUR_MS)

/* How far ahead of ours the other side's clock may run before its statements are refused. */
#define CLOCK_AHEAD_MAX_MS CLOCK_HOUR_MS

#define CLOCK_TEXT_SIZE 25 /* "2026-11-21T21:38:00.000Z" and a NUL */

/* a + b, or the largest time there is. */
uint64_t clock_add(uint64_t a_ms, uint64_t b_ms);

/* later - earlier, or zero when that is not the order. */
uint64_t clock_since(uint64_t later_ms, uint64_t earlier_ms);

/* Dated more than CLOCK_AHEAD_MAX_MS after now? */
bool clock_is_ahead(uint64_t dated_ms, uint64_t now_ms);

/* RFC 3339 in UTC with milliseconds; years after 9999 are shown as the last moment of 9999. */
void clock_text(uint64_t t_ms, char out[CLOCK_TEXT_SIZE]);

#endif
