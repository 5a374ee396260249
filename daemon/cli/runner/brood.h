/* daemon/cli/runner/brood.h: everything that was started below this process, however it tried to
 * get away. */
#ifndef BW_CLI_RUNNER_BROOD_H
#define BW_CLI_RUNNER_BROOD_H

/* From now on, what loses its parent below us becomes our child (PR_SET_CHILD_SUBREAPER). */
void bw_brood_adopt(void);

/* Kill and collect every child, those that we come by while we do so included. Bounded: what does
 * not die within some seconds (an unresponsive disk) is left to the service manager. */
void bw_brood_kill(void);
#endif
