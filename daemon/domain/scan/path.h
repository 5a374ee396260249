/* daemon/domain/scan/path.h: what a file's path says of the model ids inside: is it the team's own
 * code, and in which language is it written? */
#ifndef BW_DOMAIN_SCAN_PATH_H
#define BW_DOMAIN_SCAN_PATH_H
#include <stdbool.h>
#include <stddef.h>

enum bw_scan_place {
    BW_SCAN_CODE, /* code or configuration of the team */
    BW_SCAN_DOC,
    BW_SCAN_FIXTURE, /* tests, and data that was recorded */
    BW_SCAN_LOCK,
    BW_SCAN_VENDORED,
    BW_SCAN_GENERATED,
    BW_SCAN_HISTORY, /* migrations: what was done, not what is */
    BW_SCAN_LIST,    /* a catalog or price list */
};

enum bw_scan_language {
    BW_LANG_C, /* and all that has its comments and braces */
    BW_LANG_PYTHON,
    BW_LANG_SCRIPT, /* JavaScript, TypeScript */
    BW_LANG_YAML,
    BW_LANG_JSON,
    BW_LANG_SETTINGS, /* lines of KEY = value: TOML, .env, INI, properties */
    BW_LANG_SHELL,    /* and Dockerfile, Makefile */
    BW_LANG_TERRAFORM,
    BW_LANG_SQL,
    BW_LANG_MARKUP, /* HTML, XML */
    BW_LANG_HASH,   /* Ruby, Perl, R, Elixir: `#` comments, braces */
    BW_LANG_TEXT,
};

struct bw_scan_syntax {
    enum bw_scan_language language;
    const char *comment;  /* begins a comment that ends with the line; NULL: none */
    bool block_comments;  /* slash and star */
    bool markup_comments; /* <!-- --> */
    bool triple_quotes;
    bool backticks;  /* quote, over lines */
    bool characters; /* apostrophes hold one character, or begin a lifetime */
    bool lines;      /* a line is a statement, a comma outside brackets is nothing */
    bool indented;   /* indentation nests */
    bool notebook;   /* the code stands in the strings of a JSON document */
};

/* path is relative to the top of the tree, with slashes. */
enum bw_scan_place bw_scan_place_of(const char *path);
const struct bw_scan_syntax *bw_scan_syntax_of(const char *path);

/* Does the beginning of the text say that a program wrote the file? */
bool bw_scan_says_generated(const char *text, size_t size);
#endif
