/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/hostile.h"

struct hostile *hostile_new(struct world *w)
{
    (void)w;
    return NULL;
}
void hostile_free(struct hostile *h)
{
    (void)h;
}
bool hostile_down(struct world *w, struct person *to, struct buf *frame)
{
    (void)w, (void)to, (void)frame;
    return true;
}
void hostile_step(struct world *w)
{
    (void)w;
}
void hostile_stop(struct world *w)
{
    (void)w;
}
bool hostile_left_junk(const struct world *w)
{
    (void)w;
    return false;
}
bool hostile_may_fail(const struct world *w, const struct said *s)
{
    (void)w, (void)s;
    return false;
}
bool hostile_explains(const struct world *w, const struct said *s)
{
    (void)w, (void)s;
    return false;
}
