/* jsonl.c -- a trace as JSON lines (trace.schema.json): one object per event. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include "trace/render.h"

static void put_line(FILE *out, json_t *object)
{
    if (!object)
        return;
    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}

/* Text of a peer need not be UTF-8, JSON must be: octets beyond ASCII become '?'. */
static json_t *text(const char *s)
{
    json_t *whole = json_string(s);
    if (whole)
        return whole;
    struct buf ascii = { 0 };
    for (; *s; s++)
        buf_u8(&ascii, (unsigned char)*s < 0x80 ? (uint8_t)*s : '?');
    const char *clean = buf_text(&ascii);
    whole = json_string(clean ? clean : "");
    buf_free(&ascii);
    return whole;
}

static json_t *hex(struct slice octets)
{
    static const char digit[] = "0123456789abcdef";
    struct buf b = { 0 };
    uint8_t *to = buf_room(&b, 2 * octets.n);
    for (size_t i = 0; to && i < octets.n; i++) {
        to[2 * i] = (uint8_t)digit[octets.p[i] >> 4];
        to[2 * i + 1] = (uint8_t)digit[octets.p[i] & 15];
    }
    if (to)
        buf_grew(&b, 2 * octets.n);
    json_t *s = json_stringn(b.n ? (const char *)b.p : "", b.n);
    buf_free(&b);
    return s;
}

static void add_field(void *ctx, const struct dissected *f)
{
    json_t *field = json_pack("{s:I, s:I, s:s}", "offset", (json_int_t)f->offset, "length",
                              (json_int_t)f->octets.n, "name", f->name);
    if (!field)
        return;
    if (f->value[0])
        json_object_set_new(field, "value", json_string(f->value));
    if (f->clause[0])
        json_object_set_new(field, "clause", json_string(f->clause));
    if (f->frame)
        json_object_set_new(field, "frame", json_integer((json_int_t)f->frame));
    if (f->wrong)
        json_object_set_new(field, "wrong", json_true());
    if (!f->complete)
        json_object_set_new(field, "partial", json_true());
    json_array_append_new(ctx, field);
}

/* How a connection is read comes before its first octets, so that a reader can do the same. */
static void put_connection(struct render *r, unsigned conn)
{
    const struct flow *flow = flows_get(&r->flows, conn);
    if (!flow || !flow->described || flow->begun)
        return;
    json_t *line = json_pack("{s:s, s:i, s:s}", "kind", "connection", "conn", (int)conn, "framing",
                             trace_framing_name(flow->about.framing));
    if (line && flow->about.iut_type)
        json_object_set_new(line, "type", json_integer(flow->about.iut_type));
    if (line && flow->about.greeted)
        json_object_set_new(line, "greeted", json_true());
    put_line(r->out, line);
}

void render_json(struct render *r, const struct trace_event *e)
{
    r->events++;
    bool octets = e->kind == TRACE_OUT || e->kind == TRACE_IN;
    if (octets)
        put_connection(r, e->conn);
    json_t *line =
        json_pack("{s:s, s:I}", "kind", trace_kind_name(e->kind), "at", (json_int_t)e->at);
    if (!line)
        return;
    if (e->conn)
        json_object_set_new(line, "conn", json_integer((json_int_t)e->conn));
    if (e->note)
        json_object_set_new(line, "note", text(e->note));
    if (e->file) {
        json_object_set_new(line, "file", text(e->file));
        json_object_set_new(line, "line", json_integer(e->line));
    }
    if (octets) {
        json_object_set_new(line, "octets", hex(e->octets));
        struct dissector *d = flows_dissector(&r->flows, e);
        json_t *fields = json_array();
        if (d && fields)
            dissector_feed(d, e->octets, add_field, fields);
        json_object_set_new(line, "fields", fields);
    }
    put_line(r->out, line);
}

static void set_text(json_t *line, const char *key, const char *value)
{
    if (value && *value)
        json_object_set_new(line, key, text(value));
}

void render_json_head(FILE *out, const struct trace_meta *meta)
{
    json_t *line = json_pack("{s:s, s:i}", "kind", "trace", "version", 1);
    if (line && meta) {
        set_text(line, "instance", meta->instance);
        set_text(line, "title", meta->title);
        set_text(line, "clause", meta->clause);
        set_text(line, "verdict", meta->verdict);
        set_text(line, "why", meta->why);
    }
    put_line(out, line);
}
