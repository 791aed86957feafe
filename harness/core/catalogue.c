#include "core/catalogue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bounds of the section that CASE() fills; absent from a program without cases. */
extern const struct conf_case *const __start_conf_cases[] __attribute__((weak));
extern const struct conf_case *const __stop_conf_cases[] __attribute__((weak));

static const struct {
    enum via via;
    const char *name;
} meetings[INSTANCES_MAX] = {
    { TCP_DIALS, "tcp,iut-dials" },
    { TCP_LISTENS, "tcp,iut-listens" },
    { IPC_DIALS, "ipc,iut-dials" },
    { IPC_LISTENS, "ipc,iut-listens" },
    { TCP6_DIALS, "tcp6,iut-dials" },
    { TCP6_LISTENS, "tcp6,iut-listens" },
    { WS_DIALS, "ws,iut-dials" },
    { WS_LISTENS, "ws,iut-listens" },
    { WSS_DIALS, "wss,iut-dials" },
    { WSS_LISTENS, "wss,iut-listens" },
    { TLS_DIALS, "tls,iut-dials" },
    { TLS_LISTENS, "tls,iut-listens" },
    { INPROC, "inproc" },
    { LOCAL, "local" },
};

static int by_place(const void *a, const void *b)
{
    const struct conf_case *x = *(const struct conf_case *const *)a;
    const struct conf_case *y = *(const struct conf_case *const *)b;
    int order = strcmp(x->file, y->file);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

const struct conf_case *const *catalogue(size_t *n)
{
    static const struct conf_case **sorted;
    size_t count = 0;
    if (__start_conf_cases)
        count = (size_t)(__stop_conf_cases - __start_conf_cases);
    if (!sorted && count > 0) {
        sorted = malloc(count * sizeof(*sorted));
        if (!sorted)
            abort();
        for (size_t i = 0; i < count; i++)
            sorted[i] = __start_conf_cases[i];
        qsort(sorted, count, sizeof(*sorted), by_place);
    }
    *n = count;
    return sorted;
}

static const struct conf_case *find(const char *id, size_t length)
{
    size_t n;
    const struct conf_case *const *all = catalogue(&n);
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i]->id, id, length) == 0 && all[i]->id[length] == '\0')
            return all[i];
    return NULL;
}

const struct conf_case *case_find(const char *id)
{
    return find(id, strlen(id));
}

bool next_covered(const char **at, const char **id, size_t *n)
{
    if (!*at)
        return false;
    *id = *at + strspn(*at, " ");
    *n = strcspn(*id, " ");
    *at = *id + *n;
    return *n > 0;
}

enum level case_level(const struct conf_case *c)
{
    enum level strictest = LEVEL_MAY;
    const char *at = c->covers, *id;
    size_t n;
    while (next_covered(&at, &id, &n)) {
        const struct requirement *r = requirement_find(id, n);
        if (r && r->level < strictest)
            strictest = r->level;
    }
    return strictest;
}

bool case_unconfirmed(const struct conf_case *c)
{
    const char *at = c->covers, *id;
    size_t n;
    if (case_level(c) != LEVEL_DEFACTO)
        return false;
    while (next_covered(&at, &id, &n)) {
        const struct requirement *r = requirement_find(id, n);
        if (r && r->level == LEVEL_DEFACTO && r->seen[0])
            return false;
    }
    return true;
}

bool case_covers(const struct conf_case *c, const struct requirement *r)
{
    const char *at = c->covers, *id;
    size_t n;
    while (next_covered(&at, &id, &n))
        if (strlen(r->id) == n && memcmp(r->id, id, n) == 0)
            return true;
    return false;
}

size_t case_instances(const struct conf_case *c, enum via out[INSTANCES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < INSTANCES_MAX; i++)
        if (c->via & (unsigned)meetings[i].via)
            out[n++] = meetings[i].via;
    return n;
}

const char *case_instance_name(const struct conf_case *c, enum via via, char *out)
{
    const char *meeting = "?";
    for (size_t i = 0; i < INSTANCES_MAX; i++)
        if (meetings[i].via == via)
            meeting = meetings[i].name;
    snprintf(out, INSTANCE_NAME_MAX, "%s[%s]", c->id, meeting);
    return out;
}

const struct conf_case *instance_find(const char *name, enum via *via)
{
    const struct conf_case *c = find(name, strcspn(name, "["));
    if (!c)
        return NULL;
    enum via all[INSTANCES_MAX];
    size_t n = case_instances(c, all);
    for (size_t i = 0; i < n; i++) {
        char full[INSTANCE_NAME_MAX];
        if (strcmp(case_instance_name(c, all[i], full), name) == 0) {
            *via = all[i];
            return c;
        }
    }
    return NULL;
}
