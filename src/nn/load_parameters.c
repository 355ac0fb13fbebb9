/* Another program's numbers for a model of the same shapes: gan_model_load_parameters. */
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "nn/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char who[] = "gan_model_load_parameters";

gan_status gan_load_options_init_sized(gan_load_options *options, size_t struct_size)
{
    const gan_load_options own = {.struct_size = sizeof own, .match = GAN_MATCH_NAMES, .prefix = ""};
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_load_options_init");
}

static gan_status take_options(gan_load_options *own, const gan_load_options *given)
{
    *own = (gan_load_options){.struct_size = sizeof *own, .match = GAN_MATCH_NAMES, .prefix = ""};
    gan_status status = gan_options_read(own, sizeof *own, given, sizeof *own, who);
    if (status != GAN_OK)
        return status;
    if (own->prefix == NULL)
        own->prefix = "";
    if (own->match != GAN_MATCH_NAMES && own->match != GAN_MATCH_ORDER)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: match is %d, want GAN_MATCH_NAMES or GAN_MATCH_ORDER", who,
                        (int)own->match);
    return GAN_OK;
}

/* ---- the tensors that count ---- */

/* One of a file's, or one of the model's. */
struct candidate {
    const char *name; /* without the prefix */
    const struct gan_safetensors_entry *entry;
    bool used;
};

struct candidates {
    struct candidate *list;
    size_t count;
};

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), of_end = strlen(end);
    return length >= of_end && strcmp(name + length - of_end, end) == 0;
}

/* Running statistics, and spectral norm's u and v; weight norm has a v without u, a parameter. */
static bool is_state(const struct candidates *candidates, const char *name)
{
    char left[256];
    if (strncmp(last_part(name), "running_", 8) == 0 || ends_in(name, "weight_u"))
        return true;
    if (!ends_in(name, "weight_v") || snprintf(left, sizeof left, "%s", name) >= (int)sizeof left)
        return false;
    left[strlen(left) - 1] = 'u';
    for (size_t i = 0; i < candidates->count; i++)
        if (strcmp(candidates->list[i].name, left) == 0)
            return true;
    return false;
}

static gan_status collect(const struct gan_safetensors *file, const char *prefix, struct candidates *candidates)
{
    candidates->list = gan_alloc_zero(gan_safetensors_count(file) + 1, sizeof *candidates->list);
    if (candidates->list == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < gan_safetensors_count(file); i++) {
        const struct gan_safetensors_entry *entry = gan_safetensors_entry(file, i);
        if (strncmp(entry->name, prefix, strlen(prefix)) != 0 ||
            strcmp(last_part(entry->name), "num_batches_tracked") == 0)
            continue;
        candidates->list[candidates->count++] = (struct candidate){entry->name + strlen(prefix), entry, false};
    }
    return GAN_OK;
}

/* "a, b, c and 4 more", of those in a list that are not used. */
static const char *list_unused(const struct candidates *candidates, char *text, size_t size)
{
    enum { SHOWN = 4 };
    size_t used = 0, unused = 0;
    snprintf(text, size, "nothing else");
    for (size_t i = 0; i < candidates->count; i++) {
        if (candidates->list[i].used)
            continue;
        if (unused++ < SHOWN && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s\"%s\"", unused > 1 ? ", " : "",
                                     GAN_SHOWN(candidates->list[i].name, 60));
    }
    if (unused > SHOWN && used < size)
        snprintf(text + used, size - used, " and %zu more", unused - SHOWN);
    return text;
}

/* ---- matching ---- */

struct match {
    const struct gan_safetensors *file;
    const gan_model *model;
    const gan_load_options *options;
    struct candidates candidates;
    const struct gan_safetensors_entry **chosen; /* for the parameters, then for the state */
};

static const struct gan_slot *slot_of(const gan_model *model, size_t index)
{
    size_t parameters = model->parameters.count;
    return index < parameters ? &model->parameters.slot[index] : &model->state.slot[index - parameters];
}

static size_t slots_of(const gan_model *model)
{
    return model->parameters.count + model->state.count;
}

static gan_status check_pair(const struct match *match, const struct gan_slot *slot,
                             const struct gan_safetensors_entry *entry)
{
    char given[192], wanted[192];
    if (!gan_safetensors_is_float(entry))
        return gan_fail(GAN_ERROR_FORMAT, "%s: tensor \"%s\" is of type %s, want floats (F32, F16, BF16 or F64)",
                        gan_safetensors_what(match->file), entry->name, entry->dtype);
    if (!gan_shape_equal(entry->shape, slot->shape))
        return gan_fail(GAN_ERROR_FORMAT, "%s: tensor \"%s\" is %s, but \"%s\" of %s is %s",
                        gan_safetensors_what(match->file), entry->name,
                        gan_shape_text(entry->shape, given, sizeof given), slot->name, gan_model_title(match->model),
                        gan_shape_text(slot->shape, wanted, sizeof wanted));
    return GAN_OK;
}

static struct candidate *find(const struct candidates *candidates, const char *name)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (strcmp(candidates->list[i].name, name) == 0)
            return &candidates->list[i];
    return NULL;
}

