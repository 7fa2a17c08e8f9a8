const maxScale = 5

/** Enlarges the display within its stage: what a person with a small screen reads. */
export class ViewZoom {
  readonly #canvas: HTMLCanvasElement
  #scale = 1
  #x = 0
  #y = 0

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  /** So many times as large as it is, around a point of the window, which moves by `dx` and `dy`. CSS pixels. */
  by(ratio: number, clientX: number, clientY: number, dx: number, dy: number): void {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect()
    const scale = Math.max(1, Math.min(maxScale, this.#scale * ratio))
    const grown = scale / this.#scale
    const [centerX, centerY] = [left + width / 2, top + height / 2]
    this.#scale = scale
    // The point under the fingers stays under them.
    this.#x = this.#within(this.#x + dx + (centerX - clientX) * (grown - 1), (width * grown) / 2)
    this.#y = this.#within(this.#y + dy + (centerY - clientY) * (grown - 1), (height * grown) / 2)
    this.#canvas.style.transform = scale === 1 ? '' : `translate(${this.#x}px, ${this.#y}px) scale(${scale})`
    this.#canvas.dataset.zoom = String(scale)
  }

  #within(offset: number, half: number): number {
    const max = this.#scale === 1 ? 0 : half
    return Math.max(-max, Math.min(max, offset))
  }
}
