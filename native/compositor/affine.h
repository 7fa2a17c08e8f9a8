#pragma once
#include <cmath>

namespace ami {

/** x' = a*x + c*y + e, y' = b*x + d*y + f. */
struct Affine {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;

  bool operator==(const Affine& other) const {
    return a == other.a && b == other.b && c == other.c && d == other.d && e == other.e && f == other.f;
  }
  double determinant() const { return a * d - b * c; }
  /** Sides stay parallel to the frame's, within a hundredth of a pixel over `width` by `height`. Mirrored ones too. */
  bool isUpright(double width, double height) const { return std::fabs(b) * width < 0.01 && std::fabs(c) * height < 0.01; }
  Affine inverse() const {
    const double k = 1 / determinant();
    return {d * k, -b * k, -c * k, a * k, (c * f - d * e) * k, (b * e - a * f) * k};
  }
};

}  // namespace ami
