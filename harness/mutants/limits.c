/* limits.c -- receive limits, and lengths that nobody means. */
#include "mutants/families.h"
#include <string.h>
#include "mutants/octets.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The limit that the line sets; false: it sets none. */
static bool limit_set(struct buf *line, char name[32], int64_t *limit)
{
    return sscanf(buf_text(line), "set %31s max-recv %" SCNd64, name, limit) == 2;
}

static void set_limit(struct buf *line, const char *name, int64_t limit)
{
    buf_clear(line);
    buf_printf(line, "set %s max-recv %" PRId64, name, limit);
}

static bool shift_limit(struct mutation *m, struct buf *line)
{
    char name[32];
    int64_t limit;
    if (limit_set(line, name, &limit) && limit > 0)
        set_limit(line, name, limit + m->mutant->arg[0]);
    return true;
}

const struct mutant limit_excludes_itself = {
    .name = "limit_excludes_itself",
    .fault = "refuses a message that is exactly as long as the receive limit",
    .source = "",
    .arg = { -1 },
    .about = "max-recv",
    .ask = shift_limit,
};

const struct mutant limit_lets_one_more_pass = {
    .name = "limit_lets_one_more_pass",
    .fault = "accepts a message one octet longer than the receive limit",
    .source = "",
    .arg = { 1 },
    .about = "max-recv",
    .ask = shift_limit,
};

static bool cap_limit(struct mutation *m, struct buf *line)
{
    char name[32];
    int64_t limit;
    (void)m;
    if (limit_set(line, name, &limit) && limit > 1 << 20)
        set_limit(line, name, 1 << 20);
    return true;
}

const struct mutant limit_never_above_one_mib = {
    .name = "limit_never_above_one_mib",
    .fault = "closes a connection over a message longer than 1 MiB, whatever the receive limit",
    .source = "mangos-v1 #31",
    .about = "max-recv",
    .ask = cap_limit,
};

static bool lower_default(struct mutation *m, struct buf *line)
{
    char name[32];
    (void)m;
    if (sscanf(buf_text(line), "open %31s", name) == 1)
        mutation_aside(m, "set %s max-recv %d", name, (1 << 20) - 1);
    return true;
}

const struct mutant limit_below_one_mib = {
    .name = "limit_below_one_mib",
    .fault = "has a default receive limit one octet below 1 MiB",
    .source = "",
    .ask = lower_default,
};

/* ---- lengths ---- */

static void die_of_length(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint64_t least = (uint64_t)m->mutant->arg[0], most = (uint64_t)m->mutant->arg[1];
    for (size_t i = 0; i < data->n; i++)
        if (scan_in(f, f->in_position + i, data->p[i]) == ENDS_HEAD && scan_length(f) >= least &&
            scan_length(f) <= most)
            mutation_die(m, "Assertion failed: the message can be allocated");
}

#define DIES_OF_LENGTH(name_, fault_, source_, ...)                                                \
    const struct mutant name_ = {                                                                  \
        .name = #name_,                                                                            \
        .fault = fault_,                                                                           \
        .source = source_,                                                                         \
        .arg = { __VA_ARGS__ },                                                                    \
        .octets_in = die_of_length,                                                                \
    }

DIES_OF_LENGTH(length_2_63_dies, "dies of a length whose highest bit alone is set", "nanomsg #461",
               INT64_MIN, INT64_MIN);
DIES_OF_LENGTH(length_2_64_less_8_dies, "dies of a length to which it cannot add 8", "nanomsg #461",
               -8, -2);
DIES_OF_LENGTH(length_2_64_less_1_dies, "dies of a length of which all bits are set",
               "nanomsg #461", -1, -1);
DIES_OF_LENGTH(length_2_32_dies, "dies of a length that does not fit in 32 bits", "nng #954",
               (int64_t)1 << 32, ((int64_t)1 << 41));
DIES_OF_LENGTH(length_2_31_dies, "dies of a length that does not fit in 31 bits", "",
               (int64_t)1 << 31, ((int64_t)1 << 32) - 1);

/* The scanner goes on by the length that came, so later frames of this connection stay as they are.
 */
static void cut_length(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    for (size_t i = 0; i < data->n; i++) {
        if (scan_in(f, f->in_position + i, data->p[i]) != ENDS_HEAD || i < 7)
            continue;
        if (scan_length(f) >> 32 == 1)
            memset(data->p + i - 7, 0, 4);
    }
}

const struct mutant length_cut_to_32_bits = {
    .name = "length_cut_to_32_bits",
    .fault = "takes only the lower half of a length",
    .source = "",
    .octets_in = cut_length,
};

static void stop_at_length(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    for (size_t i = 0; i < data->n; i++)
        if (scan_in(f, f->in_position + i, data->p[i]) == ENDS_HEAD)
            m->note[0] |= scan_length(f) >> 60 != 0;
}

static bool serve_no_more(struct mutation *m, struct octet_fault *f)
{
    return f->dialled || m->note[0] == 0;
}

const struct mutant length_ends_accepting = {
    .name = "length_ends_accepting",
    .fault = "accepts no other connection when an impossible length has come on one",
    .source = "",
    .octets_in = stop_at_length,
    .admits = serve_no_more,
};
