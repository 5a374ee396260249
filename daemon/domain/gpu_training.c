/* daemon/domain/gpu_training.c: see gpu_training.h. */
#include "domain/gpu_training.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "base/words.h"

static const double UTILISATION_LEAST = 0.02;
static const double UTILISATION_MOST = 0.60;
static const double PRETRAINING_TOKENS = 1e10; /* nobody pads that many */
static const double SIZE_REFERENCE = 8e9;
static const double SIZE_FACTOR_MOST = 1.25;
static const double ATTENTION_SHARE = 0.1;  /* of the parameters, below which it is left out */
static const double ACTIVATIONS = 1.2;      /* with checkpoints, up to 4k tokens of context */
static const double MEMORY_USABLE = 0.9;
enum { GPUS_MOST = 65536 };

/* Peaks: vendors' data sheets, dense and without sparsity; GeForce with fp32 accumulation. */
static const struct bw_gpu GPUS[] = {
    { "A100-80", BW_GPU_AMPERE, 312, 80 },     { "A100-40", BW_GPU_AMPERE, 312, 40 },
    { "A800", BW_GPU_AMPERE, 312, 80 },        { "A30", BW_GPU_AMPERE, 165, 24 },
    { "H100", BW_GPU_HOPPER, 989, 80 },        { "H100-PCIe", BW_GPU_HOPPER, 756, 80 },
    { "H100-NVL", BW_GPU_HOPPER, 835, 94 },    { "H800", BW_GPU_HOPPER, 989, 80 },
    { "H200", BW_GPU_HOPPER, 989, 141 },       { "GH200", BW_GPU_HOPPER, 989, 96 },
    { "H20", BW_GPU_OTHER, 148, 96 },          { "B200", BW_GPU_BLACKWELL, 2250, 180 },
    { "B300", BW_GPU_BLACKWELL, 2250, 288 },   { "GB200", BW_GPU_BLACKWELL, 2250, 186 },
    { "GB300", BW_GPU_BLACKWELL, 2250, 288 },  { "RTX2080Ti", BW_GPU_DESK, 54, 11 },
    { "RTX3080", BW_GPU_DESK, 60, 10 },        { "RTX3090", BW_GPU_DESK, 71, 24 },
    { "RTX4080", BW_GPU_DESK, 97, 16 },        { "RTX4090", BW_GPU_DESK, 165, 24 },
    { "RTX5090", BW_GPU_DESK, 209, 32 },       { "A6000", BW_GPU_DESK, 155, 48 },
    { "A5000", BW_GPU_DESK, 111, 24 },         { "A10G", BW_GPU_DESK, 70, 24 },
    { "A10", BW_GPU_DESK, 125, 24 },           { "A40", BW_GPU_DESK, 150, 48 },
    { "L4", BW_GPU_ADA, 121, 24 },             { "L40", BW_GPU_ADA, 181, 48 },
    { "L40S", BW_GPU_ADA, 362, 48 },           { "RTX6000Ada", BW_GPU_ADA, 364, 48 },
    { "RTXPro6000", BW_GPU_OTHER, 252, 96 },   { "MI250", BW_GPU_OTHER, 362, 128 },
    { "MI250X", BW_GPU_OTHER, 383, 128 },      { "MI300X", BW_GPU_OTHER, 1300, 192 },
    { "MI325X", BW_GPU_OTHER, 1307, 256 },     { "MI355X", BW_GPU_OTHER, 2300, 288 },
    { "V100", BW_GPU_OTHER, 125, 32 },         { "T4", BW_GPU_OTHER, 65, 16 },
    { "TPUv3", BW_GPU_OTHER, 123, 32 },        { "TPUv4", BW_GPU_OTHER, 275, 32 },
    { "TPUv5e", BW_GPU_OTHER, 197, 16 },       { "TPUv5p", BW_GPU_OTHER, 459, 95 },
    { "TPUv6e", BW_GPU_OTHER, 918, 32 },       { "Gaudi2", BW_GPU_OTHER, 432, 96 },
    { "Gaudi3", BW_GPU_OTHER, 1835, 128 },     { "Trainium2", BW_GPU_OTHER, 667, 96 },
};

static const struct {
    const char *alias;
    const char *name;
} ALIASES[] = {
    { "A100", "A100-80" },      { "A100-80GB", "A100-80" }, { "A100-SXM", "A100-80" },
    { "A100-40GB", "A100-40" }, { "H100-SXM", "H100" },     { "H100-80", "H100" },
    { "H100-80GB", "H100" },    { "RTX-A6000", "A6000" },   { "RTX-A5000", "A5000" },
    { "V100-32", "V100" },      { "V100-16", "V100" },
};

static const char *const METHOD_WORDS[] = {
    [BW_GPU_FULL] = "full", [BW_GPU_LORA] = "lora", [BW_GPU_QLORA] = "qlora",
    [BW_GPU_DORA] = "dora", [BW_GPU_DPO] = "dpo",
};

/* Forward 2 and backward to activations 2 per parameter and token; the gradient of the weights, 2
 * more, is computed for what is trained alone. DPO adds a frozen reference and has two answers. */
static const double FLOPS_PER_PARAMETER[] = {
    [BW_GPU_FULL] = 6, [BW_GPU_LORA] = 4, [BW_GPU_QLORA] = 4,
    [BW_GPU_DORA] = 4, [BW_GPU_DPO] = 8,
};

/* Weights, gradients and optimiser states in mixed precision with AdamW; a frozen base needs its
 * weights alone, and DPO a second, frozen copy. */
