/* expectation_parse.c -- one line of a list of expectations, read and written. */
#include "core/expectation_list.h"
#include "report/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool expectation_verdict(enum verdict v)
{
    return v == V_FAIL || v == V_WARN || v == V_CRASH || v == V_HANG;
}

void expectation_clear(struct expectation *x)
{
    free(x->glob);
    free(x->message);
    free(x->reason);
    *x = (struct expectation){ 0 };
}

static enum parsed wrong(struct buf *why, const char *what, const char *word, size_t n)
{
    char *raw = strndup(word, n), *clean = raw ? text_made(raw, TEXT_LINE) : NULL;
    buf_printf(why, "%s%s%s", what, n ? ": " : "", clean ? clean : "");
    free(clean);
    free(raw);
    return PARSED_WRONG;
}

static const char *skip_space(const char *s)
{
    return s + strspn(s, " \t\r");
}

/* glob(N) */
static bool parse_limit(const char *word, size_t n, unsigned *limit)
{
    char *end;
    if (n < 7 || strncmp(word, "glob(", 5) != 0 || word[5] < '0' || word[5] > '9')
        return false;
    errno = 0;
    unsigned long value = strtoul(word + 5, &end, 10);
    *limit = (unsigned)value;
    return end == word + n - 1 && *end == ')' && errno == 0 && value > 0 && value <= 1000000;
}

/* The text after the opening quotation mark; NULL: it does not end. */
static const char *parse_message(const char *s, char *out)
{
    for (; *s && *s != '"'; s++) {
        if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
            s++;
        *out++ = *s;
    }
    *out = '\0';
    return *s ? s + 1 : NULL;
}

static enum parsed parse_words(const char **at, struct expectation *x, struct buf *why)
{
    bool has_verdict = false;
    const char *s = *at;
    while (*s && *s != '"' && *s != '#') {
        size_t n = strcspn(s, " \t\r\"");
        char word[12] = "";
        if (n < sizeof word)
            memcpy(word, s, n);
        if (strncmp(s, "glob(", 5) == 0) {
            if (x->limit || !parse_limit(s, n, &x->limit))
                return wrong(why, "want glob(N), once, N from 1", s, n);
        } else if (!x->glob) {
            x->glob = strndup(s, n);
        } else if (strcmp(word, "sometimes") == 0 && has_verdict) {
            x->sometimes = true;
        } else if (has_verdict) {
            return wrong(why, "want \"message prefix\" after the verdict, not", s, n);
        } else {
            if (!verdict_parse(word, &x->verdict) || !expectation_verdict(x->verdict))
                return wrong(why, "want the verdict FAIL, WARN, CRASH or HANG, not", s, n);
            has_verdict = true;
        }
        s = skip_space(s + n);
    }
    if (!x->glob || !has_verdict)
        return wrong(why, "want GLOB VERDICT \"message prefix\" # why", "", 0);
    *at = s;
    return PARSED_ENTRY;
}

enum parsed expectation_parse(const char *line, struct expectation *x, struct buf *why)
{
    *x = (struct expectation){ 0 };
    const char *s = skip_space(line);
    if (!*s || *s == '#')
        return PARSED_NOTHING;
    for (const char *c = s; *c; c++) {
        if ((unsigned char)*c < 0x20 && *c != '\t' && (*c != '\r' || c[1]))
            return wrong(why, "control characters, no text", "", 0);
    }
    enum parsed words = parse_words(&s, x, why);
    if (words != PARSED_ENTRY)
        return words;
    if (*s != '"')
        return wrong(why, "want \"message prefix\" after the verdict", "", 0);
    x->message = malloc(strlen(s));
    s = x->message ? parse_message(s + 1, x->message) : NULL;
    if (!s)
        return wrong(why, "the quotation mark is not closed", "", 0);
    if (!*x->message)
        return wrong(why, "an empty message: say how it fails, or any other failure would do", "",
                     0);
    s = skip_space(s);
    if (*s && *s != '#')
        return wrong(why, "want # why after the message, not", s, strcspn(s, " \t"));
    s = skip_space(s + (*s == '#'));
    if (!*s)
        return wrong(why, "no reason: want # why, and the source that shows it", "", 0);
    x->reason = strdup(s);
    if (!x->reason)
        return wrong(why, "out of memory", "", 0);
    size_t n = strlen(x->reason);
    while (n && strchr(" \t\r", x->reason[n - 1]))
        x->reason[--n] = '\0';
    return PARSED_ENTRY;
}

void expectation_write(const struct expectation *x, struct buf *out)
{
    buf_printf(out, "%s", x->glob);
    if (x->limit)
        buf_printf(out, "  glob(%u)", x->limit);
    buf_printf(out, "  %s%s \"", verdict_name(x->verdict), x->sometimes ? " sometimes" : "");
    for (const char *s = x->message; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_u8(out, '\\');
        buf_u8(out, (uint8_t)*s);
    }
    buf_printf(out, "\"  # %s", x->reason);
}
