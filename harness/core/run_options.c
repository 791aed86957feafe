/* run_options.c -- the options of `spconform run`, one by one. */
#include "core/run_options.h"
#include "core/options.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

int run_usage(const char *what, const char *which)
{
    fprintf(stderr, "spconform run: %s: %s\n", what, which);
    return 2;
}

enum {
    OPT_IUT = 256,
    OPT_PEER,
    OPT_REFERENCE,
    OPT_CONNECT,
    OPT_LISTEN,
    OPT_ATTACH,
    OPT_PROTOCOL,
    OPT_BEHAVIOUR,
    OPT_TRIGGER,
    OPT_RESTART,
    OPT_FILTER,
    OPT_TRANSPORT,
    OPT_SLOW,
    OPT_GENTLE,
    OPT_SHARD,
    OPT_REPEAT,
    OPT_SHUFFLE,
    OPT_SEGMENTATION,
    OPT_PROFILE,
    OPT_EXPECT,
    OPT_UPDATE,
    OPT_PATIENCE,
    OPT_JOBS,
    OPT_SEED,
    OPT_REPORT,
    OPT_OUT,
    OPT_TRACE,
    OPT_VERBOSE,
    OPT_MUTANT,
    OPT_HELP
};

static const struct option options[] = {
    { "iut", 1, NULL, OPT_IUT },
    { "peer", 1, NULL, OPT_PEER },
    { "reference", 0, NULL, OPT_REFERENCE },
    { "connect", 1, NULL, OPT_CONNECT },
    { "listen", 1, NULL, OPT_LISTEN },
    { "attach", 1, NULL, OPT_ATTACH },
    { "protocol", 1, NULL, OPT_PROTOCOL },
    { "behaviour", 1, NULL, OPT_BEHAVIOUR },
    { "trigger", 1, NULL, OPT_TRIGGER },
    { "restart", 1, NULL, OPT_RESTART },
    { "filter", 1, NULL, OPT_FILTER },
    { "transport", 1, NULL, OPT_TRANSPORT },
    { "slow", 0, NULL, OPT_SLOW },
    { "gentle", 0, NULL, OPT_GENTLE },
    { "shard", 1, NULL, OPT_SHARD },
    { "repeat", 1, NULL, OPT_REPEAT },
    { "shuffle", 0, NULL, OPT_SHUFFLE },
    { "segmentation", 1, NULL, OPT_SEGMENTATION },
    { "profile", 1, NULL, OPT_PROFILE },
    { "expect", 1, NULL, OPT_EXPECT },
    { "update-expectations", 0, NULL, OPT_UPDATE },
    { "patience", 1, NULL, OPT_PATIENCE },
    { "jobs", 1, NULL, OPT_JOBS },
    { "seed", 1, NULL, OPT_SEED },
    { "report", 1, NULL, OPT_REPORT },
    { "out", 1, NULL, OPT_OUT },
    { "trace", 1, NULL, OPT_TRACE },
    { "verbose", 0, NULL, OPT_VERBOSE },
    { "mutant", 1, NULL, OPT_MUTANT },
    { "help", 0, NULL, OPT_HELP },
    { NULL, 0, NULL, 0 },
};

static int one_of(const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

static bool transports(const char *list, unsigned *out)
{
    static const struct {
        const char *name;
        unsigned bits;
    } known[] = { { "tcp", TCP }, { "ipc", IPC }, { "tcp6", TCP6 },    { "ws", WS },
                  { "wss", WSS }, { "tls", TLS }, { "inproc", INPROC } };
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ","), i = 0, count = sizeof known / sizeof known[0];
        for (; i < count; i++)
            if (strlen(known[i].name) == n && memcmp(known[i].name, at, n) == 0)
                break;
        if (i == count)
            return false;
        *out |= known[i].bits;
        at += n + (at[n] == ',');
    }
    return *out != 0;
}
enum { NOT_HERE = -1 }; /* the option belongs to another of these */

static int take_target(struct run_options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_IUT:
        o->target = TARGET_COMMAND;
        if (strlen(arg) >= sizeof o->command)
            return run_usage("--iut takes a command of up to 4,095 octets, not", arg);
        snprintf(o->command, sizeof o->command, "%s", arg);
        return 0;
    case OPT_PEER:
        o->target = TARGET_COMMAND;
        o->peer = arg;
        return 0;
    case OPT_REFERENCE:
        o->target = TARGET_REFERENCE;
        return 0;
    case OPT_MUTANT:
        o->target = TARGET_REFERENCE;
        o->mutant = mutant_find(arg);
        return o->mutant ? 0
                         : run_usage("no such mutant; `spconform mutants --list` shows them", arg);
    case OPT_CONNECT:
    case OPT_LISTEN:
        o->target = option == OPT_CONNECT ? TARGET_CONNECT : TARGET_LISTEN;
        o->url = arg;
        return 0;
    case OPT_ATTACH:
        o->target = TARGET_ATTACH;
        o->url = arg;
        return 0;
    default: /* any number of the table */
        return NOT_HERE;
    }
}

static int take_service(struct run_options *o, int option, const char *arg)
{
    static const char *const behaviours[] = { "echo", "answer", "drain", "source", "none", NULL };
    switch (option) {
    case OPT_PROTOCOL:
        o->protocol = arg;
        return sp_protocol_named(arg)
                   ? 0
                   : run_usage(
                         "--protocol takes req, rep, pub, sub, ... as it is in the greeting, not",
                         arg);
    case OPT_BEHAVIOUR:
        if (one_of(arg, behaviours) < 0)
            return run_usage("--behaviour takes echo, answer, drain, source or none, not", arg);
        o->behaviour = arg;
        return 0;
    case OPT_TRIGGER:
        o->trigger = arg;
        return 0;
    case OPT_RESTART:
        o->restart = arg;
        return 0;
    default: /* any number of the table */
        return NOT_HERE;
    }
}

