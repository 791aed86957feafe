/* cmd_run.c -- `spconform run`: the command line of a run. */
#include "core/commands.h"
#include "core/options.h"
#include "core/run.h"
#include "net/url.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, SEED = 1 };

static const char help[] =
    "usage: spconform run TARGET [OPTION]...\n"
    "Judges an implementation of the Scalability Protocols.\n"
    "\n"
    "Target, one of\n"
    "  --iut CMD              an adapter: a program that speaks the adapter protocol\n"
    "  --peer NAME            interop/adapters/NAME with interop/expect/NAME.txt (nanomsg, nng, "
    "...)\n"
    "  --reference            the reference implementation, in process, in simulated time\n"
    "  --connect URL --protocol P   a running service of protocol P that listens at URL\n"
    "  --listen URL --protocol P    a running service of protocol P that dials URL\n"
    "  --attach HOST:PORT     wait there for an adapter that somebody runs under a debugger\n"
    "\n"
    "What to run\n"
    "  --filter GLOB          cases or instances by name; may be repeated\n"
    "  --transport LIST       tcp,ipc,tcp6,inproc\n"
    "  --slow                 also cases whose floor is over 2 s of real time; against the\n"
    "                         reference, in simulated time, they always run\n"
    "  --gentle               leave out what may kill a fragile target\n"
    "  --shard I/N            the I-th of N parts\n"
    "  --repeat N             all of it N times; a verdict that changes is an error\n"
    "  --shuffle              in random order (see --seed)\n"
    "  --segmentation whole|octets|coalesced|every-split   how our octets are cut\n"
    "\n"
    "How to judge\n"
    "  --profile draft|interop|strict   default interop\n"
    "  --expect FILE|none     known failures of this target\n"
    "  --update-expectations  rewrite that file after a complete run\n"
    "  --patience MS          per expect, default 2000\n"
    "  --jobs N               adapters at once, default 8\n"
    "  --seed N               what is random in cases; printed with the summary\n"
    "\n"
    "What to report\n"
    "  --report KIND=FILE     junit, tap, jsonl, github, html; FILE - is standard output; may be "
    "repeated\n"
    "  --out DIR              traces of failures go to DIR/traces\n"
    "  --trace failed|all     which traces; default failed\n"
    "  --verbose              a line for every instance\n"
    "\n"
    "Exit status: 0 conformant, or as expected; 1 not; 2 usage or an error of the harness.\n"
    "\n"
    "Examples\n"
    "  spconform run --peer nanomsg\n"
    "  spconform run --iut './my-adapter' --filter 'req_*' --report junit=report.xml\n"
    "  spconform run --connect tcp://127.0.0.1:5555 --protocol rep\n";

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

static int wrong(const char *what, const char *which)
{
    fprintf(stderr, "spconform run: %s: %s\n", what, which);
    return 2;
}

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
    } known[] = {
        { "tcp", TCP }, { "ipc", IPC }, { "tcp6", TCP6_DIALS | TCP6_LISTENS }, { "inproc", INPROC }
    };
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ","), i = 0;
        for (; i < 4; i++)
            if (strlen(known[i].name) == n && memcmp(known[i].name, at, n) == 0)
                break;
        if (i == 4)
            return false;
        *out |= known[i].bits;
        at += n + (at[n] == ',');
    }
    return *out != 0;
}

