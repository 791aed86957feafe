/* notation_explain.c -- a pattern and the octets that came, one above the other. */
#include <stdio.h>
#include <string.h>
#include "core/notation_program.h"

/* Octets shown before and after the first difference. */
enum { BEFORE = 16, AFTER = 16, WHOLE = 32 };

struct explanation {
    const struct program *p;
    struct slice got;
    size_t differs;    /* SIZE_MAX: nowhere */
    size_t from, to;   /* the octets shown */
    struct buf wanted; /* the two lines, kept equally long */
    struct buf came;
    size_t mark; /* column of the marker */
};

static bool printable(uint8_t o)
{
    return o >= ' ' && o <= '~';
}

/* Appends a column to both lines: the text, then blanks up to the wider of the two and `gap`. */
static void column(struct explanation *x, const char *wanted, const char *came, int gap)
{
    int a = (int)strlen(wanted), b = (int)strlen(came);
    int width = (a > b ? a : b) + gap;
    buf_printf(&x->wanted, "%-*s", width, wanted);
    buf_printf(&x->came, "%-*s", width, came);
}

/* How the octets that cell `i` accepts are written. */
static void cell_text(const struct explanation *x, size_t i, char *out, size_t cap)
{
    if (i >= x->p->n) {
        snprintf(out, cap, "%s", !x->p->open_ended ? "--" : i == x->p->n ? "*" : "");
        return;
    }
    const struct cell *c = &x->p->cells[i];
    const struct field *f = c->field ? &x->p->fields[c->field - 1] : NULL;
    if (f && f->same_as != SIZE_MAX) {
        size_t there = f->same_as + (i - f->start) % f->length;
        if (there < x->got.n)
            snprintf(out, cap, "%02x", x->got.p[there]);
        else
            snprintf(out, cap, "..");
    } else if (c->mask == 0xff) {
        snprintf(out, cap, "%02x", c->value);
    } else if (c->mask == 0) {
        snprintf(out, cap, "..");
    } else {
        char digits[10] = "%";
        for (int bit = 0; bit < 8; bit++) {
            unsigned one = 0x80u >> bit;
            digits[bit + 1] = (char)(!(c->mask & one) ? '.' : c->value & one ? '1' : '0');
        }
        snprintf(out, cap, "%s", digits);
    }
}

/* Octets from `i` on that are 'text' on both sides and equal. */
static size_t same_text(const struct explanation *x, size_t i)
{
    size_t n = 0;
    while (i + n < x->to && i + n != x->differs && i + n < x->p->n && i + n < x->got.n &&
           x->p->cells[i + n].text && x->p->cells[i + n].value == x->got.p[i + n])
        n++;
    return n > 1 ? n : 0;
}

static void put_columns(struct explanation *x)
{
    for (size_t i = x->from; i < x->to;) {
        size_t text = same_text(x, i);
        if (text) {
            char quoted[WHOLE + AFTER + 3];
            snprintf(quoted, sizeof quoted, "'%.*s'", (int)text, (const char *)x->got.p + i);
            column(x, quoted, quoted, 1);
            i += text;
            continue;
        }
        char wanted[16], came[8] = "--";
        cell_text(x, i, wanted, sizeof wanted);
        if (i < x->got.n)
            snprintf(came, sizeof came, "%02x", x->got.p[i]);
        if (i == x->differs)
            x->mark = x->came.n;
        column(x, wanted, came, 1);
        i++;
    }
}

static void choose_window(struct explanation *x)
{
    size_t total = x->p->n > x->got.n ? x->p->n : x->got.n;
    size_t at = x->differs == SIZE_MAX ? 0 : x->differs;
    x->from = 0;
    x->to = total;
    if (total > WHOLE) {
        x->from = at > BEFORE ? at - BEFORE : 0;
        x->to = total - x->from > BEFORE + AFTER ? x->from + BEFORE + AFTER : total;
    }
}

