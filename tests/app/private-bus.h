/* A session bus of the test's own. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs all tests while there is one; returns what g_test_run does. */
int private_bus_run_tests (void);

/* Another connection to it. (transfer full) */
GDBusConnection *private_bus_connect (void);

G_END_DECLS
