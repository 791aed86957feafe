/* read.c -- JSON lines back into a trace. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "trace/hex.h"
#include "trace/render.h"

static bool kind_named(const char *name, enum trace_kind *out)
{
    for (int k = TRACE_OPEN; k <= TRACE_NOTE; k++) {
        if (strcmp(name, trace_kind_name((enum trace_kind)k)) == 0) {
            *out = (enum trace_kind)k;
            return true;
        }
    }
    return false;
}

static const char *string_at(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static json_int_t number_at(const json_t *line, const char *key, json_int_t min, json_int_t max)
{
    json_int_t n = json_integer_value(json_object_get(line, key));
    return n < min ? min : n > max ? max : n;
}

static const char *read_connection(struct trace *t, const json_t *line)
{
    const char *framing = string_at(line, "framing");
    enum trace_framing f = TRACE_TCP;
    while (framing && f <= TRACE_WS && strcmp(framing, trace_framing_name(f)) != 0)
        f++;
    if (!framing || f > TRACE_WS)
        return "a connection has framing tcp, ipc or ws";
    unsigned conn = (unsigned)number_at(line, "conn", 0, INT32_MAX);
    uint16_t type = (uint16_t)number_at(line, "type", 0, UINT16_MAX);
    if (json_is_true(json_object_get(line, "greeted")))
        trace_describe_greeted(t, conn, f, type);
    else
        trace_describe(t, conn, f, type);
    return NULL;
}

static const char *read_event(struct trace *t, const json_t *line)
{
    const char *kind = string_at(line, "kind");
    if (!kind)
        return "no \"kind\"";
    if (strcmp(kind, "trace") == 0)
        return NULL;
    if (strcmp(kind, "connection") == 0)
        return read_connection(t, line);
    struct trace_event e = {
        .at = number_at(line, "at", INT64_MIN, INT64_MAX),
        .conn = (unsigned)number_at(line, "conn", 0, INT32_MAX),
        .note = string_at(line, "note"),
        .line = (int)number_at(line, "line", 0, INT32_MAX),
    };
    if (!kind_named(kind, &e.kind))
        return "an unknown \"kind\"";
    struct buf octets = { 0 };
    const char *hex = string_at(line, "octets");
    bool ok = !hex || hex_read(hex, &octets);
    e.octets = buf_slice(&octets);
    /* The file name is a static string in a live trace; here it joins the note. */
    const char *file = string_at(line, "file");
    struct buf note = { 0 };
    if (file) {
        buf_printf(&note, "%s:%d %s", render_base_name(file), e.line, e.note ? e.note : "");
        e.note = buf_text(&note);
    }
    if (ok)
        trace_add(t, &e);
    buf_free(&note);
    buf_free(&octets);
    return ok ? NULL : "\"octets\" is not hex";
}

bool trace_read_jsonl(struct trace *t, FILE *in, struct buf *why)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t length;
    const char *fault = NULL;
    size_t n = 0;
    while (!fault && (length = getline(&text, &cap, in)) >= 0) {
        n++;
        if (text[strspn(text, " \t\r\n")] == '\0')
            continue;
        json_error_t broken;
        json_t *line = json_loadb(text, (size_t)length, 0, &broken);
        fault = line ? read_event(t, line) : "not JSON";
        json_decref(line);
    }
    if (!fault && ferror(in))
        fault = "cannot be read";
    if (fault)
        buf_printf(why, "line %zu: %s", n, fault);
    free(text);
    return !fault;
}
