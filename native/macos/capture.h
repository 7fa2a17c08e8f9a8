#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "capture/capture-thread.h"

namespace macos {

std::shared_ptr<ami::CaptureThread> makeCapture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange);

}  // namespace macos
