#pragma once
#include <napi.h>

#include <map>
#include <memory>
#include <string>

#include "filters/filter-chain.h"
#include "mixing.h"
#include "scale-plane.h"

namespace ami {

/** What one environment has: the main thread and each worker thread have their own. */
struct Instance {
  Napi::FunctionReference frameStore;
  Napi::FunctionReference audioStore;
  Napi::FunctionReference surface;
  /** Chains by store and settings: a source's filters run once a frame, whoever shows it. */
  std::map<std::string, std::weak_ptr<FilterChain>> chains;
  /** Halves by store: made once a frame, for all layers that show it small. */
  std::map<const FrameStore*, std::weak_ptr<SharedHalves>> halves;
  Mixer mixer;
  PlaneScaler scaler;
  /** The layer over the last mixed frame, for the memory that it keeps. */
  std::unique_ptr<Layer> over;
};

}  // namespace ami
