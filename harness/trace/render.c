/* render.c -- what both renderers share, and whole traces. */
#include <string.h>
#include "trace/render.h"

const char *trace_kind_name(enum trace_kind kind)
{
    switch (kind) {
    case TRACE_OPEN:
        return "open";
    case TRACE_OUT:
        return "out";
    case TRACE_IN:
        return "in";
    case TRACE_END:
        return "end";
    case TRACE_CALL:
        return "call";
    case TRACE_RESULT:
        return "result";
    case TRACE_STDERR:
        return "stderr";
    case TRACE_EXPECT:
        return "expect";
    case TRACE_FAIL:
        return "fail";
    case TRACE_NOTE:
        return "note";
    }
    return "note";
}

void render_safe(FILE *out, const char *text, const char *indent)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\n' && text[1])
            fprintf(out, "\n%s", indent);
        else if (c == '\t')
            fputc(' ', out);
        else if (c >= ' ' && c <= '~')
            fputc(c, out);
        else if (c != '\n')
            fprintf(out, "\\x%02x", c);
    }
}

const char *render_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void render_end(struct render *r)
{
    flows_free(&r->flows);
}

static bool whole(const struct trace *t, FILE *out,
                  void (*event)(struct render *, const struct trace_event *))
{
    struct render r = { .out = out };
    trace_flows(t, &r.flows);
    for (size_t i = 0; i < trace_count(t); i++)
        event(&r, trace_get(t, i));
    if (trace_lost(t)) {
        char lost[100];
        snprintf(lost, sizeof lost, "%zu events lost: out of memory, or of what a trace may hold",
                 trace_lost(t));
        event(&r, &(struct trace_event){ .kind = TRACE_NOTE, .note = lost });
    }
    render_end(&r);
    return fflush(out) == 0 && !ferror(out);
}

bool trace_text(const struct trace *t, const struct trace_meta *meta, FILE *out)
{
    render_text_head(out, meta);
    return whole(t, out, render_text);
}

bool trace_jsonl(const struct trace *t, const struct trace_meta *meta, FILE *out)
{
    render_json_head(out, meta);
    return whole(t, out, render_json);
}
