/* run_again.c -- the command that runs an instance again under the same conditions. */
#include "core/run_options.h"
#include <stdio.h>

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
void run_options_say(struct run_options *o, bool expect_none)
{
    static const char *const cuts[] = { NULL, "octets", "coalesced", NULL };
    static const char *const profiles[] = { NULL, "draft", "strict" };
    struct buf out = { 0 };
    buf_printf(&out, "spconform run");
    say_target(&out, o);
    if (o->peer && expect_none) /* else the peer brings its list */
        buf_printf(&out, " --expect none");
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
