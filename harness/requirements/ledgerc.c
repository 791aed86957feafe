/* ledgerc OUT.c ROOT TABLE... -- turns the tables of requirements into the array of ledger.h,
 * sorted by id.  Refuses what does not hold up, naming FILE:LINE; paths are shown below ROOT. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, LEVEL, SOURCE, OBSERVED, SEEN, STATEMENT, REASON, COLUMNS };

struct row {
    char *field[COLUMNS];
    const char *file;
    int line;
};

static struct row *rows;
static size_t row_count;
static bool broken;

static const struct {
    const char *text, *name;
} levels[] = {
    { "MUST", "LEVEL_MUST" },
    { "DEFACTO", "LEVEL_DEFACTO" },
    { "SHOULD", "LEVEL_SHOULD" },
    { "MAY", "LEVEL_MAY" },
};

static void complain(const char *file, int line, const char *what, const char *about)
{
    fprintf(stderr, "%s:%d: %s%s%s\n", file, line, what, *about ? ": " : "", about);
    broken = true;
}

static const char *level_constant(const char *text)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (strcmp(levels[i].text, text) == 0)
            return levels[i].name;
    return NULL;
}

/* AA-BBB-000 and an optional small letter: case functions cite ids separated by spaces. */
static bool id_is_well_formed(const char *id)
{
    size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    if (id[n] >= 'a' && id[n] <= 'z')
        n++;
    return n >= 5 && id[n] == '\0' && strchr(id, '-');
}

static bool names_are_known(char *seen)
{
    static const char *const known[] = { "nanomsg", "nng", "mangos", "libzmq" };
    char copy[256];
    snprintf(copy, sizeof(copy), "%s", seen);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        bool found = false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strcmp(known[i], word) == 0;
        if (!found)
            return false;
    }
    return true;
}

static void check_row(const struct row *r)
{
    if (!id_is_well_formed(r->field[ID]))
        complain(r->file, r->line, "malformed id", r->field[ID]);
    if (!level_constant(r->field[LEVEL]))
        complain(r->file, r->line, "unknown level", r->field[LEVEL]);
    if (!*r->field[SOURCE])
        complain(r->file, r->line, "no source clause", r->field[ID]);
    if (strcmp(r->field[OBSERVED], "wire") != 0 && strcmp(r->field[OBSERVED], "driven") != 0)
        complain(r->file, r->line, "observed is neither wire nor driven", r->field[OBSERVED]);
    if (!names_are_known(r->field[SEEN]))
        complain(r->file, r->line, "seen names an unknown implementation", r->field[SEEN]);
    size_t n = strlen(r->field[STATEMENT]);
    if (n == 0 || r->field[STATEMENT][n - 1] != '.')
        complain(r->file, r->line, "the statement is no sentence", r->field[STATEMENT]);
}

static void add_row(const char *file, int line, const char *text)
{
    struct row r = { .file = file, .line = line };
    char *copy = strdup(text);
    int n = 0;
    for (char *at = copy; at; n++) {
        char *tab = strchr(at, '\t');
        if (tab)
            *tab++ = '\0';
        if (n < COLUMNS)
            r.field[n] = strcmp(at, "-") == 0 ? strdup("") : at;
        at = tab;
    }
    if (n != COLUMNS) {
        char count[64];
        snprintf(count, sizeof(count), "%d, not %d", n, COLUMNS);
        complain(file, line, "wrong number of columns", count);
        return;
    }
    check_row(&r);
    struct row *more = realloc(rows, (row_count + 1) * sizeof(*rows));
    if (!more)
        abort();
    rows = more;
    rows[row_count++] = r;
}

static void read_table(const char *path, const char *shown)
{
    FILE *in = fopen(path, "r");
    if (!in) {
        perror(path);
        broken = true;
        return;
    }
    char *text = NULL;
    size_t cap = 0;
    ssize_t n;
    for (int line = 1; (n = getline(&text, &cap, in)) >= 0; line++) {
        if (n > 0 && text[n - 1] == '\n')
            text[n - 1] = '\0';
        if (line == 1) {
            if (strcmp(text, "id\tlevel\tsource\tobserved\tseen\tstatement\treason") != 0)
                complain(shown, line, "the header is not the one expected", "");
        } else if (*text != '\0' && *text != '#') {
            add_row(shown, line, text);
        }
    }
    free(text);
    fclose(in);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->field[ID], ((const struct row *)b)->field[ID]);
}

static void refuse_duplicates(void)
{
    for (size_t i = 1; i < row_count; i++) {
        if (strcmp(rows[i - 1].field[ID], rows[i].field[ID]) != 0)
            continue;
        char where[512];
        snprintf(where, sizeof(where), "%s, also at %s:%d", rows[i].field[ID], rows[i - 1].file,
                 rows[i - 1].line);
        complain(rows[i].file, rows[i].line, "duplicate id", where);
    }
}

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\' || *p == '?')
            fputc('\\', out);
        fputc(*p, out);
    }
    fputc('"', out);
}

static void put_rows(FILE *out)
{
    fputs("/* Made by ledgerc from the tables in harness/requirements. */\n"
          "#include \"core/ledger.h\"\n\n"
          "const struct requirement requirements[] = {\n",
          out);
    for (size_t i = 0; i < row_count; i++) {
        const struct row *r = &rows[i];
        fputs("    { ", out);
        put_string(out, r->field[ID]);
        fprintf(out, ", %s", level_constant(r->field[LEVEL]));
        for (int c = SOURCE; c < COLUMNS; c++) {
            fputs(", ", out);
            put_string(out, r->field[c]);
        }
        fputs(", ", out);
        put_string(out, r->file);
        fprintf(out, ", %d },\n", r->line);
    }
    fputs("};\nconst size_t requirement_count = sizeof(requirements) / sizeof(requirements[0]);\n",
          out);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: ledgerc OUT.c ROOT TABLE...\n");
        return 2;
    }
    size_t root = strlen(argv[2]);
    for (int i = 3; i < argc; i++) {
        bool below = strncmp(argv[i], argv[2], root) == 0 && argv[i][root] == '/';
        read_table(argv[i], below ? argv[i] + root + 1 : argv[i]);
    }
    if (row_count > 0)
        qsort(rows, row_count, sizeof(*rows), by_id);
    refuse_duplicates();
    if (broken)
        return 1;
    if (row_count == 0) {
        fprintf(stderr, "ledgerc: no rows at all\n");
        return 1;
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    put_rows(out);
    if (fclose(out) != 0) {
        perror(argv[1]);
        remove(argv[1]);
        return 1;
    }
    return 0;
}