/* A folder of interop/: beside the build for a checkout, else where it was installed. */
static bool find_beside(const char *relative, char *path, size_t cap)
{
    char self[1024];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    for (char *slash; (slash = strrchr(self, '/')) != NULL;) {
        *slash = '\0';
        int k = snprintf(path, cap, "%s/%s", self, relative);
        if (k > 0 && (size_t)k < cap && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static int take_peer(struct run_options *o, const char *name, bool expect_none)
{
    static char expect[1200];
    char relative[160], path[1200];
    if (strchr(name, '/') || strlen(name) > 60)
        return wrong("--peer takes a name such as nanomsg, not", name);
    o->peer = name;
    o->target = TARGET_COMMAND;
    snprintf(relative, sizeof relative, "interop/adapters/%s", name);
    if (strcmp(name, "reference") == 0) {
        if (!find_beside("spconform", path, sizeof path) &&
            !find_beside("harness/spconform", path, sizeof path))
            return wrong("the program cannot find itself", name);
        snprintf(o->command, sizeof o->command, "'%s' adapter", path);
    } else if (find_beside(relative, path, sizeof path)) {
        snprintf(o->command, sizeof o->command, "'%s'", path);
    } else {
        snprintf(relative, sizeof relative, "interop/adapters/%s.py", name);
        if (!find_beside(relative, path, sizeof path))
            return wrong("no adapter of this name was built or installed", name);
        snprintf(o->command, sizeof o->command, "python3 '%s'", path);
    }
    snprintf(relative, sizeof relative, "interop/expect/%s.txt", name);
    if (!o->expect && !expect_none && find_beside(relative, expect, sizeof expect))
        o->expect = expect;
    return 0;
}

enum { NOT_HERE = -1 }; /* the option belongs to another of these */

static int take_target(struct run_options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_IUT:
        o->target = TARGET_COMMAND;
        if (strlen(arg) >= sizeof o->command)
            return wrong("--iut takes a command of up to 4,095 octets, not", arg);
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
        return o->mutant ? 0 : wrong("no such mutant; `spconform mutants --list` shows them", arg);
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
                   : wrong("--protocol takes req, rep, pub, sub, ... as it is in the greeting, not",
                           arg);
    case OPT_BEHAVIOUR:
        if (one_of(arg, behaviours) < 0)
            return wrong("--behaviour takes echo, answer, drain, source or none, not", arg);
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
            return wrong("more than 64 filters; a glob can stand for several", arg);
        o->filters[o->filter_count++] = arg;
        return 0;
    case OPT_TRANSPORT:
        return transports(arg, &o->transports)
                   ? 0
                   : wrong("--transport takes tcp,ipc,tcp6,inproc, not", arg);
    case OPT_SLOW:
        o->slow = true;
        return 0;
    case OPT_GENTLE:
        o->gentle = true;
        return 0;
    case OPT_SHARD:
        if (sscanf(arg, "%lld/%lld%n", &n, &m, &k) != 2 || arg[k] || n < 1 || m < n || m > 100000)
            return wrong("--shard takes I/N with 1 <= I <= N, not", arg);
        o->shard = (unsigned)n;
        o->shards = (unsigned)m;
        return 0;
    case OPT_REPEAT:
        if (!parse_number(arg, 1, 100000, &n))
            return wrong("--repeat takes a number, not", arg);
        o->repeat = (unsigned)n;
        return 0;
    case OPT_SHUFFLE:
        o->shuffle = true;
        return 0;
    case OPT_SEGMENTATION:
        if ((k = one_of(arg, cuts)) < 0)
            return wrong("--segmentation takes whole, octets, coalesced or every-split, not", arg);
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
            return wrong("--profile takes draft, interop or strict, not", arg);
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
            return wrong("--patience takes milliseconds, 10 or more, not", arg);
        o->patience = n;
        return 0;
    case OPT_JOBS:
        if (!parse_number(arg, 1, 250, &n))
            return wrong("--jobs takes 1 to 250, not", arg);
        o->jobs = (unsigned)n;
        return 0;
    case OPT_SEED:
        if (!parse_number(arg, 0, INT64_MAX, &n))
            return wrong("--seed takes a number, not", arg);
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
            return wrong("more than 16 reports", arg);
        if (!strchr(arg, '='))
            return wrong("--report takes KIND=FILE, not", arg);
        o->reports[o->report_count++] = arg;
        return 0;
    case OPT_OUT:
        o->out = arg;
        return 0;
    case OPT_TRACE:
        if (strcmp(arg, "all") != 0 && strcmp(arg, "failed") != 0)
            return wrong("--trace takes failed or all, not", arg);
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

static int make_out(const char *dir)
{
    char path[1200];
    if (snprintf(path, sizeof path, "%s/traces", dir) >= (int)sizeof path)
        return wrong("--out: the path is too long", dir);
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char was = *p;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return wrong(strerror(errno), path);
        *p = was;
        if (!was)
            return 0;
    }
}

/* Options that say nothing of this target would be ignored in silence. */
static int check_black_box(const struct run_options *o, bool black_box)
{
    struct url url;
    const char *idle = o->protocol    ? "--protocol"
                       : o->behaviour ? "--behaviour"
                       : o->trigger   ? "--trigger"
                       : o->restart   ? "--restart"
                                      : NULL;
    if (!black_box)
        return idle ? wrong("only for a running service, with --connect or --listen", idle) : 0;
    if (!o->protocol)
        return fputs("spconform run: --connect and --listen need --protocol, the protocol of the "
                     "service\n",
                     stderr),
               2;
    if (url_parse(o->url, &url) != E_OK || url.scheme == URL_INPROC)
        return wrong("an address is tcp://HOST:PORT or ipc://PATH, not", o->url);
    if (o->trigger && o->target == TARGET_CONNECT)
        return wrong("only for a service that dials, with --listen", "--trigger");
    if (o->restart && o->target == TARGET_LISTEN)
        return wrong("only for a service that listens, with --connect", "--restart");
    return 0;
}

static int check_reports(const struct run_options *o)
{
    for (size_t i = 0; i < o->report_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(strchr(o->reports[i], '='), strchr(o->reports[k], '=')) == 0)
                return wrong("two reports in one file", strchr(o->reports[i], '=') + 1);
    return 0;
}

static int check_options(struct run_options *o, unsigned targets)
{
    if (targets > 1)
        return fputs("spconform run: one target a run: --iut, --peer, --reference, --connect, "
                     "--listen, --attach or --mutant\n",
                     stderr),
               2;
    if (targets == 0)
        return fputs("spconform run: name a target, e.g. --peer nanomsg or --iut './my-adapter'; "
                     "--help shows all\n",
                     stderr),
               2;
    bool black_box = o->target == TARGET_CONNECT || o->target == TARGET_LISTEN;
    int status = check_black_box(o, black_box);
    if (status == 0)
        status = check_reports(o);
    if (status)
        return status;
    if ((black_box || o->target == TARGET_ATTACH) && o->jobs > 1)
        return wrong("only one case at a time can meet this target", "--jobs");
    if (o->update_expectations && !o->expect)
        return fputs("spconform run: --update-expectations needs a file: --expect FILE\n", stderr),
               2;
    return o->out ? make_out(o->out) : 0;
}

/* One word of a shell's command line. */
static void say_word(struct buf *out, const char *text)
{
    buf_put(out, " '", 2);
    for (; *text; text++) {
        if (*text == '\'')
            buf_put(out, "'\\'", 3);
        buf_u8(out, (uint8_t)*text);
    }
    buf_u8(out, '\'');
}

static void say_option(struct buf *out, const char *option, const char *setting)
{
    if (!setting)
        return;
    buf_printf(out, " %s", option);
    say_word(out, setting);
}

static void say_target(struct buf *out, const struct run_options *o)
{
    if (o->mutant)
        buf_printf(out, " --mutant %s", o->mutant->name);
    else if (o->target == TARGET_REFERENCE)
        buf_printf(out, " --reference");
    else if (o->peer)
        buf_printf(out, " --peer %s", o->peer);
    else if (o->target == TARGET_COMMAND)
        say_option(out, "--iut", o->command);
    else if (o->target == TARGET_ATTACH)
        buf_printf(out, " --attach %s", o->url);
    else
        buf_printf(out, " %s %s --protocol %s",
                   o->target == TARGET_CONNECT ? "--connect" : "--listen", o->url, o->protocol);
}

/* All that decides whether an instance runs, and how. */
static void say_again(struct run_options *o)
{
    static const char *const cuts[] = { NULL, "octets", "coalesced", NULL };
    static const char *const profiles[] = { NULL, "draft", "strict" };
    struct buf out = { 0 };
    buf_printf(&out, "spconform run");
    say_target(&out, o);
    say_option(&out, "--segmentation", o->every_split ? "every-split" : cuts[o->segmentation]);
    say_option(&out, "--profile", profiles[o->profile]);
    say_option(&out, "--behaviour", o->behaviour);
    say_option(&out, "--trigger", o->trigger);
    say_option(&out, "--restart", o->restart);
    if (o->slow)
        buf_printf(&out, " --slow");
    if (o->patience != PATIENCE_MS || o->seed != SEED)
        buf_printf(&out, " --patience %lld --seed %llu", (long long)o->patience,
                   (unsigned long long)o->seed);
    const char *text = buf_text(&out);
    snprintf(o->again, sizeof o->again, "%s", text ? text : "spconform run");
    buf_free(&out);
}

int cmd_run(int argc, char **argv)
{
    static struct run_options o;
    o = (struct run_options){ .patience = PATIENCE_MS, .repeat = 1 };
    bool expect_none = false, seeded = false;
    unsigned targets = 0;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (c == OPT_HELP)
            return fputs(help, stdout) < 0 ? 2 : 0;
        if (c == '?')
            return wrong("no such option; --help shows them all", argv[optind - 1]);
        if (c == ':')
            return wrong("a value must follow", argv[optind - 1]);
        targets += c == OPT_IUT || c == OPT_PEER || c == OPT_REFERENCE || c == OPT_CONNECT ||
                   c == OPT_LISTEN || c == OPT_ATTACH || c == OPT_MUTANT;
        seeded |= c == OPT_SEED;
        int status = take(&o, c, optarg, &expect_none);
        if (status)
            return status;
    }
    if (optind < argc)
        return wrong("what is this argument for", argv[optind]);
    int status = o.peer && targets == 1 ? take_peer(&o, o.peer, expect_none) : 0;
    if (status == 0)
        status = check_options(&o, targets);
    if (status)
        return status;
    if (!seeded)
        o.seed = o.shuffle ? (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20 : SEED;
    if (o.shuffle)
        fprintf(stderr, "spconform: --shuffle --seed %llu\n", (unsigned long long)o.seed);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max &&
        files.rlim_cur >= 1024) {
        files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    say_again(&o);
    return run_suite(&o);
}
