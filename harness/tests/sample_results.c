#include "sample_results.h"

#define RESEND                                                                                     \
    .case_id = "req_resends", .title = "an unanswered request is sent again",                      \
    .requirements = "SP-REQ-017 SP-REQ-018", .clauses = "sp-request-reply-01 6.1",                 \
    .level = LEVEL_MUST, .verdict = V_FAIL, .was = V_FAIL, .ms = 203, .why = "octet 3 differs",    \
    .at = "harness/cases/req.c:26", .script = "sp_expect(rep, \"$id 'ping'\")",                    \
    .detail = "wanted   80 00 1f 03  'ping'\ngot      80 00 1f 04  'ping'\n"                       \
              "                  ^^ octet 3, in $id\n"
#define GREETING .case_id = "greeting", .level = LEVEL_MUST, .verdict = V_PASS, .was = V_PASS
#define PUB                                                                                        \
    .case_id = "pub_survives", .requirements = "SP-PUB-004", .clauses = "robustness",              \
    .level = LEVEL_MUST, .verdict = V_XFAIL, .was = V_CRASH, .why = "died: Assertion failed",      \
    .at = "harness/cases/pub.c:9", .expected_because = "asserts in xpub.c:167"

const struct result sample_results[] = {
    { GREETING, .instance = "greeting[tcp,iut-dials]", .requirements = "SP-TCP-001", .ms = 1 },
    { RESEND, .instance = "req_resends[tcp,iut-listens]" },
    { RESEND, .instance = "req_resends[tcp,iut-dials]" },
    { RESEND, .instance = "req_resends[ipc,iut-dials]", .trace = "out/req_resends.ipc,iut-dials",
      .repeat = "spconform run --filter 'req_resends*'" },
    { PUB, .instance = "pub_survives[tcp,iut-dials]", .ms = 1500 },
    { PUB, .instance = "pub_survives[ipc,iut-dials]" },
    { .case_id = "rep_drops",
      .instance = "rep_drops[tcp,iut-dials]",
      .level = LEVEL_SHOULD,
      .requirements = "SP-REP-008b",
      .clauses = "sp-request-reply-01 4",
      .verdict = V_WARN,
      .was = V_WARN,
      .why = "the pipe was closed" },
    { .case_id = "pair_first_hop",
      .instance = "pair_first_hop[tcp,iut-dials]",
      .level = LEVEL_MAY,
      .verdict = V_INFO,
      .was = V_INFO,
      .why = "hop count starts at 1" },
    { .case_id = "pair_first_hop",
      .instance = "pair_first_hop[ipc,iut-dials]",
      .level = LEVEL_MAY,
      .verdict = V_INFO,
      .was = V_INFO,
      .why = "hop count starts at 1" },
    { .case_id = "pair_hops",
      .instance = "pair_hops[tcp,iut-dials]",
      .level = LEVEL_MAY,
      .verdict = V_INFO,
      .was = V_INFO,
      .why = "hop count starts at 1" },
    { .case_id = "sub_ttl",
      .instance = "sub_ttl[tcp,iut-dials]",
      .level = LEVEL_MUST,
      .verdict = V_SKIP,
      .was = V_SKIP,
      .why = "the adapter lacks ttl # yet" },
    { .case_id = "bus_hang",
      .instance = "bus_hang[tcp,iut-dials]",
      .level = LEVEL_DEFACTO,
      .requirements = "SP-BUS-001",
      .verdict = V_HANG,
      .was = V_HANG,
      .why = "<no> answer & \"\033[31mred\xff\xe2\x80\xae]]>\" 50%, a:b" },
    { .case_id = "port_in_use",
      .instance = "port_in_use[tcp,iut-dials]",
      .level = LEVEL_MUST,
      .verdict = V_ERROR,
      .was = V_ERROR,
      .why = "bind: address in use" },
    { .case_id = "pull_fair",
      .instance = "pull_fair[tcp,iut-dials]",
      .level = LEVEL_MUST,
      .requirements = "SP-PUL-002",
      .verdict = V_XPASS,
      .was = V_PASS,
      .why = "known.txt:3 expects FAIL" },
};
const size_t sample_count = sizeof sample_results / sizeof *sample_results;

struct summary sample_summary(void)
{
    struct summary s = { .peer = "nanomsg 1.1.5", .stopped = "", .wall_ms = 2340 };
    for (size_t i = 0; i < sample_count; i++)
        summary_add(&s, &sample_results[i]);
    s.exit_status = summary_status(&s);
    return s;
}
