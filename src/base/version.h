/* SPDX-License-Identifier: Apache-2.0 */
/* version: which programs these are. */
#ifndef TACET_BASE_VERSION_H
#define TACET_BASE_VERSION_H

/* "0.1.0 (commit abcdef0)"; "unknown" instead of the commit when it was built outside git. */
const char *version_text(void);

#endif
