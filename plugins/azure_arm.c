/* plugins/azure_arm.c: the models of one Azure region by the management plane, page by page, and
 * what the accounts there have deployed. One model comes once per kind of account with the same
 * facts; the first of them counts. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "catalogs.h"
#include "sdk/list.h"
#include "sdk/row.h"

#define PROVIDER "/providers/Microsoft.CognitiveServices"
#define VERSION "?api-version=2024-10-01"

static const struct bw_plugin_setting SETTINGS[] = {
    { "deployments", "boolean",
      "find what is deployed, too; the source's url ends with /subscriptions/ID then" },
    { NULL, NULL, NULL },
};

static const struct bw_life_name LIVES[] = {
    { "Preview", BW_LIFE_PREVIEW },        { "GenerallyAvailable", BW_LIFE_ACTIVE },
    { "Stable", BW_LIFE_ACTIVE },          { "Deprecating", BW_LIFE_DEPRECATED },
    { "Deprecated", BW_LIFE_DEPRECATED },  { NULL, BW_LIFE_UNKNOWN },
};

static void read_capabilities(const struct bw_json *model, struct bw_entry *entry);
static void read_dates(const struct bw_json *ends, struct bw_entry *entry);

/* The id is the one of the data plane: NAME-VERSION ("gpt-4o-2024-08-06", "dall-e-3-3.0"). */
static enum bw_err emit_row(struct bw_plugin *plugin, const struct bw_json *row)
{
    const struct bw_json *model = bw_json_get(row, "model");
    const char *name = bw_row_id(plugin, model, "name");
    const char *version = name == NULL ? NULL : bw_row_id(plugin, model, "version");
    if (version == NULL) {
        return plugin->err.code;
    }
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = {
        .id = bw_xasprintf("%s-%s", name, version),
        .maker = bw_row_lower(model, "format"),
        .parent = bw_row_text(bw_json_get(model, "baseModel"), "name"),
        .released_ms = bw_row_time(bw_json_get(model, "systemData"), "createdAt"),
        .life = bw_life_of(LIVES, bw_json_text(bw_json_get(model, "lifecycleStatus"), "")),
    };
    read_capabilities(model, &entry);
    read_dates(bw_json_get(model, "deprecation"), &entry);
    return bw_emit_entry(plugin, &entry);
}

/* Values are texts ("true", "128000"); what is missing cannot be done. */
static void read_capabilities(const struct bw_json *model, struct bw_entry *entry)
{
    const struct bw_json *capabilities = bw_json_get(model, "capabilities");
    if (!bw_json_is_object(capabilities)) {
        return;
    }
    if (bw_row_true(capabilities, "embeddings")) {
        entry->output = BW_EMBEDDING;
    } else if (bw_row_true(capabilities, "imageGenerations")) {
        entry->output = BW_IMAGE;
    } else if (bw_row_true(capabilities, "chatCompletion") ||
               bw_row_true(capabilities, "completion")) {
        entry->output = BW_TEXT;
    }
    bool tuned = bw_json_is_object(bw_json_get(model, "finetuneCapabilities"));
    entry->context_tokens = bw_row_count(capabilities, "maxContextToken");
    entry->max_output_tokens = bw_row_count(capabilities, "maxOutputToken");
    entry->tunable = tuned || bw_row_true(capabilities, "fineTune") ? BW_YES : BW_NO;
}

static void read_dates(const struct bw_json *ends, struct bw_entry *entry)
{
    const char *status = bw_json_text(bw_json_get(ends, "deprecationStatus"), "");
    enum bw_certainty certainty =
        strcmp(status, "Tentative") == 0 ? BW_CERTAINTY_NOT_BEFORE : BW_CERTAINTY_FIRM;
    bw_entry_add_date(entry, BW_CLOCK_TRAINING, certainty, bw_row_time(ends, "fineTune"),
                      "deprecation.fineTune of the model list");
    bw_entry_add_date(entry, BW_CLOCK_INFERENCE, certainty, bw_row_time(ends, "inference"),
                      "deprecation.inference of the model list");
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    return bw_next_by_address(path, bw_json_text(bw_json_get(page, "nextLink"), NULL));
}

static bool of_subscription(const struct bw_plugin *plugin)
{
    return bw_row_true(plugin->source->settings, "deployments");
}

/* Else the source's url ends with .../locations/REGION. */
static enum bw_err catalog(struct bw_plugin *plugin)
{
    BW_CLEANUP(bw_freep) char *path =
        of_subscription(plugin)
            ? bw_xasprintf(PROVIDER "/locations/%s/models" VERSION, plugin->source->region)
            : bw_xstrdup("/models" VERSION);
    const struct bw_list list = {
        .request = { .path = path, .auth = BW_AUTH_BEARER, .repeatable = true },
        .rows = "value", .row = emit_row, .next = next
    };
    return bw_list_read(plugin, &list);
}

