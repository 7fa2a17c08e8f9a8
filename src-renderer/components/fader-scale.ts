/** Places of a fader and their level, dB: wide where the ear is fine, as on a mixing desk. Below the second is silence. */
const marks: readonly (readonly [place: number, db: number])[] = [
  [0, -100],
  [0.04, -60],
  [0.2, -40],
  [0.45, -20],
  [0.6, -12],
  [0.75, -5],
  [0.87, 0],
  [1, 10],
]

const between = (value: number, from: 0 | 1, to: 0 | 1): number => {
  const [first, last] = [marks[0], marks.at(-1)]
  if (first === undefined || last === undefined) return value
  if (value <= first[from]) return first[to]
  for (let index = 1; index < marks.length; index++) {
    const [below, above] = [marks[index - 1] ?? first, marks[index] ?? last]
    if (value <= above[from]) return below[to] + ((value - below[from]) / (above[from] - below[from])) * (above[to] - below[to])
  }
  return last[to]
}

/** Level of a fader at a place from 0 to 1, dB to a tenth. */
export const levelAt = (place: number): number => Math.round(between(place, 0, 1) * 10) / 10

/** Position of a fader for a level, 0 to 1; levels above 10 dB are at its end. */
export const placeOf = (db: number): number => between(db, 1, 0)

/** The quietest level that is drawn, dBFS. */
export const meterFloorDb = -60

/** How far a meter reaches for a level, 0 to 1. */
export const meterShare = (db: number): number => Math.max(0, Math.min(1, (db - meterFloorDb) / -meterFloorDb))
