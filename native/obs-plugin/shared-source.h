#pragma once
#include <obs-module.h>

/** A source of OBS that shows what an AMI Streams host of this machine shares. */
extern struct obs_source_info shared_source_info;
