/** Pixels of an encoding's frames: even, in the canvas's shape. */
export function encodedSize(canvas: { readonly width: number; readonly height: number }, height: number | null) {
  if (height === null || height === canvas.height) return { width: canvas.width, height: canvas.height }
  return { width: Math.max(16, Math.round((canvas.width * height) / canvas.height / 2) * 2), height }
}
