/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: named points at which a test may kill the program, as a power cut would.
 *
 * In builds with TACET_FAULT_POINTS the environment says where: TACET_KILL_AT=name, or name:count
 * for the count-th passing.  In all other builds a point is nothing.
 */
#ifndef TACET_BASE_FAULT_H
#define TACET_BASE_FAULT_H

#ifdef TACET_FAULT_POINTS
void fault_point(const char *name);
#else
#define fault_point(name) ((void)0)
#endif

#endif
