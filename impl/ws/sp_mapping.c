#include "ws/sp_mapping.h"
#include <stddef.h>
#include <strings.h>

struct row {
    uint16_t self, peer;
    const char *name;
};

static const struct row rows[] = {
    { 0x0010, 0x0010, "pair.sp.nanomsg.org" },     { 0x0011, 0x0011, "pair1.sp.nanomsg.org" },
    { 0x0020, 0x0021, "pub.sp.nanomsg.org" },      { 0x0021, 0x0020, "sub.sp.nanomsg.org" },
    { 0x0030, 0x0031, "req.sp.nanomsg.org" },      { 0x0031, 0x0030, "rep.sp.nanomsg.org" },
    { 0x0050, 0x0051, "push.sp.nanomsg.org" },     { 0x0051, 0x0050, "pull.sp.nanomsg.org" },
    { 0x0062, 0x0063, "surveyor.sp.nanomsg.org" }, { 0x0063, 0x0062, "respondent.sp.nanomsg.org" },
    { 0x0070, 0x0070, "bus.sp.nanomsg.org" },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct row *find(uint16_t self)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].self == self)
            return &rows[i];
    return NULL;
}

const char *ws_sp_accepts(uint16_t self)
{
    const struct row *r = find(self);
    return r == NULL ? NULL : r->name;
}

const char *ws_sp_offers(uint16_t self)
{
    const struct row *r = find(self);
    return r == NULL ? NULL : ws_sp_accepts(r->peer);
}

uint16_t ws_sp_type(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcasecmp(rows[i].name, name) == 0)
            return rows[i].self;
    return 0;
}
