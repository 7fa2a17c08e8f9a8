#include "blend-modes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "media-store/simd.h"

namespace ami {

namespace {

AMI_INLINE float least(float a, float b) { return a < b ? a : b; }
AMI_INLINE float most(float a, float b) { return a > b ? a : b; }
AMI_INLINE float unit(float value) { return least(most(value, 0.0f), 1.0f); }

/** One channel of ground `b` and layer `s`, 0 to 1. */
template <BlendMode mode>
AMI_INLINE float channel(float b, float s) {
  switch (mode) {
    case BlendMode::normal: return s;
    case BlendMode::add: return least(1.0f, b + s);
    case BlendMode::subtract: return most(0.0f, b - s);
    case BlendMode::screen: return b + s - b * s;
    case BlendMode::multiply: return b * s;
    case BlendMode::overlay: {
      const float low = 2 * b * s, high = 1 - 2 * (1 - b) * (1 - s);
      return b <= 0.5f ? low : high;
    }
    case BlendMode::lighten: return most(b, s);
    case BlendMode::darken: return least(b, s);
    case BlendMode::difference: return most(b, s) - least(b, s);
    case BlendMode::colorDodge: {
      const float rest = most(1 - s, 1e-6f);
      const float dodged = least(1.0f, b / rest);
      return b <= 0.0f ? 0.0f : dodged;
    }
    case BlendMode::colorBurn: {
      const float rest = most(s, 1e-6f);
      const float burned = 1 - least(1.0f, (1 - b) / rest);
      return b >= 1.0f ? 1.0f : burned;
    }
    case BlendMode::hardLight: {
      const float low = 2 * b * s, high = 1 - 2 * (1 - b) * (1 - s);
      return s <= 0.5f ? low : high;
    }
    case BlendMode::softLight: {
      const float curve = ((16 * b - 12) * b + 4) * b, root = std::sqrt(b);
      const float d = b <= 0.25f ? curve : root;
      const float darker = b - (1 - 2 * s) * b * (1 - b), lighter = b + (2 * s - 1) * (d - b);
      return s <= 0.5f ? darker : lighter;
    }
  }
}

constexpr int kRun = 256;

/** What happens to a run of pixels, in separate arrays so that the loops vectorise. Chroma is laid out for each pixel. */
struct Run {
  float groundY[kRun], groundU[kRun], groundV[kRun], groundA[kRun], groundC[kRun];
  float layerY[kRun], layerU[kRun], layerV[kRun], layerA[kRun], layerC[kRun];
  /** Sums of the pixels of both rows for each pixel column. */
  float sumU[kRun], sumV[kRun], sumA[kRun];
};

/** BT.709 limited as Y 0 to 255: reads multiplied samples, writes the new luma into groundY, chroma shares into the sums. */
template <BlendMode mode>
AMI_INLINE void runKernel(Run& run, int count, float opacity) {
  constexpr float kLuma = 1.0f / 219, kRv = 1.5748f / 224, kBu = 1.8556f / 224, kGu = -0.187324f / 224, kGv = -0.468124f / 224;
  for (int i = 0; i < count; i++) {
    const float ga = run.groundA[i], la = run.layerA[i] * opacity;
    const float groundScale = 1.0f / most(ga, 1e-4f), groundChroma = 1.0f / most(run.groundC[i], 1e-4f);
    const float layerScale = 1.0f / most(run.layerA[i], 1e-4f), layerChroma = 1.0f / most(run.layerC[i], 1e-4f);
    const float gy = (run.groundY[i] * groundScale - 16) * kLuma, gu = run.groundU[i] * groundChroma - 128, gv = run.groundV[i] * groundChroma - 128;
    const float ly = (run.layerY[i] * layerScale - 16) * kLuma, lu = run.layerU[i] * layerChroma - 128, lv = run.layerV[i] * layerChroma - 128;
    const float r = channel<mode>(unit(gy + kRv * gv), unit(ly + kRv * lv));
    const float g = channel<mode>(unit(gy + kGu * gu + kGv * gv), unit(ly + kGu * lu + kGv * lv));
    const float b = channel<mode>(unit(gy + kBu * gu), unit(ly + kBu * lu));
    const float luma = 0.2126f * r + 0.7152f * g + 0.0722f * b;
    const float newY = 16 + 219 * luma, newU = 128 + (224 / 1.8556f) * (b - luma), newV = 128 + (224 / 1.5748f) * (r - luma);
    // Where the ground is clear the layer stands as it is; where both are, the mode counts.
    const float alone = la * (1 - ga), both = la * ga;
    run.groundY[i] = run.groundY[i] * (1 - la) + alone * (16 + 219 * ly) + both * newY;
    run.groundA[i] = ga + alone;
    run.sumU[i] += alone * (128 + lu) + both * newU;
    run.sumV[i] += alone * (128 + lv) + both * newV;
    run.sumA[i] += la;
  }
}

template <BlendMode mode>
void runPlain(Run& run, int count, float opacity) {
  runKernel<mode>(run, count, opacity);
}
#if defined(__x86_64__)
template <BlendMode mode>
AMI_AVX2 void runAvx2(Run& run, int count, float opacity) {
  runKernel<mode>(run, count, opacity);
}
#endif

using Work = void (*)(Run&, int, float);

template <BlendMode mode>
Work workOf() {
#if defined(__x86_64__)
  if (hasAvx2()) return runAvx2<mode>;
#endif
  return runPlain<mode>;
}

Work workFor(BlendMode mode) {
  switch (mode) {
    case BlendMode::normal: return workOf<BlendMode::normal>();
    case BlendMode::add: return workOf<BlendMode::add>();
    case BlendMode::subtract: return workOf<BlendMode::subtract>();
    case BlendMode::screen: return workOf<BlendMode::screen>();
    case BlendMode::multiply: return workOf<BlendMode::multiply>();
    case BlendMode::overlay: return workOf<BlendMode::overlay>();
    case BlendMode::lighten: return workOf<BlendMode::lighten>();
    case BlendMode::darken: return workOf<BlendMode::darken>();
    case BlendMode::difference: return workOf<BlendMode::difference>();
    case BlendMode::colorDodge: return workOf<BlendMode::colorDodge>();
    case BlendMode::colorBurn: return workOf<BlendMode::colorBurn>();
    case BlendMode::hardLight: return workOf<BlendMode::hardLight>();
    case BlendMode::softLight: return workOf<BlendMode::softLight>();
  }
  return workOf<BlendMode::normal>();
}

AMI_INLINE void widenKernel(const uint8_t* from, float* to, int count) {
  for (int i = 0; i < count; i++) to[i] = from[i];
}
AMI_DISPATCH(widen, (const uint8_t* from, float* to, int count), (from, to, count))

AMI_INLINE void alphaKernel(const uint8_t* from, float* to, int count) {
  for (int i = 0; i < count; i++) to[i] = static_cast<float>(from[i]) * (1.0f / 255);
}
AMI_DISPATCH(alpha, (const uint8_t* from, float* to, int count), (from, to, count))

/** Chroma for each pixel; `odd` where the first pixel is the second of its sample. */
void spread(const uint8_t* from, float* to, int count, int odd, float scale) {
  for (int i = 0; i < count; i++) to[i] = static_cast<float>(from[(i + odd) >> 1]) * scale;
}

void fill(float* to, int count, float value) { std::fill(to, to + count, value); }

AMI_INLINE void narrowKernel(const float* from, uint8_t* to, int count, float scale) {
  for (int i = 0; i < count; i++) {
    const float value = most(0.0f, least(255.0f, from[i] * scale)) + 0.5f;
    to[i] = static_cast<uint8_t>(static_cast<int>(value));
  }
}
AMI_DISPATCH(narrow, (const float* from, uint8_t* to, int count, float scale), (from, to, count, scale))

}  // namespace

void blendRows(BlendMode mode, const BlendRows& rows) {
  const Work work = workFor(mode);
  alignas(64) static thread_local Run run;
  const int odd = rows.odd ? 1 : 0;
  // Runs end where chroma samples end.
  for (int x = 0, count = 0; x < rows.width; x += count) {
    const int shift = x == 0 ? odd : 0;
    count = std::min(kRun - shift, rows.width - x);
    const int chroma = (x + odd) / 2;
    fill(run.sumU, count, 0);
    fill(run.sumV, count, 0);
    fill(run.sumA, count, 0);
    for (int line = 0; line < 2 && rows.groundY[line] != nullptr; line++) {
      widen(rows.groundY[line] + x, run.groundY, count);
      spread(rows.groundU + chroma, run.groundU, count, shift, 1);
      spread(rows.groundV + chroma, run.groundV, count, shift, 1);
      widen(rows.layerY[line] + x, run.layerY, count);
      spread(rows.layerU + chroma, run.layerU, count, shift, 1);
      spread(rows.layerV + chroma, run.layerV, count, shift, 1);
      if (rows.groundA[line] != nullptr) {
        alpha(rows.groundA[line] + x, run.groundA, count);
        spread(rows.groundChromaAlpha + chroma, run.groundC, count, shift, 1.0f / 255);
      } else {
        fill(run.groundA, count, 1);
        fill(run.groundC, count, 1);
      }
      if (rows.layerA[line] != nullptr) {
        alpha(rows.layerA[line] + x, run.layerA, count);
        spread(rows.layerChromaAlpha + chroma, run.layerC, count, shift, 1.0f / 255);
      } else {
        fill(run.layerA, count, 1);
        fill(run.layerC, count, 1);
      }
      work(run, count, rows.opacity);
      narrow(run.groundY, rows.groundY[line] + x, count, 1);
      if (rows.groundA[line] != nullptr) narrow(run.groundA, rows.groundA[line] + x, count, 255);
    }
    // Four pixels share a sample; those outside the layer leave their share of it as it was.
    for (int i = 0, sample = chroma; i < count; sample++) {
      const int pixels = i == 0 && shift == 1 ? 1 : std::min(2, count - i);
      float u = 0, v = 0, a = 0;
      for (int k = i; k < i + pixels; k++) {
        u += run.sumU[k];
        v += run.sumV[k];
        a += run.sumA[k];
      }
      const float kept = 1 - a / 4;
      const auto put = [](uint8_t& to, float value) { to = static_cast<uint8_t>(std::clamp(value, 0.0f, 255.0f) + 0.5f); };
      put(rows.groundU[sample], rows.groundU[sample] * kept + u / 4);
      put(rows.groundV[sample], rows.groundV[sample] * kept + v / 4);
      if (rows.groundChromaAlpha != nullptr) put(rows.groundChromaAlpha[sample], rows.groundChromaAlpha[sample] * kept + a / 4 * 255);
      i += pixels;
    }
  }
}

}  // namespace ami
