// `LocalSeat` in JavaScript: what desktop/worker/desktop-addon.ts describes.
#include "javascript/reject.h"
#include "local-seat.h"

namespace x11 {

namespace {

class LocalSeatObject : public Napi::ObjectWrap<LocalSeatObject> {
 public:
  explicit LocalSeatObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LocalSeatObject>(info) {
    if (info.Length() < 1 || !info[0].IsString()) {
      ami::reject<Napi::TypeError>(info.Env(), "new LocalSeat(server)");
      return;
    }
    const char* why = "";
    seat_ = LocalSeat::open(info[0].As<Napi::String>().Utf8Value(), why);
    if (!seat_) ami::reject<Napi::Error>(info.Env(), why);
  }

  Napi::Value apply(const Napi::CallbackInfo& info) {
    if (seat_) seat_->apply(info.Length() > 0 && info[0].ToBoolean(), info.Length() > 1 && info[1].ToBoolean());
    const Napi::Object state = Napi::Object::New(info.Env());
    state.Set("black", seat_ && seat_->isBlack());
    state.Set("blocked", seat_ && seat_->isBlocked());
    return state;
  }

  void close(const Napi::CallbackInfo&) { seat_.reset(); }

 private:
  std::unique_ptr<LocalSeat> seat_;
};

}  // namespace

Napi::Function defineLocalSeat(Napi::Env env) {
  using Object = LocalSeatObject;
  return Object::DefineClass(env, "LocalSeat", {Object::InstanceMethod("apply", &Object::apply), Object::InstanceMethod("close", &Object::close)});
}

}  // namespace x11
