#include "longhand-error.h"

G_DEFINE_QUARK (longhand - error - quark, longhand_error)
