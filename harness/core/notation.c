/* notation.c -- values out of patterns, and patterns against octets. */
#include <string.h>
#include "core/notation_program.h"

bool program_accepts(const struct program *p, size_t i, struct slice got)
{
    const struct cell *c = &p->cells[i];
    if (c->field) {
        const struct field *f = &p->fields[c->field - 1];
        if (f->same_as != SIZE_MAX)
            return got.p[i] == got.p[f->same_as + (i - f->start) % f->length];
    }
    return (got.p[i] & c->mask) == c->value;
}

size_t program_difference(const struct program *p, struct slice got)
{
    size_t both = p->n < got.n ? p->n : got.n;
    for (size_t i = 0; i < both; i++)
        if (!program_accepts(p, i, got))
            return i;
    if (got.n < p->n || (got.n > p->n && !p->open_ended))
        return both;
    return SIZE_MAX;
}

bool notation_emit(const char *pattern, const struct captures *known, struct buf *out,
                   struct buf *why)
{
    struct program p = { 0 };
    bool ok = program_parse(&p, pattern, known, why);
    if (ok && p.open_at != SIZE_MAX) {
        notation_complain(why, pattern, p.open_at, "this leaves octets open: it cannot be sent");
        ok = false;
    }
    uint8_t *to = ok ? buf_room(out, p.n) : NULL;
    if (to) {
        for (size_t i = 0; i < p.n; i++)
            to[i] = p.cells[i].value;
        buf_grew(out, p.n);
    } else if (ok && p.n) {
        notation_complain(why, pattern, 0, "more octets than there is room for");
        ok = false;
    }
    program_free(&p);
    return ok;
}

bool notation_match(const char *pattern, struct captures *known, struct slice got,
                    struct notation_match *out, struct buf *why)
{
    struct program p = { 0 };
    bool ok = program_parse(&p, pattern, known, why);
    if (ok) {
        size_t at = program_difference(&p, got);
        *out = (struct notation_match){ .matched = at == SIZE_MAX,
                                        .offset = at == SIZE_MAX ? got.n : at,
                                        .min_length = p.n,
                                        .open_ended = p.open_ended };
        for (size_t i = 0; out->matched && known && i < p.field_count; i++) {
            const struct field *f = &p.fields[i];
            if (f->capture)
                captures_set(known, f->name,
                             slice_of(got.p + f->start, f->rest ? got.n - f->start : f->length));
        }
    }
    program_free(&p);
    return ok;
}

bool notation_prefix(const char *pattern, const struct captures *known, struct slice got)
{
    struct program p = { 0 };
    bool could = false;
    if (program_parse(&p, pattern, known, NULL)) {
        size_t at = program_difference(&p, got);
        could = at == SIZE_MAX || (at == got.n && got.n < p.n);
    }
    program_free(&p);
    return could;
}

bool notation_length(const char *pattern, const struct captures *known, size_t *out)
{
    struct program p = { 0 };
    bool ok = program_parse(&p, pattern, known, NULL);
    if (ok)
        *out = p.open_ended ? SIZE_MAX : p.n;
    program_free(&p);
    return ok;
}