struct accounts {
    struct bw_names paths; /* of those in the source's region */
    size_t elsewhere;
};

/* "West Europe" is how people and some answers write westeurope. */
static bool same_region(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        a += strspn(a, " ");
        b += strspn(b, " ");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
            return false;
        }
        a += *a != '\0';
        b += *b != '\0';
    }
    return true;
}

static enum bw_err note_account(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct accounts *accounts = plugin->memory;
    const char *id = bw_row_id(plugin, row, "id");
    const char *path = id == NULL ? NULL : strcasestr(id, "/resourceGroups/");
    const char *location = bw_json_text(bw_json_get(row, "location"), "");
    bool here = same_region(location, plugin->source->region);
    accounts->elsewhere += path != NULL && !here;
    if (path != NULL && here && strpbrk(path, "?#% ") == NULL) {
        BW_VEC_PUSH(&accounts->paths, bw_xstrdup(path));
    }
    return plugin->err.code;
}

/* Found as ACCOUNT/DEPLOYMENT, for many accounts have a deployment of one name. A tuned model is
 * called BASE.ft-JOB there, any other by NAME-VERSION in the catalog. */
static enum bw_err find_deployment(struct bw_plugin *plugin, const struct bw_json *row)
{
    const char *name = bw_row_id(plugin, row, "name");
    if (name == NULL) {
        return plugin->err.code;
    }
    const char *account = plugin->memory;
    const struct bw_json *properties = bw_json_get(row, "properties");
    const struct bw_json *model = bw_json_get(properties, "model");
    const char *of = bw_json_text(bw_json_get(model, "name"), "");
    const char *version = bw_json_text(bw_json_get(model, "version"), "");
    bool plain = version[0] == '\0' || strstr(of, ".ft-") != NULL;
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = {
        .id = bw_xasprintf("%s/%s", account, name),
        .kind = BW_FINDING_SERVED,
        .status = bw_row_status(properties, "provisioningState"),
        .serves = of[0] == '\0' ? NULL
                  : plain        ? bw_xstrdup(of)
                                 : bw_xasprintf("%s-%s", of, version),
        .upgrade = bw_row_text(properties, "versionUpgradeOption"),
        .name = bw_xstrdup(name),
        .evidence = bw_xstrdup("deployments of the account"),
        .created_ms = bw_row_time(bw_json_get(row, "systemData"), "createdAt"),
    };
    return bw_emit_finding(plugin, &finding);
}

static enum bw_err find_deployments(struct bw_plugin *plugin, size_t at, void *context)
{
    const struct accounts *accounts = context;
    const char *account = accounts->paths.items[at];
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/deployments" VERSION, account);
    const struct bw_own_list deployments = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = "value",
                  .row = find_deployment, .next = next },
        .what = "deployments", .optional = true,
    };
    plugin->memory = (char *)bw_last_part(account);
    return bw_own_list_read(plugin, &deployments);
}

static enum bw_err inventory(struct bw_plugin *plugin)
{
    static char path[] = PROVIDER "/accounts" VERSION;
    if (!of_subscription(plugin)) {
        return bw_note(plugin, true, "deployments are not looked for: end the source's url with "
                                     "/subscriptions/ID, and set deployments: true");
    }
    const struct bw_own_list list = {
        .list = { .request = { .path = path, .auth = BW_AUTH_BEARER }, .rows = "value",
                  .row = note_account, .next = next },
        .what = "accounts", .optional = true,
    };
    struct accounts accounts = { 0 };
    const struct bw_details details = { .what = "accounts", .ids = &accounts.paths, .cost = 1,
                                        .detail = find_deployments, .context = &accounts };
    plugin->memory = &accounts;
    enum bw_err rc = bw_own_list_read(plugin, &list);
    rc = rc == BW_OK ? bw_each_detail(plugin, &details) : rc;
    if (rc == BW_OK && accounts.elsewhere > 0) {
        rc = bw_note(plugin, false, "%zu accounts are in other regions than %s",
                     accounts.elsewhere, plugin->source->region);
    }
    plugin->memory = NULL;
    bw_names_clear(&accounts.paths);
    return rc;
}

const struct bw_plugin_descriptor bw_azure_arm = {
    .name = "azure-arm", .settings = SETTINGS, .catalog = catalog, .inventory = inventory
};
