#include <obs-module.h>

#include "shared-source.h"

OBS_DECLARE_MODULE()
OBS_MODULE_USE_DEFAULT_LOCALE("ami-streams", "en-US")

MODULE_EXPORT const char *obs_module_name(void) { return "AMI Streams"; }

MODULE_EXPORT const char *obs_module_description(void) {
  return "Shows canvases, sources, overlays and streams of AMI Streams, out of shared memory";
}

bool obs_module_load(void) {
  obs_register_source(&shared_source_info);
  return true;
}
