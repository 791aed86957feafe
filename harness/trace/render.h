/* render.h -- one event after another, for traffic that is still going on; trace_text and
 * trace_jsonl are these over a whole trace. */
#ifndef TRACE_RENDER_H
#define TRACE_RENDER_H
#include <stdio.h>
#include "trace/flows.h"
#include "trace/trace.h"

struct render {
    FILE *out;
    struct flows flows;   /* describe connections here before their first octets */
    const char *us, *iut; /* the two ends: "us", "IUT" unless set otherwise */
    msec start;           /* +0.000: the first event */
    size_t events;
};

/* All-zero but for `out` is ready for use; then one of: */
void render_text(struct render *, const struct trace_event *);
void render_json(struct render *, const struct trace_event *);
void render_text_head(FILE *, const struct trace_meta *);
void render_json_head(FILE *, const struct trace_meta *);
void render_end(struct render *);

const char *trace_kind_name(enum trace_kind); /* "open" "out" "in" "end" "call" ... */
/* Text of a peer, made harmless: control and non-ASCII octets as \xNN, new lines indented. */
void render_safe(FILE *, const char *text, const char *indent);
/* The file's name without its folders. */
const char *render_base_name(const char *path);

/* Of flows.h, for the renderers: what trace_describe was told. */
void trace_flows(const struct trace *, struct flows *);

#endif
