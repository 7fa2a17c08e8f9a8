/** Hz of all audio here. */
export const audioRate = 48_000
