/* sanity.c -- one plain exchange for each transport: when it fails, nothing else can be judged, and
 * the run stops. */
#include "case.h"

CASE(sanity_greeting,
     .title = "sends the SP header of a socket it opened: magic, version 0, type, reserved 0",
     .covers = "SP-TCP-003",
     .why = "without a greeting there is no connection that could be judged", .needs = "wire",
     .via = TCP)
{
    const char *protocol = is_black_box(t) ? service_protocol(t) : "pair";
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, "00 'SP' 00 .. .. 0000");
}

CASE(sanity_ipc_greeting, .title = "sends the SP header over ipc as over tcp",
     .covers = "SP-IPC-005", .needs = "wire", .via = IPC)
{
    const char *protocol = is_black_box(t) ? service_protocol(t) : "pair";
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, "00 'SP' 00 .. .. 0000");
}
