#include "color.h"

#include <algorithm>
#include <cmath>

#include "media-store/simd.h"

namespace ami {
namespace {

constexpr int kSteps = 33;
constexpr float kStepScale = (kSteps - 1) / 255.0f;
constexpr int kPlane = kSteps * kSteps;

/** Also for NaN: tables are made from the content of files. */
uint8_t byte(float value) { return value > 0 ? static_cast<uint8_t>(std::min(value, 255.0f) + 0.5f) : uint8_t{0}; }

AMI_INLINE void turnRowKernel(uint8_t* u, uint8_t* v, int width, float along, float across) {
  for (int x = 0; x < width; x++) {
    const float oldU = u[x] - 128.0f, oldV = v[x] - 128.0f;
    const float newU = 128.5f + along * oldU - across * oldV, newV = 128.5f + across * oldU + along * oldV;
    u[x] = static_cast<uint8_t>(std::min(std::max(newU, 0.0f), 255.0f));
    v[x] = static_cast<uint8_t>(std::min(std::max(newV, 0.0f), 255.0f));
  }
}
AMI_DISPATCH(turnRow, (uint8_t* u, uint8_t* v, int width, float along, float across), (u, v, width, along, across))

/** Position of a value in the table: the step below it, and how far it is on the way to the next. */
struct Place {
  int index;
  float rest;
};

struct Places {
  Place of[256];
  Places() {
    for (int value = 0; value < 256; value++) {
      const float at = value * kStepScale;
      const int index = std::min(static_cast<int>(at), kSteps - 2);
      of[value] = {index, at - index};
    }
  }
};
const Places places;

/** The four corners of a cell of chroma, and what each counts. */
struct ChromaCell {
  int base;
  float w00, w10, w01, w11;
  ChromaCell(uint8_t u, uint8_t v) {
    const Place &pu = places.of[u], &pv = places.of[v];
    base = (pv.index * kSteps + pu.index) * kSteps;
    w11 = pu.rest * pv.rest;
    w10 = pu.rest - w11;
    w01 = pv.rest - w11;
    w00 = 1 - pu.rest - w01;
  }
  float at(const float* table, const Place& luma) const {
    const float* p = table + base + luma.index;
    const float low = w00 * p[0] + w10 * p[kSteps] + w01 * p[kPlane] + w11 * p[kPlane + kSteps];
    const float high = w00 * p[1] + w10 * p[kSteps + 1] + w01 * p[kPlane + 1] + w11 * p[kPlane + kSteps + 1];
    return low + (high - low) * luma.rest;
  }
};

}  // namespace

void correctColor(Planes& frame, const ColorCorrection& c) {
  const float stretch = 1 + c.contrast;
  uint8_t luma[256];
  for (int value = 0; value < 256; value++) {
    const float in = std::min(std::max((value - 16) / 219.0f, 0.0f), 1.0f);
    const float out = (std::pow(in, 1 / std::max(c.gamma, 0.01f)) - 0.5f) * stretch + 0.5f + c.brightness;
    luma[value] = byte(16 + 219 * std::min(std::max(out, 0.0f), 1.0f));
  }
  for (int y = 0; y < frame.height; y++) {
    uint8_t* row = frame.y + y * frame.strideY;
    for (int x = 0; x < frame.width; x++) row[x] = luma[row[x]];
  }
  const float turn = c.hueDegrees * static_cast<float>(M_PI) / 180, size = c.saturation * stretch;
  const float along = size * std::cos(turn), across = size * std::sin(turn);
  if (along != 1 || across != 0) {
    for (int y = 0; y < chromaOf(frame.height); y++) {
      turnRow(frame.u + y * frame.strideC, frame.v + y * frame.strideC, chromaOf(frame.width), along, across);
    }
  }
  if (c.opacity >= 1 || frame.a == nullptr) return;
  const int opacity = static_cast<int>(std::max(c.opacity, 0.0f) * 256 + 0.5f);
  for (int y = 0; y < frame.height; y++) {
    uint8_t* row = frame.a + y * frame.strideA;
    for (int x = 0; x < frame.width; x++) row[x] = static_cast<uint8_t>(row[x] * opacity >> 8);
  }
}

ColorTable::ColorTable(const float* values, int size, float amount)
    : luma_(kPlane * kSteps), u_(kPlane * kSteps), v_(kPlane * kSteps) {
  const auto looked = [&](float r, float g, float b, int channel) {
    const auto place = [size](float share, int& index) {
      const float at = share * (size - 1);
      index = std::min(static_cast<int>(at), size - 2);
      return at - index;
    };
    int ri, gi, bi;
    const float rr = place(r, ri), gr = place(g, gi), br = place(b, bi);
    float sum = 0;
    for (int corner = 0; corner < 8; corner++) {
      const int dr = corner & 1, dg = corner >> 1 & 1, db = corner >> 2;
      const float weight = (dr ? rr : 1 - rr) * (dg ? gr : 1 - gr) * (db ? br : 1 - br);
      sum += weight * values[(((bi + db) * size + gi + dg) * size + ri + dr) * 3 + channel];
    }
    return sum;
  };
  const auto clamped = [](float value) { return std::min(std::max(value, 0.0f), 1.0f); };
  for (int v = 0; v < kSteps; v++) {
    for (int u = 0; u < kSteps; u++) {
      for (int y = 0; y < kSteps; y++) {
        const float luma = (y / kStepScale - 16) / 219, cb = (u / kStepScale - 128) / 224, cr = (v / kStepScale - 128) / 224;
        // BT.709.
        const float r = clamped(luma + 1.5748f * cr), b = clamped(luma + 1.8556f * cb);
        const float g = clamped(luma - 0.187324f * cb - 0.468124f * cr);
        // Luma and chroma that represent no colour keep their distance to the nearest that does.
        const float nearLuma = 0.2126f * r + 0.7152f * g + 0.0722f * b;
        const float nearU = (b - nearLuma) / 1.8556f, nearV = (r - nearLuma) / 1.5748f;
        const float r2 = r + (looked(r, g, b, 0) - r) * amount, g2 = g + (looked(r, g, b, 1) - g) * amount;
        const float b2 = b + (looked(r, g, b, 2) - b) * amount;
        const float luma2 = 0.2126f * r2 + 0.7152f * g2 + 0.0722f * b2;
        const int at = (v * kSteps + u) * kSteps + y;
        luma_[at] = 16 + 219 * (luma2 + luma - nearLuma);
        u_[at] = 128 + 224 * ((b2 - luma2) / 1.8556f + cb - nearU);
        v_[at] = 128 + 224 * ((r2 - luma2) / 1.5748f + cr - nearV);
      }
    }
  }
}

void ColorTable::apply(Planes& frame) const {
  const int chromaWidth = chromaOf(frame.width);
  for (int cy = 0; cy < chromaOf(frame.height); cy++) {
    uint8_t* u = frame.u + cy * frame.strideC;
    uint8_t* v = frame.v + cy * frame.strideC;
    uint8_t* first = frame.y + 2 * cy * frame.strideY;
    uint8_t* second = 2 * cy + 1 < frame.height ? first + frame.strideY : first;
    for (int cx = 0; cx < chromaWidth; cx++) {
      const ChromaCell cell(u[cx], v[cx]);
      const int x = 2 * cx, next = x + 1 < frame.width ? x + 1 : x;
      const uint8_t old[4] = {first[x], first[next], second[x], second[next]};
      const Place& mean = places.of[(old[0] + old[1] + old[2] + old[3] + 2) >> 2];
      u[cx] = byte(cell.at(u_.data(), mean));
      v[cx] = byte(cell.at(v_.data(), mean));
      first[x] = byte(cell.at(luma_.data(), places.of[old[0]]));
      if (next != x) first[next] = byte(cell.at(luma_.data(), places.of[old[1]]));
      if (second == first) continue;
      second[x] = byte(cell.at(luma_.data(), places.of[old[2]]));
      if (next != x) second[next] = byte(cell.at(luma_.data(), places.of[old[3]]));
    }
  }
}

}  // namespace ami
