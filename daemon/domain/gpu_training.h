/* daemon/domain/gpu_training.h: what training on rented or own GPUs takes: FLOPs, the share of the
 * peak that is reached, GPU-hours, memory, wall time. Rules in plain numbers, without prices. */
#ifndef BW_DOMAIN_GPU_TRAINING_H
#define BW_DOMAIN_GPU_TRAINING_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"
#include "domain/range.h"

enum bw_gpu_method {
    BW_GPU_FULL,
    BW_GPU_LORA,
    BW_GPU_QLORA, /* 4-bit base */
    BW_GPU_DORA,
    BW_GPU_DPO,
};

enum bw_gpu_family { /* parts that reach a like share of their peak */
    BW_GPU_AMPERE,   /* A100: the reference */
    BW_GPU_HOPPER,   /* H100, H200, H800 */
    BW_GPU_BLACKWELL,
    BW_GPU_DESK,     /* GeForce and workstation Ampere, whose stated peaks are low */
    BW_GPU_ADA,      /* L4, L40S, RTX 6000 Ada, whose stated peaks are high */
    BW_GPU_OTHER,    /* nothing measured */
};

struct bw_gpu {
    const char *name;
    enum bw_gpu_family family;
    double peak_tflops; /* dense BF16 (FP16 where BF16 is missing) */
    double memory_gb;
};

/* Factors of the utilisation and widths of the answer; the shipped ones are bw_gpu_constants. */
struct bw_gpu_constants {
    double base;
    double method[BW_GPU_DPO + 1];
    double family[BW_GPU_OTHER + 1];
    double unpacked;       /* short rows padded to the longest */
    double offload;        /* weights or optimiser in host memory */
    double no_checkpoints; /* activations kept, nothing computed twice */
    double size_power;     /* (parameters / 8e9) ^ size_power: larger models talk more */
    double spread;         /* low = expected / spread, high = expected * spread */
    double spread_poor;    /* unpacked or offloaded */
    double spread_guess;   /* on top, when the token count is a guess */
    struct bw_range start_hours; /* per GPU: start, load, save */
};
extern const struct bw_gpu_constants bw_gpu_constants;

struct bw_gpu_run {
    enum bw_gpu_method method;
    const struct bw_gpu *gpu;
    double parameters;
    double active_parameters;  /* per token (MoE); 0: all */
    double tokens;             /* processed in all epochs; chosen and rejected for DPO */
    enum bw_answer packed;     /* BW_UNKNOWN: no, up to ten billion tokens */
    enum bw_answer checkpoints;
    bool offload;
    bool tokens_guessed;
    double layers;             /* these three for the attention term; 0: left out */
    double width;
    double sequence;
};

/* A GPU by name, without regard to case, blanks and hyphens ("h100", "RTX 6000 Ada"); NULL. */
const struct bw_gpu *bw_gpu_find(const char *name);
/* full, lora, qlora, dora, dpo; sft is lora, the usual way. False for an unknown word. */
bool bw_gpu_method_parse(const char *word, enum bw_gpu_method *out);
const char *bw_gpu_method_word(enum bw_gpu_method method);

double bw_gpu_run_flops(const struct bw_gpu_run *run);
/* Useful FLOPs over peak, within 0.02 .. 0.60. */
double bw_gpu_run_utilisation(const struct bw_gpu_run *run, const struct bw_gpu_constants *k);
/* GPU-hours of computing alone, summed over the GPUs. */
struct bw_range bw_gpu_run_hours(const struct bw_gpu_run *run, const struct bw_gpu_constants *k);
/* The same with start-up on each of `gpus` GPUs: what is billed. Wall time is this / gpus. */
struct bw_range bw_gpu_run_billed_hours(const struct bw_gpu_run *run, double gpus,
                                        const struct bw_gpu_constants *k);

/* Bytes to hold the model while it trains, activations with checkpoints at <= 4k included. */
double bw_gpu_training_bytes(enum bw_gpu_method method, double parameters);
/* How many of these GPUs hold that: 1, 2, 4, 8, ... up to 65536. */
int64_t bw_gpu_count_needed(double bytes, const struct bw_gpu *gpu);
#endif
