/* A text as PDF: the pages that are printed. */
#pragma once

#include "transcript/longhand-export.h"

G_BEGIN_DECLS

extern const LonghandWriter longhand_pdf_writer;

G_END_DECLS
