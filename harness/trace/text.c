/* text.c -- a trace to be read: octets with their names beside them, in the order of events. */
#include <inttypes.h>
#include <string.h>
#include "trace/render.h"

enum {
    ROW = 16,       /* octets per line */
    LONG_RUN = 192, /* a longer run of body octets shows only its ends */
    RUN_HEAD = 128,
    RUN_TAIL = 32,
    HEX_WIDTH = 3 * ROW,
    NAME_WIDTH = 30,
};
static const char indent[] = "                ";

static void put_hex(FILE *out, uint64_t offset, struct slice row)
{
    fprintf(out, "        %6" PRIu64 "  ", offset);
    for (size_t i = 0; i < row.n; i++)
        fprintf(out, "%02x ", row.p[i]);
    fprintf(out, "%*s", HEX_WIDTH - 3 * (int)row.n, "");
}

static void put_ascii(FILE *out, struct slice row)
{
    fputc('|', out);
    for (size_t i = 0; i < row.n; i++)
        fputc(row.p[i] >= ' ' && row.p[i] <= '~' ? row.p[i] : '.', out);
    fputc('|', out);
}

/* Rows of a run from octet `from` of it to octet `to`. */
static void put_rows(FILE *out, const struct dissected *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i += ROW) {
        struct slice row = slice_of(f->octets.p + i, to - i < ROW ? to - i : ROW);
        put_hex(out, f->offset + i, row);
        put_ascii(out, row);
        if (i == 0)
            fprintf(out, "  %s%s%s", f->name, f->value[0] ? ", " : "", f->value);
        fputc('\n', out);
    }
}

/* A line of a head of HTTP is read as text. */
static void put_line(FILE *out, const struct dissected *f)
{
    fprintf(out, "        %6" PRIu64 "  \"", f->offset);
    for (size_t i = 0; i < f->octets.n; i++) {
        uint8_t c = f->octets.p[i];
        if (c == '\r' || c == '\n')
            fputs(c == '\r' ? "\\r" : "\\n", out);
        else if (c >= ' ' && c <= '~' && c != '\\' && c != '"')
            fputc(c, out);
        else
            fprintf(out, "\\x%02x", c);
    }
    fprintf(out, "\"%s%s\n", f->value[0] ? "  " : "", f->value);
}

static void put_field(void *ctx, const struct dissected *f)
{
    FILE *out = ctx;
    if (strcmp(f->name, "line") == 0) {
        put_line(out, f);
        return;
    }
    if (f->octets.n > 8 || strcmp(f->name, "body") == 0 || strcmp(f->name, "octets") == 0) {
        size_t n = f->octets.n;
        put_rows(out, f, 0, n > LONG_RUN ? RUN_HEAD : n);
        if (n > LONG_RUN) {
            fprintf(out, "%s... %zu octets not shown\n", indent, n - RUN_HEAD - RUN_TAIL);
            put_rows(out, f, n - RUN_TAIL, n);
        }
        return;
    }
    char name[128];
    snprintf(name, sizeof name, "%s%s%s%s", f->wrong ? "! " : "", f->name, f->value[0] ? " " : "",
             f->value);
    put_hex(out, f->offset, f->octets);
    if (f->clause[0])
        fprintf(out, "%-*s %s\n", NAME_WIDTH, name, f->clause);
    else
        fprintf(out, "%s\n", name);
}

static void put_octets(struct render *r, const struct trace_event *e, const char *from,
                       const char *to)
{
    fprintf(r->out, "#%u %s -> %s, %zu octet%s", e->conn, from, to, e->octets.n,
            e->octets.n == 1 ? "" : "s");
    if (e->note) {
        fputs(", ", r->out);
        render_safe(r->out, e->note, indent);
    }
    fputc('\n', r->out);
    struct dissector *d = flows_dissector(&r->flows, e);
    if (d)
        dissector_feed(d, e->octets, put_field, r->out);
}

static void put_note(struct render *r, const struct trace_event *e, const char *lead)
{
    fputs(lead, r->out);
    if (e->note)
        render_safe(r->out, e->note, indent);
    fputc('\n', r->out);
}

void render_text(struct render *r, const struct trace_event *e)
{
    const char *us = r->us ? r->us : "us", *iut = r->iut ? r->iut : "IUT";
    if (r->events++ == 0)
        r->start = e->at;
    msec since = e->at > r->start ? e->at - r->start : 0;
    fprintf(r->out, "+%" PRId64 ".%03d  ", since / 1000, (int)(since % 1000));
    if (e->conn && e->kind != TRACE_OUT && e->kind != TRACE_IN)
        fprintf(r->out, "#%u ", e->conn);
    if (e->file)
        fprintf(r->out, "%s:%d ", render_base_name(e->file), e->line);
    switch (e->kind) {
    case TRACE_OPEN:
        put_note(r, e, "opened: ");
        break;
    case TRACE_OUT:
        put_octets(r, e, us, iut);
        break;
    case TRACE_IN:
        put_octets(r, e, iut, us);
        break;
    case TRACE_END:
        put_note(r, e, "ended: ");
        break;
    case TRACE_CALL:
        put_note(r, e, "adapter > ");
        break;
    case TRACE_RESULT:
        put_note(r, e, "adapter < ");
        break;
    case TRACE_STDERR:
        put_note(r, e, "adapter ! ");
        break;
    case TRACE_FAIL:
        put_note(r, e, "FAILED: ");
        break;
    case TRACE_EXPECT:
    case TRACE_NOTE:
        put_note(r, e, "");
        break;
    }
}

static void put_head(FILE *out, const char *name, const char *text)
{
    if (text && *text) {
        fprintf(out, "# %-9s", name);
        render_safe(out, text, "#          ");
        fputc('\n', out);
    }
}

void render_text_head(FILE *out, const struct trace_meta *meta)
{
    if (!meta)
        return;
    put_head(out, "instance", meta->instance);
    put_head(out, "title", meta->title);
    put_head(out, "clause", meta->clause);
    put_head(out, "verdict", meta->verdict);
    put_head(out, "why", meta->why);
}
