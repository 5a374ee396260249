/* daemon/cli/tree.c: see tree.h. Ignore rules speak of paths from the top of the work tree, visits
 * of paths from the folder named: `path` is the former, `path + below` the latter. */
#include "cli/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/ignore.h"
#include "cli/text.h"

enum { BINARY_PROBE = 8000, IGNORE_BYTES_MAX = 1024 * 1024 };

struct walk {
    struct bw_ignore ignore;
    struct bw_str path; /* from the top of the work tree */
    char *top;          /* folder that `path` begins in, with a slash */
    size_t below;       /* bytes of `path` before the folder named */
    size_t max_bytes;
    bw_tree_visit *visit;
    void *context;
    struct bw_tree_counts *counts;
};

static enum bw_err find_top(struct walk *walk, const char *folder, struct bw_error *err);
static void walk_folder(struct walk *walk, unsigned depth);

static void walk_clear(struct walk *walk)
{
    bw_ignore_clear(&walk->ignore);
    bw_str_clear(&walk->path);
    free(walk->top);
}

enum bw_err bw_tree_walk(const char *folder, size_t max_bytes, bw_tree_visit *visit, void *context,
                         struct bw_tree_counts *counts, struct bw_error *err)
{
    BW_CLEANUP(walk_clear)
    struct walk walk = {
        .max_bytes = max_bytes, .visit = visit, .context = context, .counts = counts
    };
    enum bw_err rc = find_top(&walk, folder, err);
    if (rc == BW_OK) {
        walk_folder(&walk, 0);
    }
    return rc;
}

static char *full_path(const struct walk *walk)
{
    return bw_xasprintf("%s%s", walk->top, walk->path.size > 0 ? walk->path.text : "");
}

static void cut(struct bw_str *path, size_t size)
{
    path->size = size;
    if (path->text != NULL) {
        path->text[size] = '\0';
    }
}

static void complain(const char *path, const char *why)
{
    BW_CLEANUP(bw_freep) char *line = bw_xasprintf("warning: %s: %s; passed over", path, why);
    bw_text_print(stderr, line);
}

/* ---- the top of the work tree ---- */

static void add_rules_of(struct walk *walk, const char *name)
{
    BW_CLEANUP(bw_freep) char *folder = full_path(walk);
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s%s", folder, name);
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    if (bw_file_read(path, IGNORE_BYTES_MAX, &text, &size, NULL) == BW_OK) {
        bw_ignore_add(&walk->ignore, walk->path.size, text);
    }
}

static bool has_git(const char *folder)
{
    BW_CLEANUP(bw_freep) char *git = bw_xasprintf("%s/.git", folder);
    return access(git, F_OK) == 0;
}

/* Bytes of the path of the nearest folder at or above full that has a .git; 0: none. */
static size_t top_size(const char *full)
{
    BW_CLEANUP(bw_freep) char *top = bw_xstrdup(full);
    for (char *slash = top + strlen(top); slash != NULL && slash != top;
         slash = strrchr(top, '/')) {
        *slash = '\0';
        if (has_git(top)) {
            return strlen(top);
        }
    }
    return 0;
}

/* The rules of the folders between the top and the one that is named. */
static void add_rules_above(struct walk *walk, const char *way)
{
    add_rules_of(walk, ".git/info/exclude");
    while (*way != '\0') {
        size_t size = strcspn(way, "/");
        add_rules_of(walk, ".gitignore");
        bw_str_append_bytes(&walk->path, way, size);
        bw_str_append(&walk->path, "/");
        way += size + (way[size] == '/' ? 1 : 0);
    }
}

static enum bw_err find_top(struct walk *walk, const char *folder, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *full = realpath(folder, NULL);
    struct stat st = { 0 };
    if (full == NULL || stat(full, &st) != 0) {
        return bw_fail(err, BW_ERR_IO, "%.200s: %s", folder, strerror(errno));
    }
    if (!S_ISDIR(st.st_mode)) {
        return bw_fail(err, BW_ERR_IO, "%.200s: not a folder", folder);
    }
    if (access(full, R_OK | X_OK) != 0) {
        return bw_fail(err, BW_ERR_IO, "%.200s: %s", folder, strerror(errno));
    }
    size_t size = top_size(full);
    bool inside = size > 0;
    walk->top = bw_xasprintf("%.*s/", inside ? (int)size : (int)strlen(full), full);
    bw_str_append(&walk->path, "");
    if (inside) {
        add_rules_above(walk, full[size] == '\0' ? "" : full + size + 1);
    }
    walk->below = walk->path.size;
    return BW_OK;
}

/* ---- walking ---- */

static void visit_file(struct walk *walk, const char *full, const struct stat *st)
{
    if (st->st_size > (off_t)walk->max_bytes) {
        walk->counts->skipped++;
        return;
    }
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    struct bw_error err = { 0 };
    if (bw_file_read(full, walk->max_bytes, &text, &size, &err) != BW_OK) {
        complain(walk->path.text + walk->below, err.text);
        return;
    }
    if (memchr(text, '\0', size < BINARY_PROBE ? size : BINARY_PROBE) != NULL) {
        walk->counts->skipped++;
        return;
    }
    walk->counts->files++;
    walk->counts->bytes += size;
    walk->visit(walk->context, walk->path.text + walk->below, text, size);
}

static void visit_entry(struct walk *walk, const char *name, unsigned depth)
{
    size_t before = walk->path.size;
    bw_str_append(&walk->path, name);
    BW_CLEANUP(bw_freep) char *full = full_path(walk);
    struct stat st = { 0 };
    if (lstat(full, &st) != 0) {
        complain(walk->path.text + walk->below, strerror(errno));
    } else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
        bool folder = S_ISDIR(st.st_mode);
        if (bw_ignore_leaves_out(&walk->ignore, walk->path.text, folder)) {
            cut(&walk->path, before);
            return;
        }
        if (folder) {
            bw_str_append(&walk->path, "/");
            walk_folder(walk, depth + 1);
        } else {
            visit_file(walk, full, &st);
        }
    }
    cut(&walk->path, before);
}

static int is_wanted(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
           strcmp(entry->d_name, ".git") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk_folder(struct walk *walk, unsigned depth)
{
    BW_CLEANUP(bw_freep) char *full = full_path(walk);
    if (depth > BW_TREE_DEPTH_MAX) {
        complain(walk->path.text + walk->below, "the folders are too deep");
        return;
    }
    struct dirent **entries = NULL;
    int count = scandir(full, &entries, is_wanted, by_name);
    if (count < 0) {
        complain(walk->path.text + walk->below, strerror(errno));
        return;
    }
    size_t rules = walk->ignore.count;
    add_rules_of(walk, ".gitignore");
    for (int i = 0; i < count; i++) {
        visit_entry(walk, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    bw_ignore_cut(&walk->ignore, rules);
}