/* What the names in the shown part stand for. */
static void put_names(const struct explanation *x, struct buf *out)
{
    const char *between = "  (";
    for (size_t i = 0; i < x->p->field_count; i++) {
        const struct field *f = &x->p->fields[i];
        if (f->capture || f->start >= x->to || f->start + f->length <= x->from)
            continue;
        buf_printf(out, "%s$%s = ", between, f->name);
        struct buf octets = { 0 };
        for (size_t k = 0; k < f->length; k++) {
            size_t there = f->same_as == SIZE_MAX ? 0 : f->same_as + k;
            if (f->same_as == SIZE_MAX)
                buf_u8(&octets, x->p->cells[f->start + k].value);
            else if (there < x->got.n)
                buf_u8(&octets, x->got.p[there]);
        }
        notation_show(buf_slice(&octets), 32, out);
        buf_free(&octets);
        between = ", ";
    }
    if (between[0] == ',')
        buf_u8(out, ')');
}

static void put_octet(struct buf *out, const char *side, const char *text, uint8_t o, bool exact)
{
    buf_printf(out, "%s %s", side, text);
    if (exact && printable(o))
        buf_printf(out, " '%c'", o);
}

static void put_difference(const struct explanation *x, struct buf *out)
{
    size_t at = x->differs;
    buf_printf(out, "octet %zu", at);
    if (at < x->p->n && x->p->cells[at].field) {
        const struct field *f = &x->p->fields[x->p->cells[at].field - 1];
        buf_printf(out, f->capture ? ", in <%s>" : ", in $%s", f->name);
    }
    if (at >= x->got.n) {
        buf_printf(out, ": missing, %zu of %s%zu octets came", x->got.n,
                   x->p->open_ended ? "at least " : "", x->p->n);
    } else if (at >= x->p->n) {
        buf_printf(out, ": %zu octet%s more than wanted", x->got.n - x->p->n,
                   x->got.n - x->p->n == 1 ? "" : "s");
    } else {
        char wanted[16], came[8];
        const struct cell *c = &x->p->cells[at];
        cell_text(x, at, wanted, sizeof wanted);
        snprintf(came, sizeof came, "%02x", x->got.p[at]);
        put_octet(out, ": wanted", wanted, c->value, c->mask == 0xff);
        put_octet(out, ", got", came, x->got.p[at], true);
    }
}

/* A line without the blanks that pad its last column. */
static void put_line(struct buf *out, const char *label, const struct buf *line)
{
    size_t n = line->n;
    while (n && line->p[n - 1] == ' ')
        n--;
    buf_printf(out, "%-9s", label);
    buf_put(out, line->p, n);
}

void notation_explain(const char *pattern, const struct captures *known, struct slice got,
                      struct buf *out)
{
    struct program p = { 0 };
    struct buf why = { 0 };
    if (!program_parse(&p, pattern, known, &why)) {
        buf_printf(out, "malformed pattern: ");
        buf_put_slice(out, buf_slice(&why));
        buf_u8(out, '\n');
    } else {
        struct explanation x = { .p = &p, .got = got, .differs = program_difference(&p, got) };
        choose_window(&x);
        size_t total = p.n > got.n ? p.n : got.n;
        char cut[48];
        snprintf(cut, sizeof cut, "(%zu octets)", x.from);
        if (x.from)
            column(&x, cut, cut, 1);
        put_columns(&x);
        snprintf(cut, sizeof cut, "(%zu octets more)", total - x.to);
        if (x.to < total)
            column(&x, cut, cut, 0);
        else if (p.open_ended && x.to == p.n)
            column(&x, "*", "", 0);
        if (p.n == 0 && !p.open_ended && got.n == 0)
            column(&x, "''", "''", 0);

        put_line(out, "wanted", &x.wanted);
        put_names(&x, out);
        buf_u8(out, '\n');
        put_line(out, "got", &x.came);
        buf_u8(out, '\n');
        if (x.differs != SIZE_MAX) {
            buf_fill(out, ' ', 9 + x.mark);
            buf_printf(out, "^^ ");
            put_difference(&x, out);
            buf_u8(out, '\n');
        }
        buf_free(&x.wanted);
        buf_free(&x.came);
    }
    buf_free(&why);
    program_free(&p);
}
