/** Microseconds of noise that times have at least, as they are rounded. */
const minNoiseUs = 5
/** What a device's clock is believed to be off before anything is known, as a fraction. */
const expectedDrift = 150e-6
/** No clock is further off; what seems so is a source that loses or repeats audio. */
const greatestDrift = 2e-3
/** How much the rate of a clock wanders (temperature), and how much its reading, each second. */
const rateWanderPerSecond = 0.05e-6
const phaseWanderUsPerSecond = 2
/** Times that are all on one side for this long are not jitter: the clock was moved. */
const movedAfterUs = 300_000

/**
 * Tells which frame of a device was when, out of times that jitter: a Kalman filter of two states, the time and the rate. It learns
 * fast at first and then listens ever more to what it knows, down to a memory of about a minute. Times far off its noise count only
 * as far as that noise goes, so that single late ones move nothing.
 */
export class ClockEstimate {
  /** Frames a microsecond, as the device claims. */
  readonly #nominal: number
  #frame = 0
  #timeUs = 0
  /** How much longer than nominal a frame takes, as a fraction: negative for a fast device. */
  #stretch = 0
  /** Uncertainty: of the time (us2), of both together, of the stretch. */
  #p00 = 0
  #p01 = 0
  #p11 = expectedDrift ** 2
  /** Variance of the times. */
  #noise = 500 ** 2
  #observations = 0
  #asideUs = 0
  #asideSum = 0
  #asideCount = 0

  constructor(sampleRate: number) {
    this.#nominal = sampleRate / 1e6
  }

  /** Of the device against this machine: positive is fast. */
  get drift(): number {
    return 1 / (1 + this.#stretch) - 1
  }

  /** True frames in a microsecond. */
  get framesPerUs(): number {
    return this.#nominal / (1 + this.#stretch)
  }

  /** When a frame is heard, us. */
  timeOf(frame: number): number {
    return this.#timeUs + (frame - this.#frame) / this.framesPerUs
  }

  /** Which frame is heard at a time; fractional. */
  frameAt(timeUs: number): number {
    return this.#frame + (timeUs - this.#timeUs) * this.framesPerUs
  }

  /** Audio starts (again) here. What is known of the rate stays. */
  begin(frame: number, timeUs: number): void {
    this.#frame = frame
    this.#timeUs = timeUs
    this.#p00 = this.#noise
    this.#p01 = 0
    this.#forgetAside()
  }

  /** Frame `frame` was at `timeUs`, as its writer says. */
  observe(frame: number, timeUs: number): void {
    const nominalUs = (frame - this.#frame) / this.#nominal
    const seconds = nominalUs / 1e6
    this.#timeUs += nominalUs * (1 + this.#stretch)
    this.#frame = frame
    this.#p00 += nominalUs * (2 * this.#p01 + nominalUs * this.#p11) + phaseWanderUsPerSecond ** 2 * seconds
    this.#p01 += nominalUs * this.#p11
    this.#p11 += rateWanderPerSecond ** 2 * seconds

    const off = timeUs - this.#timeUs
    const limit = 3 * Math.sqrt(this.#noise + this.#p00)
    const counted = Math.max(-limit, Math.min(limit, off))
    if (counted === off) this.#forgetAside()
    else if (this.#isMoved(off, nominalUs)) return
    this.#observations++
    const share = Math.max(0.02, 1 / (this.#observations + 1))
    this.#noise = Math.max(minNoiseUs ** 2, this.#noise + share * (counted * counted - this.#noise))
    const total = this.#p00 + this.#noise
    const gain = this.#p00 / total
    const rateGain = this.#p01 / total
    this.#timeUs += gain * counted
    this.#stretch = Math.max(-greatestDrift, Math.min(greatestDrift, this.#stretch + rateGain * counted))
    this.#p11 -= rateGain * this.#p01
    this.#p01 -= rateGain * this.#p00
    this.#p00 -= gain * this.#p00
  }

  #isMoved(off: number, elapsedUs: number): boolean {
    if (off * this.#asideSum < 0) this.#forgetAside()
    this.#asideUs += elapsedUs
    this.#asideSum += off
    this.#asideCount++
    if (this.#asideUs < movedAfterUs) return false
    this.begin(this.#frame, this.#timeUs + this.#asideSum / this.#asideCount)
    return true
  }

  #forgetAside(): void {
    this.#asideUs = 0
    this.#asideSum = 0
    this.#asideCount = 0
  }
}
