/* SPDX-License-Identifier: Apache-2.0 */
/* marking: the parts of a text as a caller sees them. */
#include "client/markup.h"
#include "tacet/markup.h"

_Static_assert((int)TACET_SPAN_HEADING == (int)MARKUP_HEADING &&
                   (int)TACET_SPAN_MENTION == (int)MARKUP_MENTION,
               "kinds");
_Static_assert(TACET_SPANS_MAX == MARKUP_SPANS_MAX, "sizes");

size_t tacet_markup(const uint8_t *text, size_t n, struct tacet_span *out, size_t most)
{
    struct markup_span span[MARKUP_SPANS_MAX];
    size_t spans = markup_parse(bytes(text, n), span, most);

    for (size_t i = 0; i < spans; i++)
        out[i] = (struct tacet_span){.kind = (enum tacet_span_kind)span[i].kind,
                                     .level = span[i].level,
                                     .from = span[i].from,
                                     .to = span[i].to,
                                     .inner = span[i].inner,
                                     .inner_to = span[i].inner_to,
                                     .address = span[i].address,
                                     .address_to = span[i].address_to};
    return spans;
}
