/* record.c -- the packets between runner and workers. */
#include "core/run.h"
#include <stdio.h>

struct fixed {
    uint32_t job, previous;
    int outcome, line;
    int64_t ms;
    uint8_t timing, silent, stalled, adapter_failed;
};

static void put(char **at, char *end, const char *text, size_t most)
{
    size_t n = text ? strlen(text) : 0;
    if (n > most)
        n = most;
    if (n > (size_t)(end - *at) - 1)
        n = (size_t)(end - *at) - 1;
    if (n)
        memcpy(*at, text, n);
    (*at)[n] = '\0';
    *at += n + 1;
}

size_t record_pack(const struct record *r, char *packet)
{
    struct fixed f;
    memset(&f, 0, sizeof f);
    f.job = r->job;
    f.previous = r->previous;
    f.outcome = (int)r->outcome;
    f.line = r->line;
    f.ms = r->ms;
    f.timing = r->timing;
    f.silent = r->silent;
    f.stalled = r->stalled;
    f.adapter_failed = r->adapter_failed;
    memcpy(packet, &f, sizeof f);
    char *at = packet + sizeof f, *end = packet + PACKET_MAX - 16;
    put(&at, end, r->file, 256);
    put(&at, end, r->script, 1024);
    put(&at, end, r->why, 2048);
    put(&at, end, r->variant, 1024);
    put(&at, end, r->trace, 1024);
    put(&at, end, r->name, 128);
    put(&at, end, r->detail, PACKET_MAX / 2);
    return (size_t)(at - packet);
}

bool record_unpack(struct record *r, char *packet, size_t n)
{
    struct fixed f;
    if (n < sizeof f + 7 || packet[n - 1] != '\0')
        return false;
    memcpy(&f, packet, sizeof f);
    if (f.outcome < RUNNING || f.outcome > UNFAIR)
        return false;
    *r = (struct record){ .job = f.job,
                          .previous = f.previous,
                          .outcome = (enum outcome)f.outcome,
                          .timing = f.timing != 0,
                          .silent = f.silent != 0,
                          .stalled = f.stalled != 0,
                          .adapter_failed = f.adapter_failed != 0,
                          .line = f.line,
                          .ms = f.ms };
    const char **fields[] = { &r->file,  &r->script, &r->why,   &r->variant,
                              &r->trace, &r->name,   &r->detail };
    char *at = packet + sizeof f;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (at >= packet + n)
            return false;
        *fields[i] = at;
        at += strlen(at) + 1;
    }
    return true;
}
