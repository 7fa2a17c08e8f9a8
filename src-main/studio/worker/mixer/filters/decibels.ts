/** Factor of an amplitude. */
export const fromDb = (db: number): number => 10 ** (db / 20)

/** dB of an amplitude; -Infinity of none. */
export const toDb = (amplitude: number): number => 20 * Math.log10(amplitude)
