#include "blend-modes.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bt709.h"
#include "light.h"
#include "media-store/simd.h"

namespace ami {

namespace {

/** One channel of background `b` and layer `s`, 0 to 1. */
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

/** Pixels that are worked on at once: even, and small enough that a run's arrays stay in the nearest cache. */
constexpr int kRun = 256;

/** What one side brings: luma, alpha, and what chroma adds to each of R, G, B, for each pixel. */
struct Side {
  float y[kRun], a[kRun], red[kRun], green[kRun], blue[kRun];
};

/** A run of pixels of one row in separate arrays, so that loops over them vectorise. */
struct Run {
  Side ground, layer;
  /** Shares of the new chroma, and of the layer, that the pixels of both rows bring. */
  float sumU[kRun], sumV[kRun], sumA[kRun];
  /** Chroma of a side before it is spread to each pixel. */
  float red[kRun / 2], green[kRun / 2], blue[kRun / 2];
};

/** What a pixel of one side is: red, green and blue, 0 to 1. */
struct Colors {
  float r, g, b;
};

AMI_INLINE Colors colorsOf(float luma, const Side& side, int i) {
  return {unit(luma + side.red[i]), unit(luma + side.green[i]), unit(luma + side.blue[i])};
}

/**
 * Of one channel: `both` covered by background and layer, the rest of the background (`ground`) and of the layer (`alone`) as they are;
 * divided by what all cover.
 */
template <BlendMode mode>
AMI_INLINE float mixedLight(float b, float s, float ground, float both, float alone, float all) {
  const float lightB = toLight(b), lightS = toLight(s);
  const float light = (ground * lightB + both * channel<mode>(lightB, lightS) + alone * lightS) / all;
  // The conversion there and back leaves a trace, which must not be seen where only one of both is.
  const float trace = (ground * (b - fromLight(lightB)) + alone * (s - fromLight(lightS))) / all;
  return unit(fromLight(unit(light)) + trace);
}

/** Reads Y, leaves the new Y (multiplied where there is alpha) in `ground.y`. Without `clear` both sides are opaque. */
template <BlendMode mode, bool clear, bool linear>
AMI_INLINE void runKernel(Run& run, int count, float opacity) {
  Side &ground = run.ground, &layer = run.layer;
  for (int i = 0; i < count; i++) {
    const float la = clear ? layer.a[i] * opacity : opacity, ga = clear ? ground.a[i] : 1.0f;
    const float ownY = clear ? layer.y[i] / most(layer.a[i], 1e-4f) : layer.y[i];
    const float gy = ((clear ? ground.y[i] / most(ga, 1e-4f) : ground.y[i]) - 16) * kLuma, ly = (ownY - 16) * kLuma;
    const Colors old = colorsOf(gy, ground, i), own = colorsOf(ly, layer, i);
    // Where the background is clear the layer stays as it is; where both are, the mode counts.
    const float both = la * ga, alone = la - both;
    if (linear) {
      const float kept = ga * (1 - la), all = most(ga + alone, 1e-4f);
      // A normal blend leaves the layer unchanged where it is opaque.
      const float blended = mode == BlendMode::normal ? 0.0f : both, plain = mode == BlendMode::normal ? la : alone;
      const float r = mixedLight<mode>(old.r, own.r, kept, blended, plain, all);
      const float g = mixedLight<mode>(old.g, own.g, kept, blended, plain, all);
      const float b = mixedLight<mode>(old.b, own.b, kept, blended, plain, all);
      const float luma = 0.2126f * r + 0.7152f * g + 0.0722f * b;
      const float newU = 128 + (224 / 1.8556f) * (b - luma), newV = 128 + (224 / 1.5748f) * (r - luma);
      const float covered = ga + alone;
      const float keptY = ground.y[i];
      ground.y[i] = la > 0 ? (16 + 219 * luma) * covered : keptY;
      if (clear) ground.a[i] = covered;
      // As a sum of what is added where the old one stays but for `la` of it: chroma is gathered so.
      const float oldU = 128 + ground.blue[i] * (1 / kBu), oldV = 128 + ground.red[i] * (1 / kRv);
      run.sumU[i] += la > 0 ? newU * covered - oldU * kept : 0.0f;
      run.sumV[i] += la > 0 ? newV * covered - oldV * kept : 0.0f;
    } else {
      const float r = channel<mode>(old.r, own.r), g = channel<mode>(old.g, own.g), b = channel<mode>(old.b, own.b);
      const float luma = 0.2126f * r + 0.7152f * g + 0.0722f * b;
      const float newY = 16 + 219 * luma, newU = 128 + (224 / 1.8556f) * (b - luma), newV = 128 + (224 / 1.5748f) * (r - luma);
      ground.y[i] = ground.y[i] * (1 - la) + both * newY + (clear ? alone * ownY : 0.0f);
      if (clear) ground.a[i] = ga + alone;
      run.sumU[i] += both * newU + (clear ? alone * (128 + layer.blue[i] * (1 / kBu)) : 0.0f);
      run.sumV[i] += both * newV + (clear ? alone * (128 + layer.red[i] * (1 / kRv)) : 0.0f);
    }
    run.sumA[i] += la;
  }
}

template <BlendMode mode, bool clear, bool linear>
void runPlain(Run& run, int count, float opacity) {
  runKernel<mode, clear, linear>(run, count, opacity);
}
#if defined(__x86_64__)
template <BlendMode mode, bool clear, bool linear>
AMI_AVX2 void runAvx2(Run& run, int count, float opacity) {
  runKernel<mode, clear, linear>(run, count, opacity);
}
#endif

using Work = void (*)(Run&, int, float);

template <BlendMode mode, bool linear>
Work workIn(bool clear) {
#if defined(__x86_64__)
  if (hasAvx2()) return clear ? runAvx2<mode, true, linear> : runAvx2<mode, false, linear>;
#endif
  return clear ? runPlain<mode, true, linear> : runPlain<mode, false, linear>;
}

template <BlendMode mode>
Work workOf(bool clear, bool linear) {
  return linear ? workIn<mode, true>(clear) : workIn<mode, false>(clear);
}

Work workFor(BlendMode mode, bool clear, bool linear) {
  switch (mode) {
    case BlendMode::normal: return workOf<BlendMode::normal>(clear, linear);
    case BlendMode::add: return workOf<BlendMode::add>(clear, linear);
    case BlendMode::subtract: return workOf<BlendMode::subtract>(clear, linear);
    case BlendMode::screen: return workOf<BlendMode::screen>(clear, linear);
    case BlendMode::multiply: return workOf<BlendMode::multiply>(clear, linear);
    case BlendMode::overlay: return workOf<BlendMode::overlay>(clear, linear);
    case BlendMode::lighten: return workOf<BlendMode::lighten>(clear, linear);
    case BlendMode::darken: return workOf<BlendMode::darken>(clear, linear);
    case BlendMode::difference: return workOf<BlendMode::difference>(clear, linear);
    case BlendMode::colorDodge: return workOf<BlendMode::colorDodge>(clear, linear);
    case BlendMode::colorBurn: return workOf<BlendMode::colorBurn>(clear, linear);
    case BlendMode::hardLight: return workOf<BlendMode::hardLight>(clear, linear);
    case BlendMode::softLight: return workOf<BlendMode::softLight>(clear, linear);
  }
  return workOf<BlendMode::normal>(clear, linear);
}

AMI_INLINE void widenKernel(const uint8_t* from, float* to, int count, float scale) {
  for (int i = 0; i < count; i++) to[i] = static_cast<float>(from[i]) * scale;
}
AMI_DISPATCH(widen, (const uint8_t* from, float* to, int count, float scale), (from, to, count, scale))

AMI_INLINE void narrowKernel(const float* from, uint8_t* to, int count, float scale) {
  for (int i = 0; i < count; i++) to[i] = static_cast<uint8_t>(static_cast<int>(most(0.0f, least(255.0f, from[i] * scale)) + 0.5f));
}
AMI_DISPATCH(narrow, (const float* from, uint8_t* to, int count, float scale), (from, to, count, scale))

/** What chroma samples add to R, G, B; `alpha` null where they are not multiplied. */
AMI_INLINE void offsetsKernel(const uint8_t* u, const uint8_t* v, const uint8_t* alpha, Run& run, int count) {
  for (int i = 0; i < count; i++) {
    const float scale = alpha != nullptr ? 255.0f / most(static_cast<float>(alpha[i]), 0.1f) : 1.0f;
    const float blue = static_cast<float>(u[i]) * scale - 128, red = static_cast<float>(v[i]) * scale - 128;
    run.red[i] = kRv * red;
    run.green[i] = kGu * blue + kGv * red;
    run.blue[i] = kBu * blue;
  }
}
AMI_DISPATCH(offsets, (const uint8_t* u, const uint8_t* v, const uint8_t* alpha, Run& run, int count), (u, v, alpha, run, count))

AMI_INLINE void twiceKernel(const float* from, float* to, int count) {
  for (int i = 0; i < count; i++) {
    to[2 * i] = from[i];
    to[2 * i + 1] = from[i];
  }
}
AMI_DISPATCH(twice, (const float* from, float* to, int count), (from, to, count))

/** The pixels of a sample bring a `share` each, and what the layer leaves of the old one stays. */
AMI_INLINE void gatherKernel(const float* sums, const float* alphas, uint8_t* to, int count, float share) {
  for (int i = 0; i < count; i++) {
    const float kept = 1 - (alphas[2 * i] + alphas[2 * i + 1]) * share;
    const float value = static_cast<float>(to[i]) * kept + (sums[2 * i] + sums[2 * i + 1]) * share;
    to[i] = static_cast<uint8_t>(static_cast<int>(most(0.0f, least(255.0f, value)) + 0.5f));
  }
}
AMI_DISPATCH(gather, (const float* sums, const float* alphas, uint8_t* to, int count, float share), (sums, alphas, to, count, share))

void layChroma(Run& run, Side& side, const uint8_t* u, const uint8_t* v, const uint8_t* alpha, int samples) {
  offsets(u, v, alpha, run, samples);
  twice(run.red, side.red, samples);
  twice(run.green, side.green, samples);
  twice(run.blue, side.blue, samples);
}

void layLuma(Side& side, const uint8_t* y, const uint8_t* alpha, int first, int count, bool clear) {
  widen(y, side.y + first, count, 1);
  if (alpha != nullptr) widen(alpha, side.a + first, count, 1.0f / 255);
  else if (clear) std::fill(side.a + first, side.a + first + count, 1.0f);
}

/**
 * Pixels [x, x + count) of the rows; `skip` of the first sample's pixels do not belong to the layer, and of the last what is left, unless
 * it is `alone`.
 */
void blendRun(Run& run, BlendMode mode, const BlendRows& rows, int x, int count, int skip, bool alone) {
  const int chroma = (x + (rows.odd ? 1 : 0)) / 2, samples = (skip + count + 1) / 2;
  const bool clear = rows.groundA[0] != nullptr || rows.layerA[0] != nullptr || skip + count < 2 * samples || skip > 0;
  const Work work = workFor(mode, clear, rows.linear);
  layChroma(run, run.layer, rows.layerU + chroma, rows.layerV + chroma, rows.layerChromaAlpha != nullptr ? rows.layerChromaAlpha + chroma : nullptr, samples);
  uint8_t* const groundAlpha = rows.groundChromaAlpha != nullptr ? rows.groundChromaAlpha + chroma : nullptr;
  layChroma(run, run.ground, rows.groundU + chroma, rows.groundV + chroma, groundAlpha, samples);
  for (float* sums : {run.sumU, run.sumV, run.sumA}) std::fill(sums, sums + 2 * samples, 0.0f);
  for (int line = 0; line < 2 && rows.groundY[line] != nullptr; line++) {
    uint8_t* const alpha = rows.groundA[line] != nullptr ? rows.groundA[line] + x : nullptr;
    if (clear) run.layer.a[0] = run.layer.a[2 * samples - 1] = run.ground.a[0] = run.ground.a[2 * samples - 1] = 0;
    layLuma(run.ground, rows.groundY[line] + x, alpha, skip, count, clear);
    layLuma(run.layer, rows.layerY[line] + x, rows.layerA[line] != nullptr ? rows.layerA[line] + x : nullptr, skip, count, clear);
    work(run, 2 * samples, rows.opacity);
    narrow(run.ground.y + skip, rows.groundY[line] + x, count, 1);
    if (alpha != nullptr) narrow(run.ground.a + skip, alpha, count, 255);
  }
  if (alone) {
    for (float* sums : {run.sumU, run.sumV, run.sumA}) sums[2 * samples - 1] = sums[2 * samples - 2];
  }
  const float share = rows.rowAlone ? 0.5f : 0.25f;
  gather(run.sumU, run.sumA, rows.groundU + chroma, samples, share);
  gather(run.sumV, run.sumA, rows.groundV + chroma, samples, share);
  if (groundAlpha == nullptr) return;
  for (int i = 0; i < 2 * samples; i++) run.sumU[i] = run.sumA[i] * 255;
  gather(run.sumU, run.sumA, groundAlpha, samples, share);
}

}  // namespace

void blendRows(BlendMode mode, const BlendRows& rows) {
  alignas(64) static thread_local Run run;
  const int first = rows.odd ? 1 : 0, whole = (rows.width - first) / 2 * 2;
  // Samples that only one column of the layer touches go by themselves.
  if (first > 0) blendRun(run, mode, rows, 0, 1, 1, false);
  for (int x = first; x < first + whole; x += kRun) blendRun(run, mode, rows, x, std::min(kRun, first + whole - x), 0, false);
  if (first + whole < rows.width) blendRun(run, mode, rows, first + whole, 1, 0, rows.lastAlone);
}

}  // namespace ami
