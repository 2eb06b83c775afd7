/* SPDX-License-Identifier: Apache-2.0 */
/* measure: what the system says of this process and of its disk.  0 is said of what it hides. */
#ifndef TACET_SERVER_MAIN_MEASURE_H
#define TACET_SERVER_MAIN_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a clock that only ever grows, also while the machine sleeps, and that nobody sets. */
uint64_t measure_steady_ms(void);
uint64_t measure_steady_us(void);

/* Bytes that this user may still write where `path` lies; false: not to be found out. */
bool measure_disk_free(const char *path, uint64_t *bytes);

/* Bytes of a file; 0 when there is none. */
uint64_t measure_file(const char *path);

/* Bytes of memory that this process keeps resident; descriptors that it has open. */
uint64_t measure_resident(void);
size_t measure_descriptors(void);

#endif
