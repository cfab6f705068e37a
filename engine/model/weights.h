/* Tensors of a ggml file -> the weights of struct quill_model. */
#ifndef QUILL_MODEL_WEIGHTS_H
#define QUILL_MODEL_WEIGHTS_H

#include "model/model.h"

/* Checks that every tensor the hyper-parameters call for is there with the right shape and type, then fills
 * model->arena and all weight pointers. model->file and model->hparams are set. After a failure too the
 * caller frees what has been set: arena and layers. Errors: FORMAT, NOMEM. */
enum quill_status quill_weights_load(struct quill_model *model, struct quill_error *err);

#endif