static int take_selection(struct run_options *o, int option, const char *arg)
{
    static const char *const cuts[] = { "whole", "octets", "coalesced", "every-split", NULL };
    long long n = 0, m = 0;
    int k = 0;
    switch (option) {
    case OPT_FILTER:
        if (o->filter_count == FILTERS_MAX)
            return run_usage("more than 64 filters; a glob can stand for several", arg);
        o->filters[o->filter_count++] = arg;
        return 0;
    case OPT_TRANSPORT:
        return transports(arg, &o->transports)
                   ? 0
                   : run_usage("--transport takes tcp,ipc,tcp6,ws,wss,tls,inproc, not", arg);
    case OPT_SLOW:
        o->slow = true;
        return 0;
    case OPT_GENTLE:
        o->gentle = true;
        return 0;
    case OPT_SHARD:
        if (sscanf(arg, "%lld/%lld%n", &n, &m, &k) != 2 || arg[k] || n < 1 || m < n || m > 100000)
            return run_usage("--shard takes I/N with 1 <= I <= N, not", arg);
        o->shard = (unsigned)n;
        o->shards = (unsigned)m;
        return 0;
    case OPT_REPEAT:
        if (!parse_number(arg, 1, 100000, &n))
            return run_usage("--repeat takes a number, not", arg);
        o->repeat = (unsigned)n;
        return 0;
    case OPT_SHUFFLE:
        o->shuffle = true;
        return 0;
    case OPT_SEGMENTATION:
        if ((k = one_of(arg, cuts)) < 0)
            return run_usage("--segmentation takes whole, octets, coalesced or every-split, not",
                             arg);
        o->every_split = k == 3;
        o->segmentation = k == 3 ? SEGMENT_WHOLE : (enum segmentation)k;
        return 0;
    default: /* any number of the table */
        return NOT_HERE;
    }
}

static int take_judging(struct run_options *o, int option, const char *arg, bool *expect_none)
{
    static const char *const profiles[] = { "interop", "draft", "strict", NULL };
    long long n = 0;
    int k;
    switch (option) {
    case OPT_PROFILE:
        if ((k = one_of(arg, profiles)) < 0)
            return run_usage("--profile takes draft, interop or strict, not", arg);
        o->profile = (enum profile)k;
        return 0;
    case OPT_EXPECT:
        *expect_none = strcmp(arg, "none") == 0;
        o->expect = *expect_none ? NULL : arg;
        return 0;
    case OPT_UPDATE:
        o->update_expectations = true;
        return 0;
    case OPT_PATIENCE:
        if (!parse_number(arg, 10, 3600000, &n))
            return run_usage("--patience takes milliseconds, 10 or more, not", arg);
        o->patience = n;
        return 0;
    case OPT_JOBS:
        if (!parse_number(arg, 1, 250, &n))
            return run_usage("--jobs takes 1 to 250, not", arg);
        o->jobs = (unsigned)n;
        return 0;
    case OPT_SEED:
        if (!parse_number(arg, 0, INT64_MAX, &n))
            return run_usage("--seed takes a number, not", arg);
        o->seed = (uint64_t)n;
        return 0;
    default: /* any number of the table */
        return NOT_HERE;
    }
}

static int take_reporting(struct run_options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_REPORT:
        if (o->report_count == REPORTS_MAX)
            return run_usage("more than 16 reports", arg);
        if (!strchr(arg, '='))
            return run_usage("--report takes KIND=FILE, not", arg);
        o->reports[o->report_count++] = arg;
        return 0;
    case OPT_OUT:
        o->out = arg;
        return 0;
    case OPT_TRACE:
        if (strcmp(arg, "all") != 0 && strcmp(arg, "failed") != 0)
            return run_usage("--trace takes failed or all, not", arg);
        o->trace_all = strcmp(arg, "all") == 0;
        return 0;
    case OPT_VERBOSE:
        o->verbose = true;
        return 0;
    default: /* any number of the table */
        return NOT_HERE;
    }
}

static int take(struct run_options *o, int option, const char *arg, bool *expect_none)
{
    int status = take_target(o, option, arg);
    if (status == NOT_HERE)
        status = take_service(o, option, arg);
    if (status == NOT_HERE)
        status = take_selection(o, option, arg);
    if (status == NOT_HERE)
        status = take_judging(o, option, arg, expect_none);
    return status == NOT_HERE ? take_reporting(o, option, arg) : status;
}

int run_options_take(struct run_options *o, struct run_words *given, int argc, char **argv)
{
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (c == OPT_HELP) {
            given->help = true;
            return 0;
        }
        if (c == '?')
            return run_usage("no such option; --help shows them all", argv[optind - 1]);
        if (c == ':')
            return run_usage("a value must follow", argv[optind - 1]);
        given->targets += c == OPT_IUT || c == OPT_PEER || c == OPT_REFERENCE || c == OPT_CONNECT ||
                          c == OPT_LISTEN || c == OPT_ATTACH || c == OPT_MUTANT;
        given->seeded |= c == OPT_SEED;
        int status = take(o, c, optarg, &given->expect_none);
        if (status)
            return status;
    }
    return optind < argc ? run_usage("what is this argument for", argv[optind]) : 0;
}
