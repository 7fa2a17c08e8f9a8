/** Hz of all sound here. */
export const audioRate = 48_000
