/** Multiplies interleaved stereo by gains that run straight from `start` to `end`, each with its channels' own. */
export function scale(block: Float32Array, leftStart: number, leftEnd: number, rightStart: number, rightEnd: number): void {
  if (leftStart === 1 && leftEnd === 1 && rightStart === 1 && rightEnd === 1) return
  const share = 2 / block.length
  const leftStep = (leftEnd - leftStart) * share
  const rightStep = (rightEnd - rightStart) * share
  let left = leftStart
  let right = rightStart
  for (let sample = 0; sample < block.length; sample += 2) {
    left += leftStep
    right += rightStep
    block[sample]! *= left
    block[sample + 1]! *= right
  }
}

/** Adds a block to another with a gain that runs straight from `start` to `end`. */
export function add(into: Float32Array, block: Float32Array, start: number, end: number): void {
  if (start === 1 && end === 1) {
    for (let sample = 0; sample < block.length; sample++) into[sample]! += block[sample]!
    return
  }
  const step = ((end - start) * 2) / block.length
  let gain = start
  for (let sample = 0; sample < block.length; sample += 2) {
    gain += step
    into[sample]! += block[sample]! * gain
    into[sample + 1]! += block[sample + 1]! * gain
  }
}

/** The highest sample of a block. */
export function peakOf(block: Float32Array): number {
  let top = 0
  let bottom = 0
  for (let sample = 0; sample < block.length; sample += 2) {
    const one = block[sample]!
    const other = block[sample + 1]!
    if (one > top) top = one
    else if (one < bottom) bottom = one
    if (other > top) top = other
    else if (other < bottom) bottom = other
  }
  return Math.max(top, -bottom)
}

/**
 * Cuts off what is beyond full scale, as every encoder's reader would.
 * @returns the highest sample before
 */
export function clip(block: Float32Array): number {
  const peak = peakOf(block)
  if (peak <= 1) return peak
  for (let sample = 0; sample < block.length; sample++) {
    const value = block[sample]!
    if (value > 1) block[sample] = 1
    else if (value < -1) block[sample] = -1
  }
  return peak
}

/** Whether every sample is a number and none infinite. */
export function isFiniteBlock(block: Float32Array): boolean {
  let sum = 0
  for (let sample = 0; sample < block.length; sample++) sum += Math.abs(block[sample]!)
  return sum < Number.POSITIVE_INFINITY
}
