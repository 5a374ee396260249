/* daemon/cli/cmd_estimate_training.h: `basewatch estimate training --batch`: GPU-hours of training
 * runs, start-up left out. One JSON object a line in,
 *
 *     {"id","N","N_active","D","method","gpu","gpu_count","packed","grad_ckpt","offload","seq_len"}
 *
 * with N parameters and D processed tokens; one a line out, in the same order:
 *
 *     {"id","gpu_hours":{"low","expected","high"}} */
#ifndef BW_CLI_CMD_ESTIMATE_TRAINING_H
#define BW_CLI_CMD_ESTIMATE_TRAINING_H

/* argv[0] is the word after `estimate`. Exit code: 0, 1 when a line has no answer (its line number
 * and the reason go to stderr), 2 for wrong usage. */
int bw_cmd_estimate_training(int argc, char **argv);
#endif
