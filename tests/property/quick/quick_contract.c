/* SPDX-License-Identifier: Apache-2.0 */
/* quick_contract: the generated contract, compiled like the rest of this folder. */
#pragma GCC diagnostic ignored "-Wpedantic"
#include "wire/tacet.pb-c.c"
