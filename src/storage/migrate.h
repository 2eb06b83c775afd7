/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: a schema as numbered steps, each feature with its own numbers. */
#ifndef TACET_STORAGE_MIGRATE_H
#define TACET_STORAGE_MIGRATE_H

#include "storage/db.h"

/* Step i (from 1) of a feature is steps[i - 1]; steps are only ever appended. */
struct schema {
    const char *feature;
    const char *const *steps;
    size_t n;
};

/* Bring every feature up to date, all in one transaction.
 * E_VERSION: the database has steps that this program does not know: a newer one wrote it. */
FALLIBLE migrate(struct db *db, const struct schema *schemas, size_t n);

#endif