static const double BYTES_PER_PARAMETER[] = {
    [BW_GPU_FULL] = 18, [BW_GPU_LORA] = 2, [BW_GPU_QLORA] = 0.55,
    [BW_GPU_DORA] = 2,  [BW_GPU_DPO] = 20,
};

/* Base and factors: published training runs, 2022 to 2026, fitted on a log scale and rounded.
 * no_checkpoints: recomputation costs 20-25 % of the tokens per second (torchtune README; Bekman,
 * ML Engineering). size_power: measured utilisation falls by 14-17 % from 7B to 30B (llm-foundry
 * benchmarks, 2025-07), an exponent of -0.11; half of it is kept, since larger models also run on
 * better-tuned clusters. */
const struct bw_gpu_constants bw_gpu_constants = {
    .base = 0.40,
    .method = { [BW_GPU_FULL] = 1.00, [BW_GPU_LORA] = 1.15, [BW_GPU_QLORA] = 0.80,
                [BW_GPU_DORA] = 0.75, [BW_GPU_DPO] = 0.90 },
    .family = { [BW_GPU_AMPERE] = 1.00, [BW_GPU_HOPPER] = 0.70, [BW_GPU_BLACKWELL] = 0.55,
                [BW_GPU_DESK] = 1.20, [BW_GPU_ADA] = 0.52, [BW_GPU_OTHER] = 0.75 },
    .unpacked = 0.32,
    .offload = 0.65,
    .no_checkpoints = 1.25,
    .size_power = -0.05,
    .spread = 1.6,
    .spread_poor = 2.5,
    .spread_guess = 1.5,
    .start_hours = { 0.05, 0.25, 0.5 },
};

static bool same_name(const char *a, const char *b)
{
    for (;;) {
        while (*a == ' ' || *a == '-' || *a == '_') {
            a++;
        }
        while (*b == ' ' || *b == '-' || *b == '_') {
            b++;
        }
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
            return false;
        }
        if (*a == '\0') {
            return true;
        }
        a++;
        b++;
    }
}

const struct bw_gpu *bw_gpu_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < BW_COUNT(ALIASES); i++) {
        name = same_name(name, ALIASES[i].alias) ? ALIASES[i].name : name;
    }
    for (size_t i = 0; name != NULL && i < BW_COUNT(GPUS); i++) {
        if (same_name(name, GPUS[i].name)) {
            return &GPUS[i];
        }
    }
    return NULL;
}

bool bw_gpu_method_parse(const char *word, enum bw_gpu_method *out)
{
    unsigned at = BW_GPU_LORA;
    bool known = bw_str_equal(word, "sft") ||
                 bw_words_find(METHOD_WORDS, BW_COUNT(METHOD_WORDS), word, &at);
    *out = known ? (enum bw_gpu_method)at : *out;
    return known;
}

const char *bw_gpu_method_word(enum bw_gpu_method method)
{
    return METHOD_WORDS[method];
}

static double active(const struct bw_gpu_run *run)
{
    return run->active_parameters > 0 ? run->active_parameters : run->parameters;
}

double bw_gpu_run_flops(const struct bw_gpu_run *run)
{
    double attention = run->layers * run->width * run->sequence;
    if (attention < ATTENTION_SHARE * run->parameters) {
        attention = 0;
    }
    return (FLOPS_PER_PARAMETER[run->method] * active(run) + 6 * attention) * run->tokens;
}

static bool is_packed(const struct bw_gpu_run *run)
{
    return run->packed == BW_YES ||
           (run->packed == BW_UNKNOWN && run->tokens >= PRETRAINING_TOKENS);
}

static double size_factor(const struct bw_gpu_run *run, const struct bw_gpu_constants *k)
{
    double factor = pow(active(run) / SIZE_REFERENCE, k->size_power);
    return fmin(fmax(factor, 1 / SIZE_FACTOR_MOST), SIZE_FACTOR_MOST);
}

double bw_gpu_run_utilisation(const struct bw_gpu_run *run, const struct bw_gpu_constants *k)
{
    double share = k->base * k->method[run->method] * k->family[run->gpu->family];
    share *= is_packed(run) ? 1 : k->unpacked;
    share *= run->offload ? k->offload : 1;
    share *= run->checkpoints == BW_NO ? k->no_checkpoints : 1;
    share *= size_factor(run, k);
    return fmin(fmax(share, UTILISATION_LEAST), UTILISATION_MOST);
}

struct bw_range bw_gpu_run_hours(const struct bw_gpu_run *run, const struct bw_gpu_constants *k)
{
    double per_second = bw_gpu_run_utilisation(run, k) * run->gpu->peak_tflops * 1e12;
    double hours = bw_gpu_run_flops(run) / (per_second * 3600);
    double spread = is_packed(run) && !run->offload ? k->spread : k->spread_poor;
    return bw_range_spread(bw_range_exact(hours),
                           run->tokens_guessed ? spread * k->spread_guess : spread);
}

struct bw_range bw_gpu_run_billed_hours(const struct bw_gpu_run *run, double gpus,
                                        const struct bw_gpu_constants *k)
{
    return bw_range_plus(bw_gpu_run_hours(run, k), bw_range_scale(k->start_hours, gpus));
}

double bw_gpu_training_bytes(enum bw_gpu_method method, double parameters)
{
    return BYTES_PER_PARAMETER[method] * parameters * ACTIVATIONS;
}

int64_t bw_gpu_count_needed(double bytes, const struct bw_gpu *gpu)
{
    int64_t count = 1;
    while (count < GPUS_MOST && bytes > (double)count * MEMORY_USABLE * gpu->memory_gb * 1e9) {
        count *= 2;
    }
    return count;
}
