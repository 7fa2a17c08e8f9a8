/** Hz of all sound here. */
export const soundRate = 48_000
