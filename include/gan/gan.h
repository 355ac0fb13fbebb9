/*
 * libgan: generative adversarial networks for C programs. This header includes all the others.
 */
#ifndef GAN_GAN_H
#define GAN_GAN_H

#include "augment.h"
#include "base.h"
#include "dataset.h"
#include "discriminator.h"
#include "extractor.h"
#include "folder.h"
#include "generator.h"
#include "health.h"
#include "image.h"
#include "initializer.h"
#include "labels.h"
#include "layer.h"
#include "loader.h"
#include "loss.h"
#include "metric.h"
#include "model.h"
#include "onnx.h"
#include "ops.h"
#include "optimizer.h"
#include "plan.h"
#include "plot.h"
#include "report.h"
#include "rollback.h"
#include "run.h"
#include "run_log.h"
#include "sampler.h"
#include "schedule.h"
#include "tape.h"
#include "tensor.h"
#include "trainer.h"

#endif