static gan_status match_names(struct match *match)
{
    char text[512];
    const char *what = gan_safetensors_what(match->file), *missing = NULL;
    gan_status status = GAN_OK;
    for (size_t i = 0; i < slots_of(match->model); i++) {
        struct candidate *found = find(&match->candidates, slot_of(match->model, i)->name);
        if (found != NULL) {
            found->used = true;
            match->chosen[i] = found->entry;
        } else if (missing == NULL) {
            missing = slot_of(match->model, i)->name;
        }
    }
    if (missing != NULL)
        return gan_fail(
            GAN_ERROR_FORMAT,
            "%s: has no tensor \"%s%s\"; of those that %s has no use for it has %s; set the options' prefix, "
            "or match by GAN_MATCH_ORDER",
            what, match->options->prefix, missing, gan_model_title(match->model),
            list_unused(&match->candidates, text, sizeof text));
    for (size_t i = 0; i < match->candidates.count && !match->options->allow_others; i++)
        if (!match->candidates.list[i].used)
            return gan_fail(GAN_ERROR_FORMAT,
                            "%s: %s has no place for %s; set the options' allow_others to pass over it", what,
                            gan_model_title(match->model), list_unused(&match->candidates, text, sizeof text));
    for (size_t i = 0; i < slots_of(match->model) && status == GAN_OK; i++)
        status = check_pair(match, slot_of(match->model, i), match->chosen[i]);
    return status;
}

/* ---- by order ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As strcmp, but a run of digits counts as a number. */
static int compare_naturally(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            size_t x = strspn(a, "0123456789"), y = strspn(b, "0123456789");
            int order = x != y ? (x < y ? -1 : 1) : strncmp(a, b, x);
            if (order != 0)
                return order;
            a += x;
            b += y;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a != '\0' ? 1 : *b != '\0' ? -1 : 0;
}

/* A basis before its weight; a weight, or what it is made of, before its bias; a mean before its variance; what is
 * unknown after them. */
static int rank_of(const char *name)
{
    static const char *const order[] = {"basis",    "weight", "weight_orig",  "weight_g",   "weight_u",
                                        "weight_v", "bias",   "running_mean", "running_var"};
    enum { KNOWN = sizeof order / sizeof order[0] };
    int rank = 0;
    while (rank < KNOWN && strcmp(order[rank], last_part(name)) != 0)
        rank++;
    return rank;
}

static int by_order(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    char parent_x[256], parent_y[256]; /* longer names compare by their beginnings, then whole */
    snprintf(parent_x, sizeof parent_x, "%.*s", (int)(last_part(x->name) - x->name), x->name);
    snprintf(parent_y, sizeof parent_y, "%.*s", (int)(last_part(y->name) - y->name), y->name);
    int order = compare_naturally(parent_x, parent_y);
    if (order == 0)
        order = rank_of(x->name) - rank_of(y->name);
    return order != 0 ? order : compare_naturally(x->name, y->name);
}

static gan_status match_order(struct match *match)
{
    const struct candidates *candidates = &match->candidates;
    size_t next[2] = {0, match->model->parameters.count}; /* for parameters, for state */
    const size_t end[2] = {match->model->parameters.count, slots_of(match->model)};
    size_t states = 0;
    qsort(candidates->list, candidates->count, sizeof *candidates->list, by_order);
    for (size_t i = 0; i < candidates->count; i++)
        states += is_state(candidates, candidates->list[i].name);
    if (states != match->model->state.count || candidates->count - states != match->model->parameters.count)
        return gan_fail(
            GAN_ERROR_FORMAT,
            "%s: has %zu tensors and %zu running statistics, but %s has %zu parameters and %zu state tensors",
            gan_safetensors_what(match->file), candidates->count - states, states, gan_model_title(match->model),
            match->model->parameters.count, match->model->state.count);
    for (size_t i = 0; i < candidates->count; i++) {
        int kind = is_state(candidates, candidates->list[i].name);
        size_t place = next[kind]++;
        if (place >= end[kind])
            continue;
        match->chosen[place] = candidates->list[i].entry;
        gan_status status = check_pair(match, slot_of(match->model, place), match->chosen[place]);
        if (status != GAN_OK)
            return status;
    }
    return GAN_OK;
}

/* ---- all together ---- */

static void copy(const struct match *match)
{
    const gan_model *model = match->model;
    size_t parameters = model->parameters.count;
    for (size_t i = 0; i < slots_of(model); i++) {
        gan_tensor *tensor = i < parameters ? model->parameters.tensors[i] : model->state.tensors[i - parameters];
        gan_safetensors_numbers(match->chosen[i], gan_tensor_data(tensor));
    }
}

static gan_status load(gan_model *model, const struct gan_safetensors *file, const gan_load_options *options)
{
    struct match match = {.file = file, .model = model, .options = options};
    match.chosen = gan_alloc_zero(slots_of(model) + 1, sizeof *match.chosen);
    gan_status status = match.chosen != NULL ? collect(file, options->prefix, &match.candidates)
                                             : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK)
        status = options->match == GAN_MATCH_ORDER ? match_order(&match) : match_names(&match);
    if (status == GAN_OK) {
        copy(&match);
        gan_model_mark_initialized(model);
    }
    gan_free(match.chosen);
    gan_free(match.candidates.list);
    return status;
}

gan_status gan_model_load_parameters(gan_model *model, const char *path, const gan_load_options *options)
{
    gan_load_options own;
    if (path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    gan_status status = take_options(&own, options);
    if (status == GAN_OK)
        status = gan_model_ready(model, who);
    if (status != GAN_OK)
        return status;
    struct gan_safetensors *file = gan_safetensors_open(path);
    status = file != NULL ? load(model, file, &own) : gan_error_status();
    gan_safetensors_close(file);
    return status;
}
