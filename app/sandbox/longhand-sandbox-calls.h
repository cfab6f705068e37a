/* The half of the sandbox that refuses system calls (seccomp). */
#pragma once

/* From now on the calling thread, and what it starts, gets EPERM for calls that have no place in it. Nothing
 * happens where the kernel has no seccomp, or there is no memory. */
void longhand_sandbox_close_calls (void);
